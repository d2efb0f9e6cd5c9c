// Signing in: what is asked in which order, and what happens when something says no.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { AppError, type ErrorCode } from "../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT, type SignInChallenge } from "../../shared/schema/platform/index.ts";
import type { AccountService } from "./service.ts";
import { accountKeyOf, SignInService } from "./sign-in.ts";
import type { SignInContext } from "./step-up.ts";
import { fails } from "./testing/accounts-bench.ts";
import type { VerifiedIdentity } from "./verifiers/verifier.ts";

const FROM = { address: "192.0.2.1", userAgent: "test" };
const CHALLENGE: SignInChallenge = { challengeId: "c", methods: ["totp"], expiresIn: 300 };

/** A service whose every neighbour notes that it was asked, and says no where the test wishes. */
function newService(
  no: { verify?: ErrorCode; guard?: ErrorCode; ban?: ErrorCode; isChallenged?: boolean; isUnknown?: boolean } = {},
) {
  const steps: string[] = [];
  const contexts: SignInContext[] = [];
  const say = (step: string, code: ErrorCode | undefined) => async () => {
    steps.push(step);
    if (code !== undefined) throw new AppError(code, step);
  };
  const player = { id: randomUUID(), displayName: "Ada", isNew: false };
  const find = (step: string) => async (_environmentId: unknown, verified: VerifiedIdentity) => {
    steps.push(`${step} ${verified.subject}`);
    return no.isUnknown ? undefined : player;
  };
  const service = new SignInService({
    accounts: { signIn: find("find or make"), signInKnown: find("find") } as unknown as AccountService,
    verifiers: {
      find: async (_environmentId, provider) =>
        provider === "nowhere"
          ? undefined
          : {
              provider,
              verify: async () => {
                await say("verify", no.verify)();
                return { provider, subject: "ada" };
              },
            },
    },
    guard: {
      before: say("before", no.guard),
      failed: say("failed", undefined),
      succeeded: say("succeeded", undefined),
    },
    stepUp: {
      assess: async (_environmentId, _playerId, context) => {
        steps.push("assess");
        contexts.push(context);
        return no.isChallenged ? CHALLENGE : undefined;
      },
    },
    bans: { check: say("bans", no.ban) },
    sessions: {
      start: async (_environmentId, playerId, origin) => {
        steps.push(`start ${origin.deviceName}`);
        return { playerId, accessToken: "token", expiresIn: 900 };
      },
      endAll: async () => {},
    },
  });
  const signIn = (provider = "google") =>
    service.signIn(
      FIRST_ENVIRONMENT,
      { provider, proof: { idToken: "x" }, deviceName: "phone", deviceId: "device-1" },
      FROM,
    );
  return { steps, contexts, signIn, player };
}

describe("SignInService", () => {
  it("asks bans, guard, verifier and step-up, in this order, before there is a session", async () => {
    const { steps, signIn, player, contexts } = newService();
    assert.equal((await signIn()).playerId, player.id);
    assert.deepEqual(steps, ["bans", "before", "verify", "find or make ada", "assess", "succeeded", "start phone"]);
    const { accountKey, ...context } = contexts[0]!;
    assert.deepEqual(context, { provider: "google", ...FROM, deviceName: "phone", deviceId: "device-1" });
    assert.match(accountKey ?? "", /^google:[0-9a-f]{64}$/);
  });

  it("makes no player by a password, and calls a password without one wrong", async () => {
    const { steps, signIn } = newService({ isUnknown: true });
    await assert.rejects(signIn("password"), fails("auth.wrong_credentials"));
    assert.deepEqual(steps, ["bans", "before", "verify", "find ada", "failed"]);
  });

  it("starts nothing while a challenge is open, and gives it to the caller", async () => {
    const { steps, signIn } = newService({ isChallenged: true });
    await assert.rejects(signIn(), (error) => {
      assert.ok(error instanceof AppError && error.code === "auth.step_up_required");
      assert.deepEqual(error.members, { challenge: CHALLENGE });
      return true;
    });
    assert.deepEqual(steps.slice(-2), ["assess", "succeeded"]);
  });

  it("counts a proof that is not good, and none that a fault of ours kept from being checked", async () => {
    const refused = newService({ verify: "auth.wrong_credentials" });
    await assert.rejects(refused.signIn(), fails("auth.wrong_credentials"));
    assert.deepEqual(refused.steps, ["bans", "before", "verify", "failed"]);
    const away = newService({ verify: "service.unavailable" });
    await assert.rejects(away.signIn(), fails("service.unavailable"));
    assert.deepEqual(away.steps, ["bans", "before", "verify"]);
  });

  it("checks no proof that the guard or a ban keeps out, nor one of an unknown way in", async () => {
    for (const [no, steps] of [
      [{ guard: "request.rate_limited" }, ["bans", "before"]],
      [{ ban: "auth.forbidden" }, ["bans"]],
    ] as const) {
      const kept = newService(no);
      await assert.rejects(kept.signIn(), AppError);
      assert.deepEqual(kept.steps, steps);
    }
    await assert.rejects(newService().signIn("nowhere"), fails("auth.unknown_provider"));
  });
});

describe("accountKeyOf", () => {
  it("is one for all spellings of an address, whether by password or code, and none of it can be read", () => {
    const key = accountKeyOf("password", { email: "ada@example.com", password: "a" });
    assert.equal(accountKeyOf("password", { email: " Ada@Example.com", password: "b" }), key);
    assert.equal(accountKeyOf("email-code", { email: "ADA@EXAMPLE.COM" }), key);
    assert.notEqual(accountKeyOf("password", { email: "bob@example.com" }), key);
    assert.ok(!key.includes("ada"));
  });

  it("is one for all guesses at a code", () => {
    const key = accountKeyOf("email-code", { codeId: "c1", code: "111111" });
    assert.equal(accountKeyOf("email-code", { codeId: "c1", code: "222222" }), key);
    assert.notEqual(accountKeyOf("email-code", { codeId: "c2", code: "111111" }), key);
  });

  it("is short, and there is one for every proof", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (proof) => {
        assert.match(accountKeyOf("google", proof), /^(google|email):[0-9a-f]{64}$/);
      }),
    );
  });
});
