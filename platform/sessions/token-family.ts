// What a presented refresh token means for its family: the whole of rotation, retry and theft, as one pure function.
import { hashOf, isGenuine, type RefreshToken, successorOf } from "./refresh-token.ts";

/**
 * Most rotations of one family within the grace. A client needs one in a quarter of an hour; more than these are refused,
 * and so the times to remember have a bound.
 */
export const MAX_ROTATIONS_IN_GRACE = 8;

/** Highest generation that a token can carry; a family that rotated each second would reach it after 136 years. */
const MAX_GENERATION = 0xffff_ffff;

/** The stored side of a token family. Times are milliseconds since 1970. */
export interface TokenFamily {
  readonly familyKey: Buffer;
  /** Of the one live token. */
  readonly generation: number;
  readonly currentHash: string;
  /** When the tokens before the live one were replaced, newest first; only as far back as the grace reaches. */
  readonly replacedAtMs: readonly number[];
  readonly expiresAtMs: number;
  readonly endedAtMs: number | undefined;
}

/** The part of a family that a rotation changes. */
export type Rotated = Pick<TokenFamily, "generation" | "currentHash" | "replacedAtMs">;

/** What to do with a presented token. */
export type Verdict =
  /** The live token: replace it by `successor`, and store `next`. */
  | { readonly kind: "rotate"; readonly successor: RefreshToken; readonly next: Rotated }
  /** It was replaced a moment ago, and the answer may have been lost: the same successor again, and nothing changes. */
  | { readonly kind: "repeat"; readonly successor: RefreshToken }
  /** An old token of ours outside the grace: two hold this session, and one of them took it. End the family. */
  | { readonly kind: "reused" }
  /** None of ours. It says nothing of the family, or anybody could end it. */
  | { readonly kind: "unknown" }
  | { readonly kind: "ended" }
  | { readonly kind: "expired" }
  /** The live token, too soon after many others. Nothing changes. */
  | { readonly kind: "too_fast"; readonly retryAfterMs: number };

/**
 * Judges `token` against its family at `nowMs`. Pure; a store applies the verdict only if the family is still as it was
 * judged. `graceMs` is how long a replaced token may be shown again, after the practice of RFC 9700, section 4.14.2.
 */
export function judge(family: TokenFamily, token: RefreshToken, nowMs: number, graceMs: number): Verdict {
  const age = family.generation - token.generation;
  if (age < 0 || !isGenuine(token, family.familyKey)) return { kind: "unknown" };
  if (family.endedAtMs !== undefined) return { kind: "ended" };
  if (nowMs >= family.expiresAtMs) return { kind: "expired" };
  return age === 0 ? judgeLive(family, token, nowMs, graceMs) : judgeOld(family, token, age, nowMs, graceMs);
}

function judgeLive(family: TokenFamily, token: RefreshToken, nowMs: number, graceMs: number): Verdict {
  if (hashOf(token) !== family.currentHash || token.generation === MAX_GENERATION) return { kind: "unknown" };
  const recent = recentOf(family.replacedAtMs, nowMs, graceMs);
  if (recent.length >= MAX_ROTATIONS_IN_GRACE) {
    return { kind: "too_fast", retryAfterMs: Math.max(1, recent[recent.length - 1]! + graceMs + 1 - nowMs) };
  }
  const successor = successorOf(token, family.familyKey);
  const next = {
    generation: successor.generation,
    currentHash: hashOf(successor),
    // Never earlier than the one before, though the clocks of two processes differ.
    replacedAtMs: [Math.max(nowMs, recent[0] ?? 0), ...recent],
  };
  return { kind: "rotate", successor, next };
}

/** The first ones, without a gap: a token's age is its place in the list. */
function recentOf(replacedAtMs: readonly number[], nowMs: number, graceMs: number): readonly number[] {
  const firstOld = replacedAtMs.findIndex((atMs) => nowMs - atMs > graceMs);
  return firstOld < 0 ? replacedAtMs : replacedAtMs.slice(0, firstOld);
}

function judgeOld(family: TokenFamily, token: RefreshToken, age: number, nowMs: number, graceMs: number): Verdict {
  const replacedAtMs = family.replacedAtMs[age - 1];
  if (replacedAtMs === undefined || nowMs - replacedAtMs > graceMs) return { kind: "reused" };
  const successor = successorOf(token, family.familyKey);
  // With the family key alone, tags can be made and tokens cannot: what does not lead to the live token is none of ours.
  if (age === 1 && hashOf(successor) !== family.currentHash) return { kind: "unknown" };
  return { kind: "repeat", successor };
}
