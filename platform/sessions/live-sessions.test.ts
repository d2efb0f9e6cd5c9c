// What is believed of a session: for a second, never on trust, and within a bound.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { beforeEach, describe, it } from "node:test";
import { AppError, type ErrorCode } from "../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT as environmentId } from "../../shared/schema/platform/index.ts";
import { LIVE_FRESH_MS, LiveSessions, MAX_KNOWN_SESSIONS } from "./live-sessions.ts";
import type { SessionState } from "./store.ts";

const playerId = randomUUID();

function fails(code: ErrorCode) {
  return (error: unknown) => error instanceof AppError && error.code === code;
}

describe("live sessions", () => {
  let nowMs: number;
  let asked: number;
  let answer: (sessionId: string) => Promise<SessionState | undefined>;
  let live: LiveSessions;
  const alive: SessionState = { playerId, expiresAtMs: Number.POSITIVE_INFINITY, endReason: undefined };
  const check = (sessionId: string, who = playerId) => live.check(environmentId, who, sessionId);

  beforeEach(() => {
    nowMs = 1_000_000;
    asked = 0;
    answer = async () => alive;
    live = new LiveSessions({
      tokens: { verifyAccessToken: async (token) => ({ environmentId, playerId, sessionId: token }) },
      store: {
        state: (_, sessionId) => {
          asked += 1;
          return answer(sessionId);
        },
      },
      now: () => nowMs,
    });
  });

  it("are asked for once a second, however many requests come, and once for those that come at one time", async () => {
    await Promise.all([check("a"), check("a"), live.verifyAccessToken("a")]);
    assert.equal(asked, 1);
    nowMs += LIVE_FRESH_MS - 1;
    await check("a");
    assert.equal(asked, 1);
    nowMs += 1;
    await check("a");
    assert.equal(asked, 2);
  });

  it("are refused when they ended, are another player's, or are not there", async () => {
    answer = async () => ({ ...alive, endReason: "banned" });
    await assert.rejects(live.verifyAccessToken("a"), fails("auth.session_ended"));
    answer = async () => undefined;
    await assert.rejects(check("b"), fails("auth.session_ended"));
    answer = async () => alive;
    await assert.rejects(check("c", randomUUID()), fails("auth.session_ended"));
    answer = async () => ({ ...alive, expiresAtMs: nowMs });
    await assert.rejects(check("d"), fails("auth.expired"));
    const before = asked;
    nowMs += 10 * LIVE_FRESH_MS;
    await assert.rejects(check("a"), fails("auth.session_ended"));
    assert.equal(asked, before, "what has ended stays so");
  });

  it("are not taken on trust while the database is away", async () => {
    await check("a");
    answer = () => Promise.reject(new AppError("service.unavailable", "away"));
    await check("a");
    nowMs += LIVE_FRESH_MS;
    await assert.rejects(check("a"), fails("service.unavailable"));
    answer = async () => alive;
    await check("a");
  });

  it("stay ended when an older answer comes late", async () => {
    const late = Promise.withResolvers<SessionState>();
    answer = () => late.promise;
    const checking = check("a");
    live.noteEnded(environmentId, [{ sessionId: "a", reason: "ended" }]);
    late.resolve(alive);
    await assert.rejects(checking, fails("auth.session_ended"));
    await assert.rejects(check("a"), fails("auth.session_ended"));
  });

  it("are counted from before the question, since what ends meanwhile may not be in the answer", async () => {
    const late = Promise.withResolvers<SessionState>();
    answer = () => late.promise;
    const checking = check("a");
    nowMs += LIVE_FRESH_MS;
    late.resolve(alive);
    await checking;
    answer = async () => ({ ...alive, endReason: "ended" });
    await assert.rejects(check("a"), fails("auth.session_ended"));
  });

  it("have a bound", () => {
    const sessions = Array.from({ length: MAX_KNOWN_SESSIONS + 10 }, (_, index) => ({
      sessionId: String(index),
      reason: "ended" as const,
    }));
    live.noteEnded(environmentId, sessions);
    assert.equal(live.size, MAX_KNOWN_SESSIONS);
  });
});
