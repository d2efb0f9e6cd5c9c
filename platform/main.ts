// The platform process: chooses the adapters, builds the services, listens, and ends cleanly. Run: node platform/main.ts
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { GUESTS_ONLY } from "./accounts/guest-directory.ts";
import { NO_BANS, type SessionStarter } from "./accounts/session-starter.ts";
import type { VerifierDirectory } from "./accounts/sign-in.ts";
import { NO_SIGN_IN_GUARD } from "./accounts/sign-in-guard.ts";
import { NO_STEP_UP } from "./accounts/step-up.ts";
import { uuidV7 } from "./accounts/uuid-v7.ts";
import type { Verifier } from "./accounts/verifiers/verifier.ts";
import { RegistryAllocator } from "./allocation/registry-allocator.ts";
import { createApp } from "./app.ts";
import { type AccountsDeps, assembleAccounts } from "./assemble-accounts.ts";
import { assembleMail, assembleRecovery } from "./assemble-recovery.ts";
import type { AuditLog } from "./audit/audit-log.ts";
import { type Config, parseConfig } from "./config.ts";
import { openPglite } from "./db/pglite.ts";
import { openPostgres } from "./db/postgres.ts";
import { Authenticator } from "./environments/authenticator.ts";
import { EnvironmentService } from "./environments/service.ts";
import { EnvironmentStore } from "./environments/store.ts";
import { MemoryStore } from "./ephemeral/memory.ts";
import { RedisStore } from "./ephemeral/redis.ts";
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
import { localSecret } from "./recovery/local-secret.ts";
import { GameServerService } from "./servers/service.ts";
import { GameServerStore } from "./servers/store.ts";
import { TokenService } from "./tokens/service.ts";
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

  const environments = new EnvironmentService(new EnvironmentStore(database));
  const tokens = new TokenService(new SigningKeyStore(database), environments);
  const authenticator = new Authenticator({ tokens, ...config });
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
  const meter = new StrengthMeter();
  const modules = playerModules(database);
  const { breachedPasswordsUrl: ranges } = config;
  const breached = ranges === undefined ? NO_BREACHED_PASSWORDS : new RangeBreachedPasswords(ranges);
  const ports = accountPorts(tokens, log);
  const accountServices = assembleAccounts({
    database,
    tokens,
    metrics,
    log,
    meter,
    modules,
    breached,
    ...ports,
    notices: mail.notices,
    verifiers: withVerifier(mail.verifier, ports.verifiers),
  });
  const { accounts } = accountServices;
  const recovery = assembleRecovery(mail, {
    emails: {
      emailOf: accounts.emailOf.bind(accounts),
      playerOfEmail: accounts.playerOfEmail.bind(accounts),
      replaceEmail: accountServices.identities.replaceEmail.bind(accountServices.identities),
    },
    passwords: accountServices.passwords,
    sessions: ports.sessions,
    accountPageUrl: config.accountPageUrl,
  });
  const servers = new GameServerService(new GameServerStore(ephemeral), log);
  const allocator = new RegistryAllocator({ servers, serverKey: config.serverKey, metrics, log });
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
    accounts: accountServices,
    recovery,
    tokens,
    servers,
    matchmaking,
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
    await mail.mails.stop();
    await meter.close();
    await ephemeral.close();
    await database.close();
    metrics.close();
    log.info({ event: "platform.stopped" });
  };
  try {
    const port = await listen(publicServer, config.port, config.host);
    const opsPort = await listen(opsServer, config.opsPort, config.opsHost);
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

/** The ways in of a directory, and one more that every environment has. */
function withVerifier(verifier: Verifier, directory: VerifierDirectory): VerifierDirectory {
  return {
    find: async (environmentId, provider) =>
      provider === verifier.provider ? verifier : directory.find(environmentId, provider),
  };
}

/** What accounts ask of others, where there is nobody yet but the log and access tokens, which end by themselves. */
function accountPorts(
  tokens: TokenService,
  log: Log,
): Omit<AccountsDeps, "database" | "tokens" | "metrics" | "log" | "meter" | "modules" | "breached" | "notices"> {
  const sessions: SessionStarter = {
    start: async (environmentId, playerId) => {
      return { playerId, ...(await tokens.signAccessToken(environmentId, playerId, uuidV7())) };
    },
    endAll: async () => {},
  };
  const audit: AuditLog = { record: async (entry) => log.info({ event: "audit.entry", ...entry }) };
  return {
    sessions,
    audit,
    hasher: new Argon2Hasher(),
    bans: NO_BANS,
    guard: NO_SIGN_IN_GUARD,
    stepUp: NO_STEP_UP,
    verifiers: GUESTS_ONLY,
  };
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
export function secretsOf({ serverKey, operatorKey }: Config): string[] {
  return operatorKey === undefined ? [serverKey] : [serverKey, operatorKey];
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
