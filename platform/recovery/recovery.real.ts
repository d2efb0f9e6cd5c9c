// Recovery on Postgres (DATABASE_URL).
import { after } from "node:test";
import { openPostgres } from "../db/postgres.ts";
import { createLog } from "../ops/log.ts";
import { createScratchDatabase } from "../testing/real-services.ts";
import { recoveryContract } from "./recovery.contract.ts";

let drop: (() => Promise<void>) | undefined;
after(async () => drop?.());

recoveryContract("Postgres", async () => {
  const scratch = await createScratchDatabase();
  drop = scratch.drop;
  const database = openPostgres(scratch.url, createLog("silent"));
  await database.whenReady();
  return database;
});
