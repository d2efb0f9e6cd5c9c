// Sessions in memory, for tests that decide the order of every single read and write.
import type { EndedSession, EnvironmentId, SessionEndReason } from "../../../shared/schema/platform/index.ts";
import type { SessionServiceDeps } from "../service.ts";
import type { SessionFilter, StoredSession, Use } from "../store.ts";
import type { Rotated, TokenFamily } from "../token-family.ts";

/** The part of the store that a token family lives in. Each operation happens at once, between two awaits, as a statement does. */
export class MemorySessions {
  readonly #sessions = new Map<string, StoredSession>();

  async add(_: EnvironmentId, added: StoredSession): Promise<void> {
    this.#sessions.set(added.id, added);
  }

  async find(_: EnvironmentId, sessionId: string): Promise<StoredSession | undefined> {
    return this.#sessions.get(sessionId);
  }

  async rotate(
    _: EnvironmentId,
    sessionId: string,
    from: Pick<TokenFamily, "generation" | "currentHash">,
    to: Rotated,
    use: Use,
  ): Promise<boolean> {
    const found = this.#sessions.get(sessionId);
    if (found?.generation !== from.generation || found.currentHash !== from.currentHash || found.endReason)
      return false;
    this.#sessions.set(sessionId, { ...found, ...to, lastUsedAtMs: use.atMs, expiresAtMs: use.expiresAtMs });
    return true;
  }

  async end(_: EnvironmentId, filter: SessionFilter, reason: SessionEndReason, nowMs: number): Promise<EndedSession[]> {
    const found = "sessionId" in filter && filter.sessionId ? this.#sessions.get(filter.sessionId) : undefined;
    if (found === undefined || found.endReason !== undefined) return [];
    this.#sessions.set(found.id, { ...found, endReason: reason, endedAtMs: nowMs });
    return [{ sessionId: found.id, reason }];
  }

  async living(): Promise<StoredSession[]> {
    return [...this.#sessions.values()].filter(({ endReason }) => endReason === undefined);
  }

  async endBeyond(): Promise<EndedSession[]> {
    return [];
  }
}

/** What a token family needs of a store. */
export type FamilyStore = Pick<SessionServiceDeps["store"], "add" | "find" | "rotate" | "end">;
