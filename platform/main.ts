// The platform process: chooses the adapters, builds the services, listens, and ends cleanly. Run: node platform/main.ts
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PlayerNames } from "./accounts/player-names.ts";
import { AccountService } from "./accounts/service.ts";
import { AccountStore } from "./accounts/store.ts";
import { RegistryAllocator } from "./allocation/registry-allocator.ts";
import { ApiKeyService } from "./api-keys/service.ts";
import { ApiKeyStore } from "./api-keys/store.ts";
import { createApp } from "./app.ts";
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
import { createPublicServer } from "./http/listener.ts";
import { MatchmakingService } from "./matchmaking/service.ts";
import { TicketStore } from "./matchmaking/store.ts";
import { Health } from "./ops/health.ts";
import { createLog, type Log } from "./ops/log.ts";
import { Metrics } from "./ops/metrics.ts";
import { createOpsServer } from "./ops/server.ts";
import { allPlayerRecords } from "./privacy/all-player-records.ts";
import { DeletionSweep } from "./privacy/deletion-sweep.ts";
import { PrivacyService } from "./privacy/service.ts";
import { DeletionStore } from "./privacy/store.ts";
import { ProfileService } from "./profiles/service.ts";
import { ProfileStore } from "./profiles/store.ts";
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

  const accounts = new AccountService(new AccountStore(database), metrics);
  const audit = new AuditService(new AuditStore(database));
  const { defaultEnvironment } = config;
  const environments = new EnvironmentService({ store: new EnvironmentStore(database), audit, defaultEnvironment });
  const signingKeys = new SigningKeys(new SigningKeyStore(database, RETIRED_KEY_SECONDS));
  const tokens = new TokenService(signingKeys, environments);
  const apiKeys = new ApiKeyService(new ApiKeyStore(database), audit);
  const authenticator = new Authenticator({ tokens, apiKeys, ...config });
  const servers = new GameServerService(new GameServerStore(ephemeral), environments, log);
  const allocator = new RegistryAllocator({ servers, metrics, log });
  const tickets = new TicketStore(ephemeral);
  const matchmaking = new MatchmakingService({ tickets, allocator, servers, accounts, tokens, metrics });

  const names = new PlayerNames(database);
  const deletions = new DeletionStore(database);
  const records = allPlayerRecords(database, ephemeral);
  const graceDays = config.playerDeletionDays;
  const privacy = new PrivacyService({ store: deletions, names, records, audit, metrics, log, graceDays });
  const profiles = new ProfileService({
    store: new ProfileStore(database),
    names,
    audit,
    isLeaving: privacy.isLeaving.bind(privacy),
  });
  const deletionSweep = new DeletionSweep(privacy, log);

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
    accounts,
    tokens,
    servers,
    matchmaking,
    profiles,
    privacy,
    ephemeral,
    metrics,
    log,
  });
  const publicServer = createPublicServer(app, log);
  const opsServer = createOpsServer(health, metrics, log);

  const stop = async () => {
    health.beginStop();
    await close(publicServer, config.drainSeconds);
    await close(opsServer, 0);
    await deletionSweep.stop();
    await ephemeral.close();
    await database.close();
    metrics.close();
    log.info({ event: "platform.stopped" });
  };
  try {
    const port = await listen(publicServer, config.port, config.host);
    const opsPort = await listen(opsServer, config.opsPort, config.opsHost);
    log.info({ event: "platform.listening", port, opsPort, url: `http://localhost:${port}` });
    return { port, opsPort, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
