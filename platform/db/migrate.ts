// Command: `node platform/db/migrate.ts up | down [count] | status` on DATABASE_URL, or on the PGlite folder in DATA_DIR.
import { parseDatabaseConfig } from "../config.ts";
import { createLog } from "../ops/log.ts";
import { migrateDown, migrateUp, migrationStatus } from "./migrations.ts";
import { openPgliteEngine } from "./pglite.ts";
import { PostgresEngine } from "./postgres.ts";
import type { Engine } from "./sql-database.ts";

const USAGE = "Usage: node platform/db/migrate.ts up | down [count] | status\n";

async function main(args: readonly string[]): Promise<number> {
  const [command, count = "1"] = args;
  if (command === undefined || !["up", "down", "status"].includes(command) || !/^[1-9]\d{0,3}$/.test(count)) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { dataDir, databaseUrl } = parseDatabaseConfig(process.env);
  const log = createLog("warn");
  const engine: Engine =
    databaseUrl === undefined ? await openPgliteEngine(dataDir, log) : new PostgresEngine(databaseUrl, log);
  try {
    const sql = await engine.connect(() => {});
    try {
      for (const line of await run(command, Number(count), sql)) process.stdout.write(`${line}\n`);
    } finally {
      await sql.end();
    }
  } finally {
    await engine.stop();
  }
  return 0;
}

async function run(command: string, count: number, sql: Parameters<typeof migrateUp>[0]): Promise<string[]> {
  if (command === "up") return named("applied", await migrateUp(sql));
  if (command === "down") return named("taken back", await migrateDown(sql, count));
  return (await migrationStatus(sql)).map(({ name, isApplied }) => `${isApplied ? "applied" : "missing"} ${name}`);
}

function named(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? ["nothing to do"] : names.map((name) => `${what} ${name}`);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
