// Builds Nakama and the arena for it out of the Go module proxy: one go.mod for both, because a plugin loads only into a program of the
// very same versions. `node bench/servers/nakama/build.ts` builds, and says where or why not.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a build leaves behind. */
export interface NakamaBuild {
  readonly program: string;
  /** The folder that Nakama loads the arena from. */
  readonly modulesFolder: string;
}

const SOURCE = import.meta.dirname;
/** Outside what is committed; kept from run to run. */
const CACHE = join(SOURCE, "..", "..", "..", ".data", "bench", "nakama");
const SERVER_MODULE = "github.com/heroiclabs/nakama/v3";
const SOURCES = ["go.mod", "go.sum", "arena.go"];
/** A first build downloads and compiles 65 modules. */
const BUILD_TIMEOUT_MS = 30 * 60_000;
const FLAGS = ["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"];
const MAX_TOLD_LINES = 3;

/** The build of these sources, made now if it is not there. Throws with what is missing: Go, a C compiler, or a module. */
export function buildNakama(): NakamaBuild {
  const hash = createHash("sha256").update(go("version"));
  for (const name of SOURCES) hash.update(readFileSync(join(SOURCE, name)));
  const folder = join(CACHE, hash.digest("hex").slice(0, 16));
  const build = { program: join(folder, "nakama"), modulesFolder: join(folder, "modules") };
  const done = join(folder, "done");
  if (existsSync(done)) return build;
  console.error("Building Nakama: minutes the first time, seconds later.");
  mkdirSync(build.modulesFolder, { recursive: true });
  go(...FLAGS, "-o", build.program, SERVER_MODULE);
  go(...FLAGS, "-buildmode=plugin", "-o", join(build.modulesFolder, "arena.so"), ".");
  writeFileSync(done, "");
  return build;
}

function go(...parts: string[]): string {
  try {
    return execFileSync("go", parts, {
      cwd: SOURCE,
      timeout: BUILD_TIMEOUT_MS,
      env: { ...process.env, CGO_ENABLED: "1" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") throw new Error("Go is not installed, so Nakama cannot be built.");
    const told = stderr?.trim().split("\n").slice(-MAX_TOLD_LINES).join(" ");
    throw new Error(`Nakama cannot be built: ${told || error}`);
  }
}

if (import.meta.main) console.log(buildNakama().program);
