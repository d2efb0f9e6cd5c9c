// The story of an account, told by the SDK against the running platform: a guest plays, registers, and plays on elsewhere.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { challengeOf, connect, newDeviceId } from "../../client/index.ts";
import { FileSessionStorage } from "../../client/node/index.ts";
import { AccountStage, type Stores, type TestDevice } from "./account-stage.ts";

const ADA = "ada@example.com";
const PASSWORD = "gentle copper lantern walks";
/** An access token lives for fifteen minutes. */
const SIXTEEN_MINUTES_MS = 960_000;
const WAITING = 40;
/** Within this an ended session is refused everywhere, and its sockets are closed. */
const PROMISED_MS = 2_000;

/** Tells it over these stores. */
export function accountStory(name: string, stores: () => Promise<Stores>): void {
  describe(`an account in the client, over ${name}`, () => {
    const kept = join(tmpdir(), `gamekeeper-story-${newDeviceId()}`);
    let stage: AccountStage;
    let phone: TestDevice;
    let laptop: TestDevice;
    let playerId: string;

    before(async () => {
      stage = await AccountStage.start(stores);
      phone = stage.device({ deviceName: "Ada's phone" });
      laptop = stage.device({
        deviceName: "Ada's laptop",
        storage: new FileSessionStorage(join(kept, "session.json")),
      });
    });
    after(async () => {
      await stage.stop();
      await rm(kept, { recursive: true, force: true });
    });

    test("a guest plays, and keeps something", async () => {
      ({ playerId } = await phone.api.signIn.asGuest(phone.deviceId));
      const game = await connect({ platform: phone.api });
      assert.equal(game.playerId, playerId);
      await game.leave();
      const { version } = await phone.api.profiles.mine();
      const changed = await phone.api.profiles.change({ version, preferences: { best_score: 41 } });
      assert.equal(changed.preferences["best_score"], 41);
    });

    test("registers in place by a mailed code and a password, and stays the same player", async () => {
      const mailed = await stage.mailed(await phone.api.signIn.mailCode(ADA));
      const identity = await phone.api.identities.register({ ...mailed, password: PASSWORD });
      assert.equal(identity.email, ADA);
      const { identities, hasPassword } = await phone.api.identities.list();
      assert.deepEqual([identities.map(({ provider }) => provider), hasPassword], [["guest", "email"], true]);
      assert.equal((await phone.api.profiles.mine()).playerId, playerId);
    });

    test("signs in on a second device with the password: the same player, everything there", async () => {
      await proven(laptop, laptop.api.signIn.byPassword(ADA, PASSWORD));
      assert.equal(laptop.api.player?.playerId, playerId);
      assert.equal((await laptop.api.profiles.mine()).preferences["best_score"], 41);
      const sessions = await laptop.api.sessions.list();
      assert.deepEqual(sessions.map(({ deviceName }) => deviceName).sort(), ["Ada's laptop", "Ada's phone"]);
      const game = await connect({ platform: laptop.api });
      assert.equal(game.playerId, playerId);
      await game.leave();
    });

    test("an old access token is refreshed once while many calls wait, and every call succeeds", async () => {
      phone.aheadMs += SIXTEEN_MINUTES_MS;
      phone.sent.length = 0;
      const answers = await Promise.all(Array.from({ length: WAITING }, () => phone.api.profiles.mine()));
      assert.ok(answers.every((profile) => profile.playerId === playerId));
      assert.equal(phone.sent.filter((request) => request === "POST /v1/auth/refresh").length, 1);
      assert.equal(phone.events.at(-1)?.type, "refreshed");
    });

    test("a refresh whose answer is lost twice costs nobody the session", async () => {
      phone.aheadMs += SIXTEEN_MINUTES_MS;
      phone.sent.length = 0;
      phone.lose = { request: "POST /v1/auth/refresh", times: 2 };
      await Promise.all(Array.from({ length: WAITING }, () => phone.api.sessions.list()));
      assert.equal(phone.sent.filter((request) => request === "POST /v1/auth/refresh").length, 3);
      phone.aheadMs += SIXTEEN_MINUTES_MS;
      assert.equal((await phone.api.sessions.list()).length, 2);
    });

    test("a program that starts again is still signed in", async () => {
      const again = stage.device({ storage: new FileSessionStorage(join(kept, "session.json")) });
      assert.equal((await again.api.restore())?.playerId, playerId);
      assert.equal((await again.api.profiles.mine()).playerId, playerId);
    });

    test("a session that is ended on one device ends the other's game and calls, with an event", async () => {
      const game = await connect({ platform: phone.api });
      const left = new Promise<string>((resolve) => game.onLeave(({ reason }) => resolve(reason)));
      const startedAt = performance.now();
      await laptop.api.sessions.endOthers();
      assert.equal(await left, "signed-out");
      assert.ok(performance.now() - startedAt < PROMISED_MS);
      const results = await Promise.allSettled(Array.from({ length: WAITING }, () => phone.api.profiles.mine()));
      for (const result of results) {
        assert.ok(result.status === "rejected");
        assert.match(result.reason.code, /^auth\.(session_ended|missing)$/);
      }
      const ends = phone.events.filter(({ type }) => type === "signed-out");
      assert.equal(ends.length, 1);
      assert.ok(ends[0]?.type === "signed-out" && ends[0].error?.code === "auth.session_ended");
      assert.equal(phone.api.player, undefined);
      assert.equal((await laptop.api.sessions.list()).length, 1);
    });

    test("the guest's device still leads to the player, who signs out of it", async () => {
      await proven(phone, phone.api.signIn.asGuest(phone.deviceId));
      assert.equal(phone.api.player?.playerId, playerId);
      await phone.api.sessions.signOut();
      assert.equal((await laptop.api.sessions.list()).length, 1);
      assert.deepEqual(stage.faults, []);
    });

    /** Waits for a sign-in, and answers by mail when the platform asks who is there on a device that it does not know. */
    async function proven({ api }: TestDevice, signingIn: Promise<unknown>): Promise<void> {
      const error = await signingIn.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) return;
      const challenge = challengeOf(error);
      if (!challenge) throw error;
      await api.signIn.mailChallengeCode(challenge.challengeId);
      const { code } = await stage.codeTo(ADA, /confirms your sign-in/);
      await api.signIn.answer(challenge.challengeId, { method: "email-code", code });
    }
  });
}
