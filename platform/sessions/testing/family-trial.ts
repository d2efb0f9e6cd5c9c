// One token family under a player who loses answers, a thief who copies tokens, and a clock: watched for what must never be.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { AppError } from "../../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT as environmentId } from "../../../shared/schema/platform/index.ts";
import { uuidV7 } from "../../accounts/uuid-v7.ts";
import { firstRefreshToken, hashOf, newFamilyKey, parseRefreshToken, type RefreshToken } from "../refresh-token.ts";
import type { SessionService } from "../service.ts";
import { judge } from "../token-family.ts";
import type { FamilyStore } from "./memory-sessions.ts";
import { GRACE_MS, SessionBench } from "./session-bench.ts";

/** One thing that happens. Those of a group happen at the same time, and groups one after the other. */
export type Act =
  /** The player shows the newest token they have; `isLost` is the answer's fate. */
  | { readonly kind: "refresh"; readonly isLost: boolean }
  /** The thief copies what the player has now, and shows it or an own newer one. */
  | { readonly kind: "steal" }
  | { readonly kind: "abuse" }
  /** Somebody shows any token that ever was, counted from the first. */
  | { readonly kind: "replay"; readonly index: number }
  /** Time passes. */
  | { readonly kind: "wait"; readonly ms: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("refresh" as const), isLost: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: "steal" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "abuse" as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("replay" as const), index: fc.nat(6) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(1, 100, GRACE_MS / 2, GRACE_MS, GRACE_MS + 1),
    }),
  },
);

/** What happens in one trial: groups of acts that race. */
export const script: fc.Arbitrary<Act[][]> = fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 5,
});

interface Shown {
  readonly token: RefreshToken;
  readonly startedAtMs: number;
  readonly hadEnded: boolean;
  /** When this token had been replaced, as far as was certain when it was shown. */
  readonly replacedAtMs: number | undefined;
}

/** A family, everybody who holds tokens of it, and what they have seen. */
export class FamilyTrial {
  readonly #bench: SessionBench;
  readonly #sessions: SessionService;
  readonly #store: FamilyStore;
  readonly #step: () => Promise<unknown>;
  readonly #playerId: string;
  readonly #sessionId = uuidV7();
  /** Every token that was ever given out, by its text, and when each generation was replaced. */
  readonly #issued = new Map<string, RefreshToken>();
  readonly #successors = new Map<string, string>();
  readonly #replacedAtMs = new Map<number, number>();
  #held: string;
  #stolen: string | undefined;
  #hasEnded = false;
  #mayBeTheft = false;

  private constructor(store: FamilyStore, playerId: string, step: () => Promise<unknown>, first: RefreshToken) {
    this.#store = store;
    this.#playerId = playerId;
    this.#step = step;
    this.#held = first.text;
    this.#issued.set(first.text, first);
    this.#sessionId = first.sessionId;
    this.#bench = new SessionBench(this.#watched() as never);
    this.#sessions = this.#bench.sessions;
  }

  /** Begins a family of this player. `step` is awaited before and after every read and write: the place to interleave. */
  static async begin(store: FamilyStore, playerId: string, step: () => Promise<unknown>): Promise<FamilyTrial> {
    const familyKey = newFamilyKey();
    const first = firstRefreshToken(uuidV7(), familyKey);
    const trial = new FamilyTrial(store, playerId, step, first);
    const { nowMs, times } = trial.#bench;
    await store.add(environmentId, {
      id: first.sessionId,
      playerId,
      provider: "guest",
      deviceName: undefined,
      deviceHash: undefined,
      address: undefined,
      userAgent: undefined,
      familyKey,
      generation: 0,
      currentHash: hashOf(first),
      replacedAtMs: [],
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
      expiresAtMs: nowMs + times.idleMs,
      endedAtMs: undefined,
      endReason: undefined,
    });
    return trial;
  }

  /** Plays the script; `settle` resolves when all that was begun has ended. */
  async play(groups: readonly (readonly Act[])[], settle: (work: Promise<unknown>) => Promise<unknown>): Promise<void> {
    for (const group of groups) await settle(Promise.all(group.map((each) => this.#do(each))));
    await this.#checkEnd();
  }

  async #do(each: Act): Promise<void> {
    await this.#step();
    switch (each.kind) {
      case "wait":
        this.#bench.nowMs += each.ms;
        return;
      case "steal":
        this.#stolen = this.#held;
        return;
      case "replay":
        await this.#show([...this.#issued.keys()][each.index % this.#issued.size]!);
        return;
      case "abuse":
        this.#stolen = (await this.#show(this.#stolen ?? this.#held)) ?? this.#stolen;
        return;
      case "refresh": {
        const next = await this.#show(this.#held);
        const isNewer = next !== undefined && generationOf(next) > generationOf(this.#held);
        if (isNewer && !each.isLost) this.#held = next;
      }
    }
  }

  /** Shows a token, and judges the answer. */
  async #show(text: string): Promise<string | undefined> {
    const token = parseRefreshToken(text)!;
    const shown: Shown = {
      token,
      startedAtMs: this.#bench.nowMs,
      hadEnded: this.#hasEnded,
      replacedAtMs: this.#replacedAtMs.get(token.generation),
    };
    try {
      const { refreshToken } = await this.#sessions.refresh(environmentId, text, { address: "192.0.2.1" });
      this.#onAnswer(shown, refreshToken);
      return refreshToken;
    } catch (error) {
      this.#onRefusal(shown, error);
      return undefined;
    } finally {
      const replacedAtMs = this.#replacedAtMs.get(token.generation);
      if (replacedAtMs !== undefined && this.#bench.nowMs - replacedAtMs > GRACE_MS) this.#mayBeTheft = true;
    }
  }

  #onAnswer({ token, startedAtMs, hadEnded, replacedAtMs }: Shown, successor: string): void {
    assert.ok(!hadEnded, "a family that has ended gives no token");
    assert.ok(
      replacedAtMs === undefined || startedAtMs - replacedAtMs <= GRACE_MS,
      "an old token gives no token after the grace",
    );
    const known = this.#successors.get(token.text) ?? successor;
    assert.equal(successor, known, "a token has one successor");
    this.#successors.set(token.text, successor);
    const next = parseRefreshToken(successor)!;
    assert.equal(next.generation, token.generation + 1);
    this.#issued.set(successor, next);
    const generations = [...this.#issued.values()].map(({ generation }) => generation);
    assert.equal(new Set(generations).size, generations.length, "there are never two tokens of one generation");
  }

  #onRefusal({ startedAtMs, hadEnded, replacedAtMs }: Shown, error: unknown): void {
    if (!(error instanceof AppError)) throw error;
    const isTheft = replacedAtMs !== undefined && startedAtMs - replacedAtMs > GRACE_MS;
    if (error.code === "auth.session_ended") {
      if (isTheft || hadEnded) assert.ok(this.#hasEnded, "theft ends the family before anybody is answered");
      return;
    }
    assert.ok(!isTheft, `theft is told as such, not as ${error.code}`);
    assert.ok(["request.rate_limited", "service.unavailable"].includes(error.code), error.code);
  }

  async #checkEnd(): Promise<void> {
    const stored = await this.#store.find(environmentId, this.#sessionId);
    assert.ok(stored);
    assert.equal(stored.endReason !== undefined, this.#hasEnded);
    const tokens = [...this.#issued.values()];
    const live = tokens.filter((token) => judge(stored, token, this.#bench.nowMs, GRACE_MS).kind === "rotate");
    if (this.#hasEnded) {
      assert.ok(this.#mayBeTheft, "a retry within the grace never ends the family");
      assert.deepEqual(live, []);
      assert.deepEqual(this.#bench.notices, [{ playerId: this.#playerId, kind: "refresh-token-reused" }]);
    } else {
      assert.ok(live.length <= 1, "there are never two live tokens");
      assert.deepEqual(this.#bench.notices, []);
    }
  }

  /** The store, with a step around every operation, and with what it really did noted at once. */
  #watched(): FamilyStore {
    const store = this.#store;
    const stepped = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      await this.#step();
      const result = await work();
      await this.#step();
      return result;
    };
    return {
      add: (...given) => store.add(...given),
      find: (...given) => stepped(() => store.find(...given)),
      rotate: (...given) =>
        stepped(async () => {
          const isRotated = await store.rotate(...given);
          const [, , from, to] = given;
          if (isRotated) {
            assert.ok(!this.#replacedAtMs.has(from.generation), "a token is replaced once");
            this.#replacedAtMs.set(from.generation, to.replacedAtMs[0]!);
          }
          return isRotated;
        }),
      end: (...given) =>
        stepped(async () => {
          const ended = await store.end(...given);
          if (ended.length > 0) this.#hasEnded = true;
          return ended;
        }),
    };
  }
}

/** A player's id for stores that do not ask whether there is such a player. */
export const ANY_PLAYER = randomUUID();

function generationOf(text: string): number {
  return parseRefreshToken(text)?.generation ?? -1;
}
