// Puts the services of accounts together, out of what main.ts chose. Importing this does nothing.
import { ClashTokens } from "./accounts/clash-token.ts";
import { ClashService } from "./accounts/clashes.ts";
import { IdentityService } from "./accounts/identities.ts";
import { IdentityStore } from "./accounts/identity-store.ts";
import { type PlayerModule, PlayerModules } from "./accounts/player-modules.ts";
import { ProviderSettingsService } from "./accounts/provider-settings.ts";
import { Registration } from "./accounts/registration.ts";
import { SealedProviderDocuments } from "./accounts/sealed-provider-documents.ts";
import { AccountService } from "./accounts/service.ts";
import type { AccountNotices, BanCheck, SessionStarter } from "./accounts/session-starter.ts";
import { SignInService } from "./accounts/sign-in.ts";
import type { SignInGuard } from "./accounts/sign-in-guard.ts";
import type { StepUp } from "./accounts/step-up.ts";
import { AccountStore } from "./accounts/store.ts";
import { EnvironmentVerifiers } from "./accounts/verifiers/environment-verifiers.ts";
import type { Verifier } from "./accounts/verifiers/verifier.ts";
import type { VerifierDeps } from "./accounts/verifiers/verifiers-of.ts";
import type { AuditLog } from "./audit/audit-log.ts";
import type { Database } from "./db/database.ts";
import { SecretBox } from "./factors/secret-box.ts";
import type { Log } from "./ops/log.ts";
import type { Metrics } from "./ops/metrics.ts";
import type { BreachedPasswords } from "./passwords/breached-passwords.ts";
import type { PasswordHasher } from "./passwords/hasher.ts";
import { PasswordVerifier } from "./passwords/password-verifier.ts";
import { PasswordService } from "./passwords/service.ts";
import { PasswordSignUp } from "./passwords/sign-up.ts";
import { PasswordStore } from "./passwords/store.ts";
import type { StrengthMeter } from "./passwords/strength.ts";
import type { TokenService } from "./tokens/service.ts";

/** What accounts stand on. */
export interface AccountsDeps {
  readonly database: Database;
  readonly tokens: Pick<TokenService, "signFor" | "verifyFor">;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly hasher: PasswordHasher;
  readonly meter: Pick<StrengthMeter, "measure">;
  readonly breached: BreachedPasswords;
  readonly sessions: SessionStarter;
  readonly bans: BanCheck;
  readonly guard: SignInGuard;
  readonly stepUp: StepUp;
  readonly notices: AccountNotices;
  /** What secrets of providers are sealed with, the first of them, and opened; without one they are stored as they are. */
  readonly sealingKeys: readonly Uint8Array[];
  /** Ways in that every environment has beside passwords. */
  readonly builtInVerifiers: readonly Verifier[];
  /** What the ways in that environments configure stand on. */
  readonly verifierDeps: VerifierDeps;
  /** What modules do when players are merged. */
  readonly modules: readonly PlayerModule[];
}

/** The services of accounts. */
export interface AccountServices {
  readonly accounts: AccountService;
  readonly identities: IdentityService;
  readonly clashes: ClashService;
  readonly signIn: SignInService;
  readonly registration: Registration;
  readonly passwords: PasswordService;
  readonly signUp: PasswordSignUp;
  readonly providers: ProviderSettingsService;
}

/** Makes the services of accounts. */
export function assembleAccounts(deps: AccountsDeps): AccountServices {
  const { database, audit, metrics, notices, sessions } = deps;
  const accounts = new AccountService(new AccountStore(database), metrics);
  const passwords = new PasswordService({ ...deps, store: new PasswordStore(database), accounts });
  const builtIn = [new PasswordVerifier(passwords), ...deps.builtInVerifiers];
  const box = deps.sealingKeys.length === 0 ? undefined : new SecretBox(deps.sealingKeys);
  const documents = new SealedProviderDocuments({ documents: accounts, box, log: deps.log });
  const verifiers = new EnvironmentVerifiers(documents, deps.verifierDeps, { builtIn });
  const providers = new ProviderSettingsService({ documents, verifiers, audit });
  const signIn = new SignInService({ ...deps, accounts, verifiers });
  const store = new IdentityStore(database);
  const modules = new PlayerModules(deps.modules);
  const identities = new IdentityService({ store, modules, audit, notices });
  const clashes = new ClashService({ store, accounts, modules, audit, tokens: new ClashTokens(deps.tokens) });
  const registration = new Registration({ accounts, signIn, identities, clashes, passwords, sessions });
  const signUp = new PasswordSignUp({ accounts, passwords, signIn });
  return { accounts, identities, clashes, signIn, registration, passwords, signUp, providers };
}
