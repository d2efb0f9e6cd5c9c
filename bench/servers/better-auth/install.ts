// Installs better-auth from the npm registry into a scratch folder, as locked here: the project itself does not depend on it.
// `node bench/servers/better-auth/install.ts` installs, and says where or why not.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const SOURCE = import.meta.dirname;
/** Outside what is committed; kept from run to run. */
const CACHE = join(SOURCE, "..", "..", "..", ".data", "bench", "better-auth");
const SOURCES = ["package.json", "package-lock.json"];
const INSTALL_TIMEOUT_MS = 5 * 60_000;
const MAX_TOLD_LINES = 3;

let answer: { readonly reason: string | undefined } | undefined;

/** The folder with the packages, installed now if they are not there. Throws with what npm said. */
export function installBetterAuth(): string {
  const hash = createHash("sha256");
  for (const name of SOURCES) hash.update(readFileSync(join(SOURCE, name)));
  const folder = join(CACHE, hash.digest("hex").slice(0, 16));
  const done = join(folder, "done");
  if (existsSync(done)) return folder;
  mkdirSync(folder, { recursive: true });
  for (const name of SOURCES) copyFileSync(join(SOURCE, name), join(folder, name));
  try {
    const settings = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"];
    execFileSync("npm", ["ci", ...settings], { cwd: folder, timeout: INSTALL_TIMEOUT_MS, encoding: "utf8" });
  } catch (error) {
    const told = (error as { stderr?: string }).stderr?.trim().split("\n").slice(-MAX_TOLD_LINES).join(" ");
    throw new Error(`better-auth cannot be installed: ${told || error}`);
  }
  writeFileSync(done, "");
  return folder;
}

/** Why better-auth cannot be had here, in a sentence; `undefined` when it is installed. Installs it the first time. */
export function missingBetterAuth(): string | undefined {
  if (answer === undefined) {
    try {
      installBetterAuth();
      answer = { reason: undefined };
    } catch (error) {
      answer = { reason: error instanceof Error ? error.message : String(error) };
    }
  }
  return answer.reason;
}

/** A module of the folder, by the name that a program in it would import. */
export async function importFrom<Module>(folder: string, name: string): Promise<Module> {
  const file = createRequire(join(folder, "package.json")).resolve(name);
  return (await import(pathToFileURL(file).href)) as Module;
}

if (import.meta.main) console.log(installBetterAuth());
