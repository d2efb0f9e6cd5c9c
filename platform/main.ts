// The platform process: chooses the adapters, builds the services, listens, and ends cleanly. Run: node platform/main.ts
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { PlayerNames } from "./accounts/player-names.ts";
import type { SessionStarter } from "./accounts/session-starter.ts";
import { ProviderHttp } from "./accounts/verifiers/provider-http.ts";
import { UsedProofs } from "./accounts/verifiers/used-proofs.ts";
import { RegistryAllocator } from "./allocation/registry-allocator.ts";
import { ApiKeyService } from "./api-keys/service.ts";
import { ApiKeyStore } from "./api-keys/store.ts";
import { createApp } from "./app.ts";
import { assembleAccounts } from "./assemble-accounts.ts";
import { assembleMail, assembleRecovery } from "./assemble-recovery.ts";
import { AuditService } from "./audit/service.ts";
import { AuditStore } from "./audit/store.ts";
import { BanDesk } from "./bans/ban-desk.ts";
import { BanService } from "./bans/service.ts";
import { BanStore } from "./bans/store.ts";
import { type Config, parseConfig } from "./config.ts";
import { openPglite } from "./db/pglite.ts";
import { openPostgres } from "./db/postgres.ts";
import { Authenticator } from "./environments/authenticator.ts";
import { EnvironmentService } from "./environments/service.ts";
import { EnvironmentStore } from "./environments/store.ts";
import { MemoryStore } from "./ephemeral/memory.ts";
import { RedisStore } from "./ephemeral/redis.ts";
import { createFactors } from "./factors/create-factors.ts";
import { Ip3CountryFinder } from "./factors/ip3country.ts";
import { localFactorsKey } from "./factors/local-key.ts";
import { createPublicServer } from "./http/listener.ts";
import { MailboxFolder } from "./mail/mailbox-folder.ts";
import { MAILBOX_PATH } from "./mail/mailbox-page.ts";
import { SmtpTransport } from "./mail/smtp.ts";
import { MatchmakingService } from "./matchmaking/service.ts";
import { TicketStore } from "./matchmaking/store.ts";
import { playerModules } from "./merged-tables.ts";
import { Health } from "./ops/health.ts";
import { createLog, type Log } from "./ops/log.ts";
import { Metrics } from "./ops/metrics.ts";
import { createOpsServer } from "./ops/server.ts";
import { NO_BREACHED_PASSWORDS } from "./passwords/breached-passwords.ts";
import { Argon2Hasher } from "./passwords/hasher.ts";
import { RangeBreachedPasswords } from "./passwords/range-breached-passwords.ts";
import { StrengthMeter } from "./passwords/strength.ts";
import { allPlayerRecords } from "./privacy/all-player-records.ts";
import { DeletionSweep } from "./privacy/deletion-sweep.ts";
import { PrivacyService } from "./privacy/service.ts";
import { DeletionStore } from "./privacy/store.ts";
import { ProfileService } from "./profiles/service.ts";
import { ProfileStore } from "./profiles/store.ts";
import { localSecret } from "./recovery/local-secret.ts";
import { HttpEvictor } from "./servers/http-evictor.ts";
import { GameServerService } from "./servers/service.ts";
import { GameServerStore } from "./servers/store.ts";
import { EndedSessions } from "./sessions/ended-sessions.ts";
import { LiveSessions } from "./sessions/live-sessions.ts";
import { SessionService } from "./sessions/service.ts";
import { SessionSweep } from "./sessions/session-sweep.ts";
import { SessionStore } from "./sessions/store.ts";
import { TokenService } from "./tokens/service.ts";
import { RETIRED_KEY_SECONDS, SigningKeys } from "./tokens/signing-keys.ts";
import { SigningKeyStore } from "./tokens/store.ts";

/** How often, while draining, connections that became idle are closed. */
const IDLE_SWEEP_MS = 50;

/** A running platform. */
export interface Platform {
  readonly port: number;
  readonly opsPort: number;
  /** Stops accepting, finishes what is under way within the drain time, and closes the stores. */
  stop(): Promise<void>;
}

/** Starts the platform. Resolves when it listens; the database may still be starting, as `/readyz` says. */
export async function startPlatform(config: Config, log: Log): Promise<Platform> {
  const metrics = new Metrics();
  const database = await (config.databaseUrl === undefined
    ? openPglite(config.dataDir, log)
    : openPostgres(config.databaseUrl, log));
  const ephemeral = config.redisUrl === undefined ? new MemoryStore() : new RedisStore(config.redisUrl, log);

  const audit = new AuditService(new AuditStore(database));
  const { defaultEnvironment } = config;
  const environments = new EnvironmentService({ store: new EnvironmentStore(database), audit, defaultEnvironment });
  const signingKeys = new SigningKeys(new SigningKeyStore(database, RETIRED_KEY_SECONDS));
  const tokens = new TokenService(signingKeys, environments);
  const apiKeys = new ApiKeyService(new ApiKeyStore(database), audit);
  const servers = new GameServerService(new GameServerStore(ephemeral), environments, log);
  const mailbox = config.smtpUrl === undefined ? new MailboxFolder(join(config.dataDir, "mail")) : undefined;
  const mail = assembleMail({
    database,
    ephemeral,
    transport: mailbox ?? new SmtpTransport({ url: config.smtpUrl ?? "", from: config.mailFrom }),
    product: config.mailFrom.replace(/ <.*$/, ""),
    // Processes that share a database share the server key; one with a database of its own has a secret beside it.
    codeSecret:
      config.databaseUrl === undefined ? await localSecret(config.dataDir, "mail-codes.key") : config.serverKey,
    metrics,
    log,
    emailOf: (environmentId, playerId) => accountServices.accounts.emailOf(environmentId, playerId),
  });
  const { notices } = mail;
  const sessionStore = new SessionStore(database);
  const live = new LiveSessions({ tokens, store: sessionStore });
  const authenticator = new Authenticator({ ...config, tokens: live, apiKeys });
  const endedSessions = new EndedSessions(sessionStore);
  const banStore = new BanStore(database);
  const bans = new BanService(banStore);
  const sessions = new SessionService({
    store: sessionStore,
    tokens,
    bans,
    live,
    evictor: new HttpEvictor({ servers, metrics, log }),
    notices,
    audit,
    metrics,
    times: config.sessionTimes,
  });
  const banDesk = new BanDesk({ store: banStore, sessions, audit });
  const sweep = new SessionSweep(sessionStore, log);
  const names = new PlayerNames(database);
  const deletions = new DeletionStore(database);
  const records = allPlayerRecords(database, ephemeral);
  const graceDays = config.playerDeletionDays;
  const privacy = new PrivacyService({
    store: deletions,
    names,
    records,
    audit,
    metrics,
    log,
    graceDays,
    leaving: {
      endSessions: async (environmentId, playerId, exceptSessionId) => {
        await sessions.endAll(environmentId, playerId, "account_closed", exceptSessionId ? { exceptSessionId } : {});
      },
      notify: (environmentId, playerId, deletesAt) =>
        notices.tell(environmentId, playerId, "deletion-scheduled", { whenMs: deletesAt.getTime() }),
    },
  });
  // Whoever signs in has changed their mind about being deleted.
  const starter: SessionStarter = {
    start: async (environmentId, playerId, origin) => {
      await privacy.signedIn(environmentId, playerId);
      return sessions.start(environmentId, playerId, origin);
    },
    endAll: sessions.endAll.bind(sessions),
  };
  const deletionSweep = new DeletionSweep(privacy, log);
  // On one machine the key lies beside the database; a database that others can reach needs one that they cannot.
  const sealingKeys =
    config.databaseUrl === undefined
      ? [...config.factorsKeys, await localFactorsKey(config.dataDir)]
      : config.factorsKeys;
  const factors = createFactors({
    database,
    ephemeral,
    audit,
    metrics,
    keys: sealingKeys,
    party: { id: config.passkeyRpId, name: "Gamekeeper", origins: config.passkeyOrigins },
    countries: new Ip3CountryFinder(),
    labels: {
      labelOf: async (environmentId, playerId) =>
        (await accountServices.accounts.player(environmentId, playerId)).displayName,
    },
    sessions: starter,
    mailedCodes: mail.stepUpCodes,
    notices,
  });
  const meter = new StrengthMeter();
  const { breachedPasswordsUrl: ranges } = config;
  const providerHttp = new ProviderHttp({ log, privateHosts: config.providerPrivateHosts });
  const accountServices = assembleAccounts({
    database,
    tokens,
    audit,
    metrics,
    log,
    hasher: new Argon2Hasher(),
    meter,
    modules: playerModules(database, factors.records),
    breached: ranges === undefined ? NO_BREACHED_PASSWORDS : new RangeBreachedPasswords(ranges),
    verifierDeps: { http: providerHttp, usedProofs: new UsedProofs(ephemeral) },
    builtInVerifiers: [mail.verifier],
    sessions: starter,
    bans,
    guard: factors.lockout,
    stepUp: factors.stepUp,
    notices,
    sealingKeys,
  });
  const { accounts } = accountServices;
  const profiles = new ProfileService({
    store: new ProfileStore(database),
    names,
    audit,
    currentId: async (environmentId, playerId) => (await accounts.profile(environmentId, playerId)).id,
    isLeaving: privacy.isLeaving.bind(privacy),
  });
  const recovery = assembleRecovery(mail, {
    emails: {
      emailOf: accounts.emailOf.bind(accounts),
      playerOfEmail: accounts.playerOfEmail.bind(accounts),
      replaceEmail: accountServices.identities.replaceEmail.bind(accountServices.identities),
    },
    passwords: accountServices.passwords,
    sessions,
    accountPageUrl: config.accountPageUrl,
  });
  const allocator = new RegistryAllocator({ servers, metrics, log });
  const tickets = new TicketStore(ephemeral);
  const matchmaking = new MatchmakingService({ tickets, allocator, servers, accounts, tokens, metrics });

  const health = new Health({
    database: () => database.check(),
    ephemeral: () => ephemeral.check(),
    gameServers: () => servers.checkReady(),
  });
  metrics.watchGameServers(() => servers.countsIfKnown());
  metrics.watchDependencies(async () => (await health.readiness()).checks);
  if (ephemeral instanceof MemoryStore) metrics.watchEphemeralEntries(() => ephemeral.size);

  const app = createApp({
    config,
    environments,
    authenticator,
    apiKeys,
    audit,
    signingKeys,
    accounts: accountServices,
    recovery,
    tokens,
    sessions,
    endedSessions,
    bans,
    banDesk,
    servers,
    matchmaking,
    factors,
    profiles,
    privacy,
    ephemeral,
    metrics,
    log,
  });
  const publicServer = createPublicServer(app, log);
  const opsServer = createOpsServer(health, metrics, log, mailbox);

  const stop = async () => {
    health.beginStop();
    await close(publicServer, config.drainSeconds);
    await close(opsServer, 0);
    await sweep.stop();
    await mail.mails.stop();
    await meter.close();
    providerHttp.close();
    await deletionSweep.stop();
    await ephemeral.close();
    await database.close();
    metrics.close();
    log.info({ event: "platform.stopped" });
  };
  try {
    const port = await listen(publicServer, config.port, config.host);
    const opsPort = await listen(opsServer, config.opsPort, config.opsHost);
    sweep.start();
    mail.mails.start();
    if (mailbox !== undefined) warnOfMailbox(config, opsPort, log);
    log.info({ event: "platform.listening", port, opsPort, url: `http://localhost:${port}` });
    return { port, opsPort, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Mail that goes nowhere is what development wants, and a mistake where there is a database server. */
function warnOfMailbox(config: Config, opsPort: number, log: Log): void {
  const url = `http://localhost:${opsPort}${MAILBOX_PATH}`;
  if (config.databaseUrl === undefined) log.info({ event: "mail.mailbox", url });
  else log.warn({ event: "mail.mailbox", url }, "Mail goes to no one: set SMTP_URL and MAIL_FROM.");
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function close(server: Server, drainSeconds: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  // A connection that was busy at this moment is kept alive when its answer is sent: nobody else would close it.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const deadline = setTimeout(() => server.closeAllConnections(), drainSeconds * 1_000);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}

/** What must never be in a log. */
export function secretsOf({ serverKey, operatorKey, factorsKeys }: Config): string[] {
  const keys = factorsKeys.map((key) => Buffer.from(key).toString("hex"));
  return [serverKey, ...(operatorKey === undefined ? [] : [operatorKey]), ...keys];
}

/** Runs until SIGTERM or SIGINT; a second signal ends the process at once. */
async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLog(config.logLevel, secretsOf(config));
  const platform = await startPlatform(config, log);
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals | "disconnect") => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ event: "platform.stopping", signal });
    platform.stop().catch((error: unknown) => {
      log.error({ event: "platform.stop_failed", err: error });
      process.exit(1);
    });
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  // Under a supervisor with a channel: when it is gone, so are we. The channel alone keeps nothing alive.
  process.on("disconnect", () => onSignal("disconnect"));
  process.channel?.unref();
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
