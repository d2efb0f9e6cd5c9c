// Everything else that a player can do with an account, told by the SDK against the running platform.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { unzipSync } from "fflate";
import { Secret, TOTP } from "otpauth";
import { type ClientError, challengeOf, clashOf } from "../../client/index.ts";
import { EVERY_CALL } from "../../client/testing/every-call.ts";
import { AccountStage, type Stores, type TestDevice } from "./account-stage.ts";

const PASSWORD = "gentle copper lantern walks";
const NEW_PASSWORD = "seven quiet harbours at dusk";

/** Tells them over these stores. */
export function accountFlows(name: string, stores: () => Promise<Stores>): void {
  describe(`what a player can do, over ${name}`, () => {
    let stage: AccountStage;
    before(async () => {
      stage = await AccountStage.start(stores);
    });
    after(() => stage.stop());

    const codeFor = async (device: TestDevice, email: string) => stage.mailed(await device.api.signIn.mailCode(email));
    const signedUp = async (email: string) => {
      const device = stage.device();
      const { playerId } = await device.api.signIn.signUp({ ...(await codeFor(device, email)), password: PASSWORD });
      return { ...device, playerId };
    };
    const caught = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => assert.fail("It was to be refused."),
        (error: unknown) => error,
      );

    test("every route for players has a typed call, and every typed call a route", async () => {
      const document = (await (await fetch(`${stage.url}/openapi.json`)).json()) as OpenApi;
      const device = stage.device();
      const { api, sent } = device;
      await api.signIn.asGuest("device-of-every-call");
      for (const call of EVERY_CALL) {
        await call(api).catch(() => undefined);
        if (!api.player) await api.signIn.asGuest("device-of-every-call");
      }
      // The one that nobody calls: it goes by itself when the access token is old.
      device.aheadMs = 960_000;
      await api.profiles.mine().catch(() => undefined);
      const called = new Set(sent.map((request) => routeOf(document, request) ?? `no route: ${request}`));
      assert.deepEqual([...called].sort(), routesForPlayers(document).sort());
    });

    test("links and unlinks, and a clash is resolved as the player chooses", async () => {
      const tablet = stage.device();
      const mine = await tablet.api.signIn.asGuest(tablet.deviceId);
      const theirs = await signedUp("clash@example.com");
      const { codeId, code } = await codeFor(tablet, "clash@example.com");
      const clash = clashOf(await caught(tablet.api.identities.link("email-code", { codeId, code })));
      assert.deepEqual([clash?.mine.playerId, clash?.theirs.playerId], [mine.playerId, theirs.playerId]);
      const { deviceId } = tablet;
      await tablet.api.identities.resolve({ token: clash!.token, choice: "keep-theirs", deviceId });
      assert.equal(tablet.api.player?.playerId, theirs.playerId);
      const [first, second] = (await tablet.api.identities.list()).identities;
      const [guest, address] = first?.provider === "guest" ? [first, second] : [second, first];
      assert.deepEqual([guest?.provider, address?.provider], ["guest", "email"]);
      await elevated(tablet, "clash@example.com");
      await tablet.api.identities.unlink(guest!.identityId);
      await assert.rejects(tablet.api.identities.unlink(address!.identityId), { code: "identity.last" });
    });

    test("changes the password, forgets it, and sets it anew", async () => {
      const email = "password@example.com";
      const device = await signedUp(email);
      await elevated(device, email);
      await device.api.credentials.changePassword(PASSWORD, NEW_PASSWORD);
      await device.api.profiles.mine();
      await device.api.signIn.byPassword(email, NEW_PASSWORD);
      const reset = await stage.mailed(await device.api.credentials.startPasswordReset(email));
      await device.api.credentials.finishPasswordReset(reset, PASSWORD);
      await assert.rejects(device.api.profiles.mine(), { code: "auth.session_ended" });
      assert.equal(device.events.at(-1)?.type, "signed-out");
      await assert.rejects(device.api.signIn.byPassword(email, NEW_PASSWORD), { code: "auth.wrong_credentials" });
      assert.equal((await device.api.signIn.byPassword(email, PASSWORD)).playerId, device.playerId);
    });

    test("changes the address, and takes it back from the old one", async () => {
      const device = await signedUp("old@example.com");
      const { credentials } = device.api;
      await elevated(device, "old@example.com");
      const mailed = await stage.mailed(await credentials.changeEmail("new@example.com"));
      assert.equal(await credentials.confirmEmail(mailed), "new@example.com");
      assert.equal(await credentials.email(), "new@example.com");
      // The mail to the old address waits for ten seconds, as long as a mistake takes to be noticed.
      await credentials.undoEmailChange(await stage.codeTo("old@example.com", /address .* was changed/));
      assert.equal((await device.api.signIn.byPassword("old@example.com", PASSWORD)).playerId, device.playerId);
      assert.equal(await credentials.email(), "old@example.com");
    });

    test("protects itself with an authenticator app, which the next sign-in asks for", async () => {
      const email = "factors@example.com";
      const device = await signedUp(email);
      await elevated(device, email);
      const { secret } = await device.api.factors.beginTotp();
      const app = new TOTP({ secret: Secret.fromBase32(secret) });
      const { codes } = await device.api.factors.confirmTotp(app.generate());
      assert.ok((await device.api.factors.list()).totp);
      await device.api.sessions.signOut();
      const challenge = challengeOf(await caught(device.api.signIn.byPassword(email, PASSWORD)));
      assert.ok(challenge);
      assert.ok(challenge.methods.includes("recovery-code"));
      const answer = { method: "recovery-code", code: codes[0]!, rememberDevice: true } as const;
      await device.api.signIn.answer(challenge.challengeId, answer);
      assert.equal(device.api.player?.playerId, device.playerId);
      assert.equal((await device.api.signIn.byPassword(email, PASSWORD)).playerId, device.playerId);
    });

    test("exports everything, schedules its deletion, and takes it back", async () => {
      const device = await signedUp("privacy@example.com");
      const { privacy } = device.api;
      await elevated(device, "privacy@example.com");
      const files = Object.keys(unzipSync(await privacy.export()));
      assert.ok(files.includes("manifest.json"), files.join());
      assert.equal((await privacy.delete()).playerId, device.playerId);
      await privacy.undelete();
      const other = stage.device();
      await other.api.signIn.asGuest(other.deviceId);
      assert.equal((await other.api.profiles.of(device.playerId)).playerId, device.playerId);
    });

    test("finds what the environment offers, and no fault of the platform on the way", async () => {
      const { providers } = await stage.device().api.signIn.providers();
      assert.ok(providers.some(({ provider }) => provider === "guest"));
      const error = (await caught(stage.device().api.signIn.by("nobody", {}))) as ClientError;
      assert.equal(error.code, "auth.unknown_provider");
      assert.deepEqual(stage.faults, []);
    });

    /** Elevates the session where the player has something to show, which is the address at first. */
    async function elevated({ api }: Pick<TestDevice, "api">, email: string): Promise<void> {
      const challenge = await api.factors.beginElevation();
      if (!challenge) return;
      await api.signIn.mailChallengeCode(challenge.challengeId);
      const { code } = await stage.codeTo(email, /confirms/);
      await api.factors.elevate(challenge.challengeId, { method: "email-code", code });
    }
  });
}

interface OpenApi {
  readonly paths: Record<string, Record<string, { readonly security?: readonly Record<string, unknown>[] }>>;
}

/** The routes that a player's token opens, and those that lead to one. */
function routesForPlayers({ paths }: OpenApi): string[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => path.startsWith("/v1/auth/") || security?.some((each) => "player" in each))
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
}

/** The route that a request went to: the one with the fewest parameters that it fits. */
function routeOf({ paths }: OpenApi, request: string): string | undefined {
  const [method = "", path = ""] = request.split(" ");
  const fits = Object.keys(paths).filter((each) => {
    const pattern = new RegExp(`^${each.replaceAll(/\{[^}]+\}/g, "[^/]+").replaceAll(".", "\\.")}$`);
    return method.toLowerCase() in (paths[each] ?? {}) && pattern.test(path);
  });
  const parameters = (each: string): number => each.split("{").length;
  const [best] = fits.sort((a, b) => parameters(a) - parameters(b));
  return best && `${method} ${best}`;
}
