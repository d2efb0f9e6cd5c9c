// Reads and writes what each environment asks of sign-ins.
import { eq } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { FactorPolicy } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { factorPolicy } from "./schema.ts";

/** What holds where an environment says nothing: every rule is on, and passkeys are for the configured party. */
export const DEFAULT_FACTOR_POLICY: FactorPolicy = {
  anomalies: { new_device: true, new_country: true, impossible_travel: true, many_failures: true },
  isSecondFactorRequired: true,
  passkeys: null,
};

/** Policies. Throws `service.unavailable` while the database is away. */
export class PolicyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The environment's policy, or the default. Throws when what is stored is not a policy: nobody is let in by a mistake. */
  async read(environmentId: EnvironmentId): Promise<FactorPolicy> {
    const rows = await this.#database.query((db) =>
      db
        .select({ policy: factorPolicy.policy })
        .from(factorPolicy)
        .where(eq(factorPolicy.environmentId, environmentId)),
    );
    return rows[0] === undefined ? DEFAULT_FACTOR_POLICY : FactorPolicy.parse(rows[0].policy);
  }

  /** Sets the policy and does `also` in the same transaction. */
  async write(
    environmentId: EnvironmentId,
    policy: FactorPolicy,
    now: Date,
    also: (tx: Executor) => Promise<void>,
  ): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await tx
        .insert(factorPolicy)
        .values({ environmentId, policy, updatedAt: now })
        .onConflictDoUpdate({ target: factorPolicy.environmentId, set: { policy, updatedAt: now } });
      await also(tx);
    });
  }
}
