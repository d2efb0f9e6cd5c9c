// Keys, environments and the audit log on Postgres (DATABASE_URL).
import { after } from "node:test";
import { openPostgres } from "../db/postgres.ts";
import { createLog } from "../ops/log.ts";
import { createScratchDatabase } from "../testing/real-services.ts";
import { administrationContract } from "./administration.contract.ts";

let drop: (() => Promise<void>) | undefined;
after(async () => drop?.());

administrationContract("Postgres", async () => {
  const scratch = await createScratchDatabase();
  drop = scratch.drop;
  const database = openPostgres(scratch.url, createLog("silent"));
  await (await database).whenReady();
  return database;
});
