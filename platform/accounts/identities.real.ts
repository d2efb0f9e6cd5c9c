// Identities keep their promises on Postgres (DATABASE_URL).
import { after } from "node:test";
import { openPostgres } from "../db/postgres.ts";
import { createLog } from "../ops/log.ts";
import { createScratchDatabase } from "../testing/real-services.ts";
import { identitiesContract } from "./identities.contract.ts";

let drop: (() => Promise<void>) | undefined;
after(async () => drop?.());

identitiesContract("Postgres", async () => {
  const scratch = await createScratchDatabase();
  drop = scratch.drop;
  return openPostgres(scratch.url, createLog("silent"));
});
