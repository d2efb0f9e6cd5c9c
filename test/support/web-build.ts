// The web client as players get it: built, and built anew when a source is newer.
import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { REPOSITORY } from "./game-stack.ts";

/** Whatever the page is made of. */
const SOURCES = ["web", "client", "shared"];
const BUILT = join("web", "dist");

/** Makes sure that web/dist is what the sources say. Rejects with Vite's own words. */
export async function buildWebClient(): Promise<void> {
  const builtAt = statSync(join(REPOSITORY, BUILT, "index.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (builtAt > Math.max(...SOURCES.map(newestIn))) return;
  const vite = join(REPOSITORY, "node_modules", "vite", "bin", "vite.js");
  await promisify(execFile)(process.execPath, [vite, "build", "web", "--logLevel", "warn"], { cwd: REPOSITORY });
}

function newestIn(folder: string): number {
  const files = readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && !file.name.endsWith(".test.ts") && !file.parentPath.includes(BUILT))
    .reduce((newest, file) => Math.max(newest, statSync(join(file.parentPath, file.name)).mtimeMs), 0);
}
