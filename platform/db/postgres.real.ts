// Postgres keeps the contract of the database (DATABASE_URL).
import { after } from "node:test";
import { createLog } from "../ops/log.ts";
import { createScratchDatabase } from "../testing/real-services.ts";
import { databaseContract } from "./database.contract.ts";
import { PostgresEngine } from "./postgres.ts";

let drop: (() => Promise<void>) | undefined;
after(async () => drop?.());

databaseContract("Postgres", async () => {
  const scratch = await createScratchDatabase();
  drop = scratch.drop;
  return new PostgresEngine(scratch.url, createLog("silent"));
});
