// Second factors and step-up keep their promises on PGlite and the memory store.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPglite } from "../db/pglite.ts";
import { MemoryStore } from "../ephemeral/memory.ts";
import { createLog } from "../ops/log.ts";
import { type Backends, factorsContract } from "./factors.contract.ts";
import { lockoutContract } from "./lockout.contract.ts";
import { stepUpContract } from "./step-up.contract.ts";

async function open(): Promise<Backends> {
  const folder = await mkdtemp(join(tmpdir(), "gamekeeper-factors-"));
  const database = await openPglite(folder, createLog("silent"));
  await database.whenReady();
  const ephemeral = new MemoryStore();
  return {
    database,
    ephemeral,
    close: async () => {
      await ephemeral.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

factorsContract("PGlite and memory", open);
stepUpContract("PGlite and memory", open);
lockoutContract("PGlite and memory", open);
