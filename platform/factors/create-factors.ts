// Puts the services of this module together: what one needs of the other is nobody else's business.
import type { AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../db/database.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";
import type { Metrics } from "../ops/metrics.ts";
import { ChallengeService } from "./challenge-service.ts";
import { ChallengeStore } from "./challenge-store.ts";
import { CodesService } from "./codes-service.ts";
import type { CountryFinder } from "./country-finder.ts";
import { FactorService } from "./factor-service.ts";
import { FactorStore } from "./factor-store.ts";
import { HistoryStore } from "./history-store.ts";
import type { RelyingParty } from "./passkey-ceremony.ts";
import { PasskeyService } from "./passkey-service.ts";
import { PasskeyStore } from "./passkey-store.ts";
import { PlayerFactors } from "./player-factors.ts";
import { PolicyService } from "./policy-service.ts";
import { PolicyStore } from "./policy-store.ts";
import {
  type FactorNotices,
  NO_FACTOR_NOTICES,
  NO_STEP_UP_CODES,
  type PlayerLabels,
  type SessionBeginner,
  type StepUpCodes,
} from "./ports.ts";
import { SecretBox } from "./secret-box.ts";
import { SignInLockout } from "./sign-in-lockout.ts";
import { StepUpService } from "./step-up-service.ts";

/** What the module needs. Without keys it offers no authenticator apps. `now` is milliseconds since 1970. */
export interface FactorsDeps {
  readonly database: Database;
  readonly ephemeral: EphemeralStore;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly keys: readonly Uint8Array[];
  readonly party: RelyingParty;
  readonly countries: CountryFinder;
  readonly labels: PlayerLabels;
  readonly sessions: SessionBeginner;
  readonly mailedCodes?: StepUpCodes;
  readonly notices?: FactorNotices;
  readonly now?: () => number;
}

/** The module's services, and its part in exports, deletions and merges of players. `stepUp` and `lockout` are what signing in asks. */
export interface FactorServices {
  readonly factors: FactorService;
  readonly challenges: ChallengeService;
  readonly stepUp: StepUpService;
  readonly lockout: SignInLockout;
  readonly policies: PolicyService;
  readonly records: PlayerFactors;
}

/** Makes them. */
export function createFactors(deps: FactorsDeps): FactorServices {
  const shared = {
    ...deps,
    mailedCodes: deps.mailedCodes ?? NO_STEP_UP_CODES,
    notices: deps.notices ?? NO_FACTOR_NOTICES,
    box: deps.keys.length === 0 ? undefined : new SecretBox(deps.keys),
  };
  const { database, ephemeral, audit } = deps;
  const history = new HistoryStore(database);
  const policies = new PolicyService(new PolicyStore(database), audit, deps.party, deps.now);
  const codes = new CodesService({ ...shared, store: new FactorStore(database) });
  const passkeys = new PasskeyService({ ...shared, store: new PasskeyStore(database), policies });
  const lockout = new SignInLockout({ ...shared, history });
  const challengeStore = new ChallengeStore(ephemeral);
  const stepUp = new StepUpService({
    ...shared,
    policies,
    history,
    challenges: challengeStore,
    lockout,
    codes,
    passkeys,
  });
  const challenges = new ChallengeService({ ...shared, challenges: challengeStore, stepUp, lockout, codes, passkeys });
  const factors = new FactorService({ ...shared, codes, passkeys, policies, history, lockout, stepUp, challenges });
  return { factors, challenges, stepUp, lockout, policies, records: new PlayerFactors(database, shared.box) };
}
