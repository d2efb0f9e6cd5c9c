// Second factors and step-up keep their promises on Postgres and Redis (DATABASE_URL, REDIS_URL).
import { PostgresEngine } from "../db/postgres.ts";
import { SqlDatabase } from "../db/sql-database.ts";
import { RedisStore } from "../ephemeral/redis.ts";
import { createLog } from "../ops/log.ts";
import { LogSink } from "../testing/log-sink.ts";
import { createScratchDatabase, requireUrl } from "../testing/real-services.ts";
import { type Backends, factorsContract } from "./factors.contract.ts";
import { lockoutContract } from "./lockout.contract.ts";
import { stepUpContract } from "./step-up.contract.ts";

async function open(): Promise<Backends> {
  const scratch = await createScratchDatabase();
  const database = new SqlDatabase(new PostgresEngine(scratch.url, createLog("silent")), createLog("silent")).start();
  await database.whenReady();
  const sink = new LogSink();
  const ephemeral = new RedisStore(requireUrl("REDIS_URL"), createLog("debug", [], sink));
  await sink.waitFor("ephemeral.ready");
  return {
    database,
    ephemeral,
    close: async () => {
      await ephemeral.close();
      await database.close();
      await scratch.drop();
    },
  };
}

factorsContract("Postgres and Redis", open);
stepUpContract("Postgres and Redis", open);
lockoutContract("Postgres and Redis", open);
