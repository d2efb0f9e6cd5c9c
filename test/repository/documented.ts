// What the code reads, measures and answers, to be held against the rows of docs/.
import { isNode, lineAt, literalText, nameOf, type Problem, type Source, type SyntaxNode, walk } from "./source.ts";

/** An environment variable that code reads. `declaration` is the code that checks it, where there is such. */
export interface ReadVariable {
  readonly name: string;
  readonly declaration: string | undefined;
}

/** A metric as the code declares it. */
export interface DeclaredMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

const VARIABLE = /^[A-Z][A-Z0-9_]+$/;
/** The system's variables, which are not ours to document. */
const SYSTEM_VARIABLES = new Set(["PATH", "HOME", "TMPDIR", "CI"]);

/**
 * The variables a file reads: `process.env.X` and `process.env["X"]`, and in a `config.ts` every key in capitals. A name
 * that is computed, or an environment that is handed on to something else than a `parse…Config`, a copy or a list of its
 * names, cannot be followed and is a problem.
 */
export function variablesReadBy(source: Source): { variables: ReadVariable[]; problems: Problem[] } {
  const variables: ReadVariable[] = [];
  const problems: Problem[] = [];
  const isConfig = /(^|\/)config\.ts$/.test(source.path);
  walk(source.program, (node, around) => {
    if (isConfig && node.type === "Property" && VARIABLE.test(nameOf(node["key"]) ?? "")) {
      const value = node["value"] as SyntaxNode;
      variables.push({ name: nameOf(node["key"]) ?? "", declaration: source.text.slice(value.start, value.end) });
    }
    if (!isEnvironment(node)) return;
    const name = nameReadFrom(node, around.at(-1));
    if (name !== undefined) variables.push({ name, declaration: undefined });
    else if (!isHandedOn(around.at(-1))) {
      const message = "reads the environment in a way that cannot be followed: name the variable, or use a config.ts";
      problems.push({ file: source.path, line: lineAt(source.text, node.start), message });
    }
  });
  return { variables: variables.filter(({ name }) => !SYSTEM_VARIABLES.has(name)), problems };
}

/** The metrics that a file creates with prom-client. */
export function metricsDeclaredBy(source: Source): DeclaredMetric[] {
  const metrics: DeclaredMetric[] = [];
  walk(source.program, (node) => {
    const type = node.type === "NewExpression" ? nameOf(node["callee"]) : undefined;
    if (!["Counter", "Gauge", "Histogram", "Summary"].includes(type ?? "")) return;
    const [options] = node["arguments"] as SyntaxNode[];
    const name = literalText(propertyOf(options, "name"));
    if (name === undefined) return;
    const labels = propertyOf(options, "labelNames")?.["elements"] as unknown[] | undefined;
    metrics.push({
      name,
      type: type?.toLowerCase() ?? "",
      labels: (labels ?? []).map((label) => literalText(label) ?? "?"),
    });
  });
  return metrics;
}

/** The keys of the object that a file declares under `name`. */
export function keysOf(source: Source, name: string): string[] {
  const keys: string[] = [];
  walk(source.program, (node) => {
    if (node.type !== "VariableDeclarator" || nameOf(node["id"]) !== name) return;
    walk(node["init"] as SyntaxNode, (inner, around) => {
      const isTop = around.filter(({ type }) => type === "ObjectExpression").length === 1;
      if (inner.type === "Property" && isTop) keys.push(nameOf(inner["key"]) ?? "?");
    });
  });
  return keys;
}

function isEnvironment(node: SyntaxNode): boolean {
  if (node.type !== "MemberExpression" || nameOf(node["property"]) !== "env") return false;
  const owner = node["object"] as SyntaxNode;
  return nameOf(owner) === "process" || owner.type === "MetaProperty";
}

function nameReadFrom(environment: SyntaxNode, parent: SyntaxNode | undefined): string | undefined {
  if (parent?.type !== "MemberExpression" || parent["object"] !== environment) return undefined;
  return parent["computed"] === true ? literalText(parent["property"]) : nameOf(parent["property"]);
}

function isHandedOn(parent: SyntaxNode | undefined): boolean {
  if (parent?.type === "SpreadElement") return true;
  if (parent?.type !== "CallExpression") return false;
  const callee = parent["callee"] as SyntaxNode;
  const isList = callee.type === "MemberExpression" && nameOf(callee["object"]) === "Object";
  return isList || /^parse\w*Config$/.test(nameOf(callee) ?? "");
}

function propertyOf(object: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  const properties = (object?.["properties"] ?? []) as SyntaxNode[];
  const value = properties.find((property) => nameOf(property["key"]) === name)?.["value"];
  return isNode(value) ? value : undefined;
}
