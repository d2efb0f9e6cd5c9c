// What step-up, elevation and lockout promise, over any database and ephemeral store; run beside factors.contract.ts.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { AppError } from "../../shared/schema/errors.ts";
import { type FactorPolicy, FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import { MAX_ANSWERS, MAX_MAILED_CODES } from "./challenge-store.ts";
import type { Backends } from "./factors.contract.ts";
import { DEVICE_MEMORY_MS, MAX_KNOWN_DEVICES } from "./history-store.ts";
import { DEFAULT_FACTOR_POLICY } from "./policy-store.ts";
import { TRUST_MS } from "./step-up-service.ts";
import { ADDRESSES, FactorsWorld, homeOf, OTHER_ENVIRONMENT } from "./testing/factors-world.ts";

const env = FIRST_ENVIRONMENT;
const DAY_MS = 86_400_000;
const OPERATOR = { kind: "operator", id: "test" } as const;
const code = (expected: string) => (error: unknown) => error instanceof AppError && error.code === expected;

/** Defines the suite. */
export function stepUpContract(name: string, open: () => Promise<Backends>): void {
  describe(`step-up: ${name}`, () => {
    let backends: Backends;
    let world: FactorsWorld;
    before(async () => {
      backends = await open();
      world = await new FactorsWorld(backends.database, backends.ephemeral).open();
    });
    after(async () => backends.close());
    anomalyTests(() => world);
    secondFactorTests(() => world);
    challengeTests(() => world);
    elevationTests(() => world);
  });
}

function anomalyTests(current: () => FactorsWorld): void {
  describe("a sign-in", () => {
    it("goes through the first time, and from the same device and country after that", async () => {
      const world = current();
      const id = await world.player({ mailbox: true });
      for (let i = 0; i < 3; i += 1) assert.equal(await world.signIn(id), undefined);
      assert.equal(
        await world.signIn(id, { address: ADDRESSES.nowhere }),
        undefined,
        "an unknown country is no new one",
      );
    });

    for (const [what, overrides, reasons] of [
      ["from a new device", { deviceId: "another device" }, ["new_device"]],
      ["from a device that only its program and network tell of", { deviceId: undefined }, ["new_device"]],
      ["from a new and far country", { address: ADDRESSES.JP }, ["new_country", "impossible_travel"]],
    ] as const) {
      it(`${what} is challenged, and is known once the challenge is answered`, async () => {
        const world = current();
        const id = await world.player({ mailbox: true });
        await world.signIn(id);
        const odd = JSON.parse(JSON.stringify({ ...homeOf(id), ...overrides }));
        const assess = () => world.services.stepUp.assess(env, id, odd);
        const challenge = await assess();
        assert.deepEqual(challenge?.methods, ["email-code"]);
        assert.equal(challenge.expiresIn, 600);
        const { after } = world.audit.entries.at(-1)!;
        assert.deepEqual((after as { reasons: unknown }).reasons, reasons);
        assert.ok((await assess()) !== undefined, "being asked is not yet being known");
        world.nowMs += 1_000;
        await world.services.challenges.sendCode(env, challenge.challengeId);
        await world.answer(challenge.challengeId, { method: "email-code", code: "424242" });
        assert.equal(await assess(), undefined);
        assert.equal(world.notices.at(-1)?.kind, "new-sign-in");
      });
    }

    it("after many failures is challenged, and not again once that was answered", async () => {
      const world = current();
      const id = await world.player({ mailbox: true });
      await world.signIn(id);
      const stranger = { accountKey: homeOf(id).accountKey!, address: ADDRESSES.US };
      for (let i = 0; i < 5; i += 1) await world.services.lockout.failed(env, stranger);
      const challenge = await world.signIn(id);
      assert.ok(challenge);
      await world.services.challenges.sendCode(env, challenge.challengeId);
      await world.answer(challenge.challengeId, { method: "email-code", code: "424242" });
      assert.equal(await world.signIn(id), undefined);
    });

    it("that is odd, of a player with nothing to answer with, goes through, and is noted and told", async () => {
      const world = current();
      const id = await world.player();
      await world.signIn(id);
      assert.equal(await world.signIn(id, { deviceId: "another device" }), undefined);
      assert.ok(
        world.audit.entries.some(({ action, subject }) => action === "sign_in.unusual" && subject.endsWith(id)),
      );
      assert.deepEqual(world.notices.at(-1), {
        playerId: id,
        kind: "new-sign-in",
        details: { device: "Laptop", country: "CH" },
      });
    });

    it("by a code by mail is not asked for a code by mail", async () => {
      const world = current();
      const id = await world.player({ mailbox: true });
      await world.signIn(id);
      assert.equal(await world.signIn(id, { provider: "email-code", deviceId: "another device" }), undefined);
    });

    it("of a guest with nothing else is not compared with anything, and is once the guest has a mailbox", async () => {
      const world = current();
      const id = await world.player();
      const guest = { provider: "guest", address: ADDRESSES.CH, deviceId: "a guest's own device" };
      const assess = (address: string = ADDRESSES.CH) => world.services.stepUp.assess(env, id, { ...guest, address });
      for (const address of [ADDRESSES.CH, ADDRESSES.JP]) assert.equal(await assess(address), undefined);
      world.mailboxes.set(id, "a@example.com");
      assert.equal(await assess(), undefined);
      assert.ok(await assess(ADDRESSES.JP));
    });

    it("of a guest who registered is at home on the own device, though another was used since", async () => {
      const world = current();
      const id = await world.player();
      world.mailboxes.set(id, "a@example.com");
      const password = { provider: "password", address: ADDRESSES.CH, deviceId: "a second device" };
      assert.equal(await world.services.stepUp.assess(env, id, password), undefined);
      const guest = { provider: "guest", address: ADDRESSES.CH, deviceId: "the guest's own device" };
      assert.equal(await world.services.stepUp.assess(env, id, guest), undefined);
    });

    it("is judged by the rules of its environment", async () => {
      const world = current();
      const id = await world.player({ mailbox: true });
      await world.signIn(id);
      const { policies } = world.services;
      const rules: FactorPolicy = {
        ...DEFAULT_FACTOR_POLICY,
        anomalies: { ...DEFAULT_FACTOR_POLICY.anomalies, new_device: false },
      };
      await policies.write(env, OPERATOR, rules);
      try {
        assert.deepEqual(await policies.read(env), rules);
        assert.deepEqual(await policies.read(OTHER_ENVIRONMENT), DEFAULT_FACTOR_POLICY);
        assert.equal(await world.signIn(id, { deviceId: "another device" }), undefined);
        const entry = world.audit.entries.findLast(({ action }) => action === "factor_policy.changed");
        assert.deepEqual(entry?.before, DEFAULT_FACTOR_POLICY);
        assert.deepEqual(entry.after, rules);
      } finally {
        await policies.write(env, OPERATOR, DEFAULT_FACTOR_POLICY);
      }
    });

    it("from a device that was not seen for 180 days, or among many others, is from a new one", async () => {
      const world = current();
      const id = await world.player();
      await world.signIn(id);
      await world.signIn(id, { deviceId: "rarely used" });
      world.nowMs += DEVICE_MEMORY_MS - DAY_MS;
      await world.signIn(id);
      world.mailboxes.set(id, "a@example.com");
      world.nowMs += 2 * DAY_MS;
      assert.ok(await world.signIn(id, { deviceId: "rarely used" }));
      world.mailboxes.delete(id);
      for (let i = 0; i < MAX_KNOWN_DEVICES; i += 1) {
        world.nowMs += 1;
        await world.signIn(id, { deviceId: `device number ${i}` });
      }
      world.mailboxes.set(id, "a@example.com");
      assert.ok(await world.signIn(id), "twenty others were used since");
      assert.equal(await world.signIn(id, { deviceId: "device number 0" }), undefined);
    });
  });
}

function secondFactorTests(current: () => FactorsWorld): void {
  describe("a player with a second factor", () => {
    it("is asked for it each time, and not for a code by mail", async () => {
      const world = current();
      const id = await world.player({ mailbox: true });
      const { secret } = await world.addTotp(id);
      for (let i = 0; i < 2; i += 1) {
        const challenge = await world.signIn(id);
        assert.deepEqual(challenge?.methods, ["totp", "recovery-code"]);
        const { playerId } = await world.answer(challenge.challengeId, {
          method: "totp",
          code: world.nextCode(secret),
        });
        assert.equal(playerId, id);
        const { accountKey: _, ...origin } = homeOf(id);
        assert.deepEqual(world.started.at(-1), { playerId: id, origin });
      }
    });

    it("is not asked for 30 days on a device that was to be remembered, and on that one only", async () => {
      const world = current();
      const id = await world.player();
      const { secret } = await world.addTotp(id);
      const answer = async (overrides = {}) => {
        const challenge = await world.signIn(id, overrides);
        const totp = { method: "totp", code: world.nextCode(secret), rememberDevice: true } as const;
        await world.answer(challenge!.challengeId, totp);
      };
      await answer();
      assert.equal(await world.signIn(id), undefined);
      assert.ok(await world.signIn(id, { deviceId: "another device" }));
      world.nowMs += TRUST_MS - 1_000;
      assert.equal(await world.signIn(id), undefined);
      world.nowMs += 1_001;
      assert.ok(await world.signIn(id));
      const { deviceId: _, ...rough } = homeOf(id);
      const challenge = await world.services.stepUp.assess(env, id, rough);
      const totp = { method: "totp", code: world.nextCode(secret), rememberDevice: true } as const;
      await world.answer(challenge!.challengeId, totp);
      assert.ok(await world.services.stepUp.assess(env, id, rough), "what is only roughly known is not trusted");
    });

    it("is asked again where something is odd, also on a remembered device", async () => {
      const world = current();
      const id = await world.player();
      const { secret } = await world.addTotp(id);
      const challenge = await world.signIn(id);
      await world.answer(challenge!.challengeId, {
        method: "totp",
        code: world.nextCode(secret),
        rememberDevice: true,
      });
      assert.ok(await world.signIn(id, { address: ADDRESSES.JP }));
    });

    it("answers with a passkey, which then is another way in; with both it is either", async () => {
      const world = current();
      const id = await world.player();
      const authenticator = await world.addPasskey(id);
      const first = await world.signIn(id);
      assert.deepEqual(first?.methods, ["passkey"]);
      const options = await world.services.challenges.beginPasskey(env, first.challengeId);
      assert.equal((options["allowCredentials"] as unknown[]).length, 1);
      const response = authenticator.get(options as never) as never;
      await world.answer(first.challengeId, { method: "passkey", response });
      await world.addTotp(id);
      assert.deepEqual((await world.signIn(id))?.methods, ["totp", "passkey", "recovery-code"]);
      await world.services.factors.removeTotp(env, id);
      assert.equal((await world.services.factors.list(env, id)).recoveryCodesLeft, 10, "they stand in for the passkey");
    });
  });
}

function challengeTests(current: () => FactorsWorld): void {
  describe("a challenge", () => {
    it("is answered once, also by right answers at the same time", async () => {
      const world = current();
      const id = await world.player();
      const { codes } = await world.addTotp(id);
      const { challengeId } = (await world.signIn(id))!;
      const before = world.started.length;
      const answers = await Promise.allSettled(
        codes.slice(0, 4).map((typed) => world.answer(challengeId, { method: "recovery-code", code: typed })),
      );
      assert.equal(answers.filter(({ status }) => status === "fulfilled").length, 1);
      assert.equal(world.started.length, before + 1);
      await assert.rejects(
        world.answer(challengeId, { method: "recovery-code", code: codes[5]! }),
        code("challenge.not_found"),
      );
    });

    it("is over after five wrong answers, and the right one comes too late", async () => {
      const world = current();
      const id = await world.player({ mailbox: true });
      await world.signIn(id);
      const { challengeId } = (await world.signIn(id, { deviceId: "another device" }))!;
      await world.services.challenges.sendCode(env, challengeId);
      const send = (typed: string) => world.answer(challengeId, { method: "email-code", code: typed });
      const wrong = await Promise.allSettled(Array.from({ length: MAX_ANSWERS + 3 }, () => send("111111")));
      assert.ok(wrong.every(({ status }) => status === "rejected"));
      await assert.rejects(send("424242"), code("challenge.not_found"));
      assert.ok(
        world.audit.entries.some(({ action, subject }) => action === "challenge.exhausted" && subject.endsWith(id)),
      );
    });

    it("takes only the methods that it offers, and says which these are", async () => {
      const world = current();
      const id = await world.player({ mailbox: true });
      await world.addTotp(id);
      const { challengeId } = (await world.signIn(id))!;
      await assert.rejects(world.services.challenges.sendCode(env, challengeId), (error) => {
        assert.ok(error instanceof AppError && error.code === "request.invalid");
        assert.deepEqual(
          error.errors?.map(({ field }) => field),
          ["method"],
        );
        assert.match(error.message, /totp, recovery-code/);
        return true;
      });
      await assert.rejects(world.services.challenges.beginPasskey(env, challengeId), code("request.invalid"));
    });

    it("mails at most three codes, of which the last is good", async () => {
      const world = current();
      const id = await world.player({ mailbox: true });
      await world.signIn(id);
      const { challengeId } = (await world.signIn(id, { deviceId: "another device" }))!;
      const answer = () => world.answer(challengeId, { method: "email-code", code: "424242" });
      await assert.rejects(answer(), code("factor.wrong_code"), "none was mailed yet");
      for (let i = 0; i < MAX_MAILED_CODES; i += 1) {
        assert.deepEqual(await world.services.challenges.sendCode(env, challengeId), { expiresIn: 600, codeLength: 6 });
      }
      await assert.rejects(world.services.challenges.sendCode(env, challengeId), (error) => {
        return error instanceof AppError && error.code === "request.rate_limited" && error.retryAfterSeconds === 600;
      });
      assert.equal((await answer()).playerId, id);
    });

    it("is not found by another id, in another environment, or as an elevation", async () => {
      const world = current();
      const id = await world.player();
      const { codes } = await world.addTotp(id);
      const { challengeId } = (await world.signIn(id))!;
      const { challenges } = world.services;
      const answer = { method: "recovery-code", code: codes[0]! } as const;
      const missing = code("challenge.not_found");
      await assert.rejects(world.answer(randomUUID(), answer), missing);
      await assert.rejects(challenges.answerSignIn(OTHER_ENVIRONMENT, challengeId, answer), missing);
      const session = { playerId: id, sessionId: randomUUID() };
      await assert.rejects(challenges.answerElevation(env, session, challengeId, answer), missing);
      await world.answer(challengeId, answer);
    });
  });
}

function elevationTests(current: () => FactorsWorld): void {
  describe("elevation", () => {
    it("is not needed by a player with nothing to show, and needed from the first factor or mailbox on", async () => {
      const world = current();
      const { challenges } = world.services;
      const [id, sessionId] = [await world.player(), randomUUID()];
      await challenges.requireElevation(env, id, sessionId);
      assert.equal(await challenges.beginElevation(env, id, sessionId), undefined);
      world.mailboxes.set(id, "a@example.com");
      await assert.rejects(challenges.requireElevation(env, id, sessionId), code("auth.elevation_required"));
      world.mailboxes.delete(id);
      await world.addTotp(id);
      await assert.rejects(challenges.requireElevation(env, id, sessionId), code("auth.elevation_required"));
    });

    it("is of one session of one player, and cannot be used to sign in", async () => {
      const world = current();
      const { challenges } = world.services;
      const [id, other, sessionId] = [await world.player(), await world.player(), randomUUID()];
      const { codes } = await world.addTotp(id);
      await world.addTotp(other);
      const challenge = (await challenges.beginElevation(env, id, sessionId))!;
      const answer = { method: "recovery-code", code: codes[0]! } as const;
      const missing = code("challenge.not_found");
      await assert.rejects(world.answer(challenge.challengeId, answer), missing);
      const elevate = (who: { playerId: string; sessionId: string }) =>
        challenges.answerElevation(env, who, challenge.challengeId, answer);
      await assert.rejects(elevate({ playerId: other, sessionId }), missing);
      await assert.rejects(elevate({ playerId: id, sessionId: randomUUID() }), missing);
      assert.deepEqual(await elevate({ playerId: id, sessionId }), { expiresIn: 600 });
      await challenges.requireElevation(env, id, sessionId);
      const elsewhere = challenges.requireElevation(env, id, randomUUID());
      await assert.rejects(elsewhere, code("auth.elevation_required"));
      await assert.rejects(challenges.requireElevation(env, other, sessionId), code("auth.elevation_required"));
    });

    it("is given with a sign-in that answered a challenge or used a passkey", async () => {
      const world = current();
      const { challenges, factors } = world.services;
      const id = await world.player();
      const { codes } = await world.addTotp(id);
      const { challengeId } = (await world.signIn(id))!;
      const answered = await world.answer(challengeId, { method: "recovery-code", code: codes[0]! });
      const authenticator = await world.addPasskey(id);
      const response = authenticator.get((await factors.beginPasskeySignIn(env)) as never) as never;
      const byPasskey = await factors.signInByPasskey(env, response, { address: "::1" });
      for (const started of [answered, byPasskey]) {
        await challenges.requireElevation(env, id, (started as unknown as { sessionId: string }).sessionId);
      }
    });
  });
}
