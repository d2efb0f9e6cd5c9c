// Keys, environments and the audit log on PGlite.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openPglite } from "../db/pglite.ts";
import { createLog } from "../ops/log.ts";
import { administrationContract } from "./administration.contract.ts";

let folder: string | undefined;
after(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

administrationContract("PGlite", async () => {
  folder = await mkdtemp(join(tmpdir(), "gamekeeper-administration-"));
  const database = await openPglite(folder, createLog("silent"));
  await database.whenReady();
  return database;
});
