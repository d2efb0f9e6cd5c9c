// The files of this repository, as a fresh clone has them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tree } from "./markdown.ts";
import { parse, type Source } from "./source.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** Made on this machine, and in no clone: .gitignore has them all. */
const NOT_OURS = new Set(["node_modules", ".git", ".data", ".artifacts", "dist"]);
/** Files whose text the checks read. */
const CODE = /\.(ts|css|html|sql)$/;

/** Everything the checks look at, read once. */
export interface Repository extends Tree {
  /** Every file, relative to the root, with `/`. */
  readonly paths: readonly string[];
  readonly sources: readonly Source[];
  readonly packageJson: { readonly scripts: Record<string, string>; readonly packages: ReadonlySet<string> };
  text(path: string): string;
}

/** Reads the repository that this file is in. */
export function readRepository(): Repository {
  const paths = [...filesIn("")].sort();
  const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");
  const { scripts, dependencies, devDependencies } = JSON.parse(text("package.json")) as Record<
    string,
    Record<string, string>
  >;
  return {
    paths,
    text,
    sources: paths.filter((path) => path.endsWith(".ts")).map((path) => parse(path, text(path))),
    packageJson: { scripts: scripts ?? {}, packages: new Set(Object.keys({ ...dependencies, ...devDependencies })) },
    exists: (path) => existsSync(join(ROOT, path)),
    markdown: (path) => (path.endsWith(".md") && existsSync(join(ROOT, path)) ? text(path) : undefined),
  };
}

/** Whether a file is code of ours, whose length counts. */
export function isCode(path: string): boolean {
  return CODE.test(path);
}

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(path);
    else if (!entry.name.endsWith(".log")) yield path;
  }
}
