// The habits of CONVENTIONS.md that a program can see in one file.
import { basename } from "node:path/posix";
import { importsOf, lineAt, type Problem, type Source, walk } from "./source.ts";

/** A file longer than this has a second noun in it. */
export const MAX_LINES = 400;

/** Longer files, each with the reason why it stays one. */
const LONG_FILES: Readonly<Record<string, string>> = {};

/** Tools that read their settings from a default export. */
const DEFAULT_EXPORTS = new Set(["web/vite.config.ts"]);

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
/** Names that tools or custom fix. */
const FIXED_NAMES =
  /^(README|ARCHITECTURE|CONVENTIONS|CHANGELOG|SECURITY|SPEC)\.md$|^LICENSE$|^Dockerfile(\.[a-z-]+)?$|^\./;
const UNFINISHED = /\b(TODO|FIXME|XXX)\b(?![^\n]*#\d+)/;

/** A file whose name is not `kebab-case`. */
export function nameProblems(path: string): Problem[] {
  const name = basename(path);
  if (KEBAB_CASE.test(name) || FIXED_NAMES.test(name)) return [];
  return [{ file: path, line: 1, message: `is not named in kebab-case: ${name.toLowerCase().replaceAll("_", "-")}` }];
}

/** A file that is too long. */
export function lengthProblems(path: string, text: string): Problem[] {
  const lines = text.split("\n").length - 1;
  if (lines <= MAX_LINES || LONG_FILES[path]) return [];
  return [{ file: path, line: MAX_LINES, message: `has ${lines} lines, more than ${MAX_LINES}: find the second noun` }];
}

/** Default exports, imports without their ending, unfinished work without an issue, and a missing first comment. */
export function sourceProblems(source: Source): Problem[] {
  const problems: Problem[] = [];
  const add = (offset: number, message: string): void => {
    problems.push({ file: source.path, line: lineAt(source.text, offset), message });
  };
  walk(source.program, (node) => {
    if (node.type === "ExportDefaultDeclaration" && !DEFAULT_EXPORTS.has(source.path)) {
      add(node.start, "has a default export: export it by its name");
    }
  });
  for (const { specifier, target, line } of importsOf(source)) {
    if (target === undefined || /\.(ts|css|json)$/.test(target)) continue;
    problems.push({ file: source.path, line, message: `imports ${specifier} without its ending: write .ts` });
  }
  for (const { value, start } of source.comments) {
    if (UNFINISHED.test(value)) add(start, "has unfinished work without the number of its issue");
  }
  // A test beside its code says by its name what it is.
  if (!/^(#!.*\n)?\/[/*]/.test(source.text) && !source.path.endsWith(".test.ts"))
    add(0, "does not begin with a comment that says what the file is");
  return problems;
}
