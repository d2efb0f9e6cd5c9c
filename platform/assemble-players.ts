// Puts together all that knows players: mail, sessions, second factors, accounts, profiles and recovery. Importing this does nothing.
import { ProviderHttp } from "./accounts/verifiers/provider-http.ts";
import { UsedProofs } from "./accounts/verifiers/used-proofs.ts";
import { type AccountServices, type AccountsDeps, assembleAccounts } from "./assemble-accounts.ts";
import { assembleMail, assembleRecovery, type MailDeps, type MailParts } from "./assemble-recovery.ts";
import { assembleSessions, type SessionParts, type SessionsDeps } from "./assemble-sessions.ts";
import type { Config } from "./config.ts";
import { createFactors, type FactorServices, type FactorsDeps } from "./factors/create-factors.ts";
import { playerModules } from "./merged-tables.ts";
import { ProfileService } from "./profiles/service.ts";
import { ProfileStore } from "./profiles/store.ts";
import type { RecoveryService } from "./recovery/service.ts";

/** The adapters that main.ts chose for players. */
export interface PlayerAdapters {
  readonly transport: MailDeps["transport"];
  readonly codeSecret: string;
  readonly sealingKeys: readonly Uint8Array[];
  readonly countries: FactorsDeps["countries"];
  readonly hasher: AccountsDeps["hasher"];
  readonly meter: AccountsDeps["meter"];
  readonly breached: AccountsDeps["breached"];
}

/** What players stand on. */
export interface PlayersDeps extends Omit<SessionsDeps, "notices" | "times" | "graceDays"> {
  readonly config: Config;
  readonly adapters: PlayerAdapters;
}

/** All that knows players. Call `start` when the platform listens, and `stop` at its end. */
export interface PlayerParts extends Omit<SessionParts, "sweeps" | "starter" | "names"> {
  readonly accounts: AccountServices;
  readonly factors: FactorServices;
  readonly profiles: ProfileService;
  readonly recovery: RecoveryService;
  start(): void;
  stop(): Promise<void>;
}

/** Makes it all. */
export function assemblePlayers(deps: PlayersDeps): PlayerParts {
  const { config, adapters, database, ephemeral, metrics, log } = deps;
  const mail = assembleMail({
    database,
    ephemeral,
    transport: adapters.transport,
    product: config.mailFrom.replace(/ <.*$/, ""),
    codeSecret: adapters.codeSecret,
    metrics,
    log,
    emailOf: (environmentId, playerId) => accounts.accounts.emailOf(environmentId, playerId),
  });
  const { notices } = mail;
  const graceDays = config.playerDeletionDays;
  const parts = assembleSessions({ ...deps, notices, times: config.sessionTimes, graceDays });
  const factors = createFactors({
    ...deps,
    keys: adapters.sealingKeys,
    party: { id: config.passkeyRpId, name: "Gamekeeper", origins: config.passkeyOrigins },
    countries: adapters.countries,
    labels: {
      labelOf: async (environmentId, playerId) => (await accounts.accounts.player(environmentId, playerId)).displayName,
    },
    sessions: parts.starter,
    mailedCodes: mail.stepUpCodes,
    notices,
  });
  const providerHttp = new ProviderHttp({ log, privateHosts: config.providerPrivateHosts });
  const accounts = assembleAccounts({
    ...deps,
    ...adapters,
    modules: playerModules(database, factors.records),
    verifierDeps: { http: providerHttp, usedProofs: new UsedProofs(ephemeral) },
    builtInVerifiers: [mail.verifier],
    sessions: parts.starter,
    bans: parts.bans,
    guard: factors.lockout,
    stepUp: factors.stepUp,
    notices,
  });
  const { sweeps, starter: _starter, names: _names, ...rest } = parts;
  return {
    ...rest,
    accounts,
    factors,
    profiles: profilesOf(deps, parts, accounts),
    recovery: recoveryOf(mail, parts, accounts, config.accountPageUrl),
    start: () => {
      sweeps.start();
      mail.mails.start();
    },
    stop: async () => {
      await sweeps.stop();
      await mail.mails.stop();
      providerHttp.close();
    },
  };
}

function profilesOf({ database, audit }: PlayersDeps, { names, privacy }: SessionParts, { accounts }: AccountServices) {
  return new ProfileService({
    store: new ProfileStore(database),
    names,
    audit,
    currentId: async (environmentId, playerId) => (await accounts.profile(environmentId, playerId)).id,
    isLeaving: privacy.isLeaving.bind(privacy),
  });
}

function recoveryOf(
  mail: MailParts,
  { sessions }: SessionParts,
  { accounts, identities, passwords }: AccountServices,
  accountPageUrl: string,
): RecoveryService {
  const emails = {
    emailOf: accounts.emailOf.bind(accounts),
    playerOfEmail: accounts.playerOfEmail.bind(accounts),
    replaceEmail: identities.replaceEmail.bind(identities),
  };
  return assembleRecovery(mail, { emails, passwords, sessions, accountPageUrl });
}
