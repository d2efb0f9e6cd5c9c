// Identities keep their promises on PGlite.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openPglite } from "../db/pglite.ts";
import { createLog } from "../ops/log.ts";
import { identitiesContract } from "./identities.contract.ts";

const folder = await mkdtemp(join(tmpdir(), "gamekeeper-identities-"));
after(async () => rm(folder, { recursive: true, force: true }));

identitiesContract("PGlite", () => openPglite(folder, createLog("silent")));
