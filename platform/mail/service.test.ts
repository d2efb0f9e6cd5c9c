import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openPglite } from "../db/pglite.ts";
import { createLog } from "../ops/log.ts";
import { mailServiceContract } from "./service.contract.ts";

let folder: string | undefined;
after(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

mailServiceContract("PGlite", async () => {
  folder = await mkdtemp(join(tmpdir(), "gamekeeper-mail-"));
  const database = await openPglite(folder, createLog("silent"));
  await database.whenReady();
  return database;
});
