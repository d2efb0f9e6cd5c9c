// What an environment asks of sign-ins, and whom its passkeys are for.
import type { EnvironmentId, FactorPolicy } from "../../shared/schema/platform/index.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Actor } from "../environments/credential.ts";
import type { RelyingParty } from "./passkey-ceremony.ts";
import type { PolicyStore } from "./policy-store.ts";

/** Reads and changes policies. A change holds at once: nothing is remembered here. */
export class PolicyService {
  readonly #store: PolicyStore;
  readonly #audit: AuditLog;
  readonly #defaultParty: RelyingParty;
  readonly #now: () => number;

  /** `defaultParty` is for environments that name none. `now` is milliseconds since 1970. */
  constructor(store: PolicyStore, audit: AuditLog, defaultParty: RelyingParty, now: () => number = Date.now) {
    this.#store = store;
    this.#audit = audit;
    this.#defaultParty = defaultParty;
    this.#now = now;
  }

  /** The environment's policy. */
  read(environmentId: EnvironmentId): Promise<FactorPolicy> {
    return this.#store.read(environmentId);
  }

  /** Sets the policy. */
  async write(environmentId: EnvironmentId, actor: Actor, policy: FactorPolicy): Promise<void> {
    const before = await this.#store.read(environmentId);
    const entry = { environmentId, actor, action: "factor_policy.changed", subject: `environment/${environmentId}` };
    await this.#store.write(environmentId, policy, new Date(this.#now()), (tx) =>
      this.#audit.record({ ...entry, before, after: policy }, tx),
    );
  }

  /** Whom passkeys of this environment are made for. */
  async relyingParty(environmentId: EnvironmentId): Promise<RelyingParty> {
    const { passkeys } = await this.#store.read(environmentId);
    return passkeys === null
      ? this.#defaultParty
      : { id: passkeys.rpId, name: passkeys.rpName, origins: passkeys.origins };
  }
}
