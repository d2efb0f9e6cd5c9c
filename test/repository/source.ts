// Reads TypeScript the way the checks of this repository need it: imports, comments and a tree to walk.
import { dirname, join } from "node:path/posix";
import { parseSync } from "vite";

/** Something a check found wrong: `file` is relative to the repository, `message` says the rule and the fix. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** One import of a file, whichever way it is written. */
export interface Import {
  /** As written: `"./step.ts"`, `"zod"`, `"node:fs"`. */
  readonly specifier: string;
  /** The file of ours that is meant, relative to the repository; `undefined` for a package or a part of Node. */
  readonly target: string | undefined;
  readonly line: number;
}

/** A node of the syntax tree (ESTree, with its TypeScript extension). */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A parsed file. `path` is relative to the repository, with `/`. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly program: SyntaxNode;
  readonly comments: readonly { readonly value: string; readonly start: number }[];
}

/** Parses `text`. Throws when it is not TypeScript: nothing can then be said of the file. */
export function parse(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  return { path, text, program: program as unknown as SyntaxNode, comments };
}

/** The line, from 1, of an offset into the text. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** Calls `visit` for every node below `node`, itself included, with the nodes around it, innermost last. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, around: readonly SyntaxNode[]) => void,
  around: SyntaxNode[] = [],
): void {
  visit(node, around);
  around.push(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, around);
  }
  around.pop();
}

/** Whether a value of the tree is a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** The text of a string literal, or `undefined` for any other node. */
export function literalText(node: unknown): string | undefined {
  return isNode(node) && node.type === "Literal" && typeof node["value"] === "string" ? node["value"] : undefined;
}

/** The name of a property key or identifier, quoted or not. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === "Identifier" ? String(node["name"]) : literalText(node);
}

const IMPORTING = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

/**
 * Every import of a file: static, dynamic, re-export, type, and `new URL("./x.ts", import.meta.url)`, which is how a worker
 * is named.
 */
export function importsOf(source: Source): Import[] {
  const imports: Import[] = [];
  walk(source.program, (node) => {
    const url = ownUrl(node);
    const specifier = IMPORTING.has(node.type) ? literalText(node["source"]) : url;
    if (specifier === undefined) return;
    // A URL is relative without a dot, too.
    const target = specifier.startsWith(".") || url ? join(dirname(source.path), specifier) : undefined;
    imports.push({ specifier, target, line: lineAt(source.text, node.start) });
  });
  return imports;
}

/** The package that a specifier names, e.g. `@colyseus/core` of `@colyseus/core/Logger`. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function ownUrl(node: SyntaxNode): string | undefined {
  if (node.type !== "NewExpression" || nameOf(node["callee"]) !== "URL") return undefined;
  const [first, second] = node["arguments"] as unknown[];
  const isOwn = isNode(second) && second.type === "MemberExpression" && nameOf(second["property"]) === "url";
  const text = literalText(first);
  return isOwn && text?.endsWith(".ts") ? text : undefined;
}
