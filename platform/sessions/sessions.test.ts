// Sessions and bans keep their contract over PGlite.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openPglite } from "../db/pglite.ts";
import { createLog } from "../ops/log.ts";
import { sessionContract } from "./session.contract.ts";

let folder: string | undefined;
after(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

sessionContract("PGlite", async () => {
  folder = await mkdtemp(join(tmpdir(), "gamekeeper-sessions-"));
  const database = await openPglite(folder, createLog("silent"));
  await database.whenReady();
  return database;
});
