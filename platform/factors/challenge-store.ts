// Challenges that wait for their answer, in the ephemeral store: a lost one only means to sign in again.
import { randomUUID } from "node:crypto";
import type { ChallengeMethod, EnvironmentId } from "../../shared/schema/platform/index.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";
import type { SignInContext } from "./ports.ts";

/** How long a challenge waits, in milliseconds. */
export const CHALLENGE_MS = 600_000;

/** Most answers to one challenge. */
export const MAX_ANSWERS = 5;

/** Most codes that are mailed for one challenge. */
export const MAX_MAILED_CODES = 3;

/** A challenge, and what happens when it is answered: a sign-in goes on, or a session is elevated. */
export interface OpenChallenge {
  readonly playerId: string;
  readonly methods: readonly ChallengeMethod[];
  readonly purpose:
    | { readonly kind: "sign-in"; readonly context: SignInContext; readonly reasons: readonly string[] }
    | { readonly kind: "elevation"; readonly sessionId: string };
  /** The id of the last code that was mailed. */
  readonly codeId?: string;
}

/** A challenge and the text it was read from, by which it is closed once. */
export interface KeptChallenge {
  readonly challenge: OpenChallenge;
  readonly kept: string;
}

/** Keeps challenges for `CHALLENGE_MS`. */
export class ChallengeStore {
  readonly #ephemeral: EphemeralStore;

  constructor(ephemeral: EphemeralStore) {
    this.#ephemeral = ephemeral;
  }

  /** Opens a challenge, and gives its id: 122 random bits, told only to whoever has shown the first proof. */
  async open(environmentId: EnvironmentId, challenge: OpenChallenge): Promise<string> {
    const challengeId = randomUUID();
    await this.#ephemeral.set(keyOf(environmentId, challengeId), JSON.stringify(challenge), CHALLENGE_MS);
    return challengeId;
  }

  /** The open challenge, or undefined. */
  async find(environmentId: EnvironmentId, challengeId: string): Promise<KeptChallenge | undefined> {
    const kept = await this.#ephemeral.get(keyOf(environmentId, challengeId));
    return kept === undefined ? undefined : { challenge: JSON.parse(kept) as OpenChallenge, kept };
  }

  /** Counts an answer, and says whether it may still be given. */
  async countAnswer(environmentId: EnvironmentId, challengeId: string): Promise<boolean> {
    const { count } = await this.#ephemeral.increment(`${keyOf(environmentId, challengeId)}:answers`, CHALLENGE_MS);
    return count <= MAX_ANSWERS;
  }

  /** Counts a mailed code, and says whether it may still be sent. */
  async countCode(environmentId: EnvironmentId, challengeId: string): Promise<boolean> {
    const { count } = await this.#ephemeral.increment(`${keyOf(environmentId, challengeId)}:codes`, CHALLENGE_MS);
    return count <= MAX_MAILED_CODES;
  }

  /** Puts a changed challenge in the place of one that was found, and says whether it was still there. It lives anew. */
  async change(
    environmentId: EnvironmentId,
    challengeId: string,
    found: KeptChallenge,
    changes: Pick<OpenChallenge, "codeId">,
  ): Promise<boolean> {
    const changed = JSON.stringify({ ...found.challenge, ...changes });
    return this.#ephemeral.compareAndSet(keyOf(environmentId, challengeId), found.kept, changed, CHALLENGE_MS);
  }

  /** Closes it, and says whether this call did: of many right answers at one time, one counts. */
  async close(environmentId: EnvironmentId, challengeId: string, { kept }: KeptChallenge): Promise<boolean> {
    return this.#ephemeral.compareAndDelete(keyOf(environmentId, challengeId), kept);
  }
}

function keyOf(environmentId: EnvironmentId, challengeId: string): string {
  return environmentKey(environmentId, `challenge:${challengeId}`);
}
