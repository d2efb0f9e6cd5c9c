// Refresh tokens and their families, without a store: what is ours, what rotates, what is a retry and what is theft.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  firstRefreshToken,
  hashOf,
  isGenuine,
  newFamilyKey,
  parseRefreshToken,
  REFRESH_TOKEN_LENGTH,
  type RefreshToken,
  successorOf,
} from "./refresh-token.ts";
import { judge, MAX_ROTATIONS_IN_GRACE, type TokenFamily } from "./token-family.ts";

const GRACE_MS = 10_000;
const START_MS = 1_800_000_000_000;

function newFamily(): { family: TokenFamily; token: RefreshToken } {
  const familyKey = newFamilyKey();
  const token = firstRefreshToken(randomUUID(), familyKey);
  const family: TokenFamily = {
    familyKey,
    generation: 0,
    currentHash: hashOf(token),
    replacedAtMs: [],
    expiresAtMs: START_MS + 1_000 * GRACE_MS,
    endedAtMs: undefined,
  };
  return { family, token };
}

function rotated(
  family: TokenFamily,
  token: RefreshToken,
  nowMs: number,
): { family: TokenFamily; token: RefreshToken } {
  const verdict = judge(family, token, nowMs, GRACE_MS);
  assert.equal(verdict.kind, "rotate");
  if (verdict.kind !== "rotate") throw new Error("unreachable");
  return { family: { ...family, ...verdict.next }, token: verdict.successor };
}

describe("refresh tokens", () => {
  it("are read back from their text, and no other spelling of it is", () => {
    const { family, token } = newFamily();
    assert.match(token.text, /^gkr_[A-Za-z0-9_-]+$/);
    assert.equal(token.text.length, REFRESH_TOKEN_LENGTH);
    assert.deepEqual(parseRefreshToken(token.text), token);
    const last = token.text.at(-1)!;
    const twin = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].filter(
      (each) => each !== last,
    );
    for (const letter of twin) {
      const read = parseRefreshToken(token.text.slice(0, -1) + letter);
      assert.ok(read === undefined || !isGenuine(read, family.familyKey));
    }
  });

  it("are undefined for any other text, and never throw", () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => parseRefreshToken(text) === undefined));
    const long = fc.stringMatching(new RegExp(`^gkr_[A-Za-z0-9_-]{${REFRESH_TOKEN_LENGTH - 4}}$`));
    const { family } = newFamily();
    fc.assert(
      fc.property(long, (text) => {
        const token = parseRefreshToken(text);
        return token === undefined || !isGenuine(token, family.familyKey);
      }),
    );
  });

  it("have one successor, which neither the key nor the token alone gives", () => {
    const { family, token } = newFamily();
    const next = successorOf(token, family.familyKey);
    assert.equal(next.text, successorOf(token, family.familyKey).text);
    assert.equal(next.generation, 1);
    assert.ok(isGenuine(next, family.familyKey));
    assert.notEqual(successorOf(token, newFamilyKey()).text, next.text);
    assert.notEqual(
      successorOf(firstRefreshToken(token.sessionId, family.familyKey), family.familyKey).text,
      next.text,
    );
  });
});

describe("a token family", () => {
  it("rotates with its live token", () => {
    const { family, token } = newFamily();
    const next = rotated(family, token, START_MS);
    assert.equal(next.family.generation, 1);
    assert.equal(next.family.currentHash, hashOf(next.token));
  });

  it("answers a retry within the grace by the same successor, also when that was used meanwhile", () => {
    const zero = newFamily();
    const one = rotated(zero.family, zero.token, START_MS);
    const retry = judge(one.family, zero.token, START_MS + GRACE_MS, GRACE_MS);
    assert.deepEqual(retry, { kind: "repeat", successor: one.token });
    const two = rotated(one.family, one.token, START_MS + 1);
    assert.deepEqual(judge(two.family, zero.token, START_MS + 2, GRACE_MS), { kind: "repeat", successor: one.token });
  });

  it("takes an old token for theft a moment after the grace, whatever its age", () => {
    const zero = newFamily();
    const one = rotated(zero.family, zero.token, START_MS);
    const after = START_MS + GRACE_MS + 1;
    assert.equal(judge(one.family, zero.token, after, GRACE_MS).kind, "reused");
    const two = rotated(one.family, one.token, after);
    assert.equal(judge(two.family, zero.token, after, GRACE_MS).kind, "reused");
    assert.equal(judge(two.family, one.token, after, GRACE_MS).kind, "repeat");
  });

  it("hears nothing from a forged token, so that knowing a session's id ends no session", () => {
    const { family, token } = newFamily();
    const foreign = firstRefreshToken(token.sessionId, newFamilyKey());
    assert.equal(judge(family, foreign, START_MS, GRACE_MS).kind, "unknown");
    const ahead = successorOf(token, family.familyKey);
    assert.equal(judge(family, ahead, START_MS, GRACE_MS).kind, "unknown", "of a generation that is not there yet");
    const withKey = firstRefreshToken(token.sessionId, family.familyKey);
    assert.equal(judge(family, withKey, START_MS, GRACE_MS).kind, "unknown", "made with the stored key alone");
    const one = rotated(family, token, START_MS);
    assert.equal(judge(one.family, withKey, START_MS, GRACE_MS).kind, "unknown");
  });

  it("says that it has ended or expired before it says anything else", () => {
    const { family, token } = newFamily();
    const one = rotated(family, token, START_MS);
    const late = START_MS + 20_000 * GRACE_MS;
    assert.equal(judge({ ...one.family, endedAtMs: START_MS }, token, late, GRACE_MS).kind, "ended");
    assert.equal(judge(one.family, one.token, late, GRACE_MS).kind, "expired");
    assert.equal(judge(one.family, token, late, GRACE_MS).kind, "expired");
  });

  it("rotates no more often than the times it remembers, and says when it will again", () => {
    let now = newFamily();
    const first = now.token;
    for (let count = 0; count < MAX_ROTATIONS_IN_GRACE; count += 1)
      now = rotated(now.family, now.token, START_MS + count);
    const verdict = judge(now.family, now.token, START_MS + 100, GRACE_MS);
    assert.equal(verdict.kind, "too_fast");
    assert.equal(judge(now.family, first, START_MS + 100, GRACE_MS).kind, "repeat", "the oldest retry is still known");
    if (verdict.kind !== "too_fast") return;
    rotated(now.family, now.token, START_MS + 100 + verdict.retryAfterMs);
  });

  it("knows its own retries when two processes' clocks differ", () => {
    const zero = newFamily();
    const one = rotated(zero.family, zero.token, START_MS + 500);
    const two = rotated(one.family, one.token, START_MS);
    assert.equal(judge(two.family, zero.token, START_MS + GRACE_MS, GRACE_MS).kind, "repeat");
    assert.equal(judge(two.family, one.token, START_MS + GRACE_MS, GRACE_MS).kind, "repeat");
  });
});
