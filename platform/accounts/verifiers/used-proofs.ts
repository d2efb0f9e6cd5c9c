// The record of proofs that were used: each lets somebody in once.
import { createHash } from "node:crypto";
import { AppError } from "../../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../../shared/schema/platform/index.ts";
import { environmentKey } from "../../environments/environment-key.ts";
import type { EphemeralStore } from "../../ephemeral/store.ts";

/** How much longer a used proof is remembered than it is good for, in milliseconds: clocks of processes differ. */
const CLOCK_MARGIN_MS = 60_000;

/** Spends proofs. It has room for as many as the ephemeral store has, and only genuine proofs get into it. */
export class UsedProofs {
  readonly #ephemeral: Pick<EphemeralStore, "increment">;

  constructor(ephemeral: Pick<EphemeralStore, "increment">) {
    this.#ephemeral = ephemeral;
  }

  /**
   * Spends the proof that `unique` stands for: of any number of calls at one time exactly one returns, and every other one
   * throws `proof.used`, for `ttlMs` from now and a little longer. `unique` must be the same for every spelling of one proof that would be
   * taken: what was signed, not the signature. Throws `service.unavailable` while the store is away.
   */
  async spend(environmentId: EnvironmentId, unique: string, ttlMs: number): Promise<void> {
    const key = environmentKey(environmentId, `used-proof:${createHash("sha256").update(unique).digest("base64url")}`);
    const { count } = await this.#ephemeral.increment(key, Math.ceil(Math.max(0, ttlMs)) + CLOCK_MARGIN_MS);
    if (count > 1) throw new AppError("proof.used", "This proof has let somebody in already. Get a new one.");
  }
}
