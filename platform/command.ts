// Command: `npm run platform -- create-operator-key …` on DATABASE_URL, or on the PGlite folder in DATA_DIR.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CreateApiKeyRequest, FIRST_ENVIRONMENT } from "../shared/schema/platform/index.ts";
import { ApiKeyService } from "./api-keys/service.ts";
import { ApiKeyStore } from "./api-keys/store.ts";
import { AuditService } from "./audit/service.ts";
import { AuditStore } from "./audit/store.ts";
import { parseDatabaseConfig } from "./config.ts";
import { openPglite } from "./db/pglite.ts";
import { openPostgres } from "./db/postgres.ts";
import type { SqlDatabase } from "./db/sql-database.ts";
import { EnvironmentService } from "./environments/service.ts";
import { EnvironmentStore } from "./environments/store.ts";
import { createLog } from "./ops/log.ts";

const USAGE = `Usage: node platform/command.ts create-operator-key [--name <text>] [--environment <project>/<environment>]
         [--reach environment|project|platform] [--scope <scope>]...
Without options: a key named "operator" that may do everything, everywhere. Its secret is written to standard output.
`;

/** Longest to wait for the database, in milliseconds. */
const READY_TIMEOUT_MS = 30_000;

/** What the command may do: whoever can reach the database can do everything. */
const MAKER = {
  power: { environmentId: FIRST_ENVIRONMENT, reach: "platform", scopes: ["*"] },
  actor: { kind: "system", id: "command" },
} as const;

async function main(args: readonly string[]): Promise<number> {
  const wanted = read(args);
  if (wanted === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { environment, key } = wanted;
  const database = await open();
  try {
    await Promise.race([database.whenReady(), delay(READY_TIMEOUT_MS, undefined, { ref: false })]);
    await database.check();
    const audit = new AuditService(new AuditStore(database));
    const store = new EnvironmentStore(database);
    const environments = new EnvironmentService({ store, audit, defaultEnvironment: MAKER.power.environmentId });
    const { id } = await environments.find(environment);
    const apiKeys = new ApiKeyService(new ApiKeyStore(database), audit);
    const { apiKey, secret } = await apiKeys.create(id, key, MAKER);
    process.stderr.write(`made operator key ${apiKey.id} of ${id}; its secret is not shown again\n`);
    process.stdout.write(`${secret}\n`);
    return 0;
  } finally {
    await database.close();
  }
}

/** The key that the arguments ask for, and where; undefined when they are wrong. */
function read(args: readonly string[]): { environment: string; key: CreateApiKeyRequest } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: "string", default: "operator" },
        environment: { type: "string", default: FIRST_ENVIRONMENT },
        reach: { type: "string", default: "platform" },
        scope: { type: "string", multiple: true, default: ["*"] },
      },
    });
    if (positionals.length !== 1 || positionals[0] !== "create-operator-key") return undefined;
    const { name, reach, scope: scopes, environment } = values;
    const key = CreateApiKeyRequest.safeParse({ kind: "operator", name, reach, scopes });
    return key.success ? { environment, key: key.data } : undefined;
  } catch {
    // parseArgs throws for what it does not know; the usage says what there is.
    return undefined;
  }
}

async function open(): Promise<SqlDatabase> {
  const { dataDir, databaseUrl } = parseDatabaseConfig(process.env);
  const log = createLog("silent");
  return databaseUrl === undefined ? openPglite(dataDir, log) : openPostgres(databaseUrl, log);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
