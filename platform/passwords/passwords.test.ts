// Passwords keep their promises on PGlite.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openPglite } from "../db/pglite.ts";
import { createLog } from "../ops/log.ts";
import { passwordsContract } from "./passwords.contract.ts";

const folder = await mkdtemp(join(tmpdir(), "gamekeeper-passwords-"));
after(async () => rm(folder, { recursive: true, force: true }));

passwordsContract("PGlite", () => openPglite(folder, createLog("silent")));
