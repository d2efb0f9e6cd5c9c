// Holds docs/security/accounts.md against the tests that it names, and against the list of requirements it promises to answer.
import { join } from "node:path/posix";
import type { Page } from "./documentation.ts";
import { type TableRow, tableRows } from "./markdown.ts";
import { type Problem, type Source, type SyntaxNode, walk } from "./source.ts";

const REQUIREMENT_COLUMNS = ["ASVS", "What is done", "Shown by"];
const THREAT_COLUMNS = ["Threat", "Answer", "Shown by"];

/** How many requirements of levels 1 and 2 each section of ASVS 5.0.0 begins with, for authentication, sessions and authorization. */
export const ASVS_SECTIONS: Readonly<Record<string, number>> = {
  "6.1": 3,
  "6.2": 12,
  "6.3": 4,
  "6.4": 4,
  "6.5": 5,
  "6.6": 3,
  "6.8": 4,
  "7.1": 3,
  "7.2": 4,
  "7.3": 2,
  "7.4": 5,
  "7.5": 2,
  "7.6": 2,
  "8.1": 2,
  "8.2": 3,
  "8.3": 1,
  "8.4": 1,
};

const TEST_CALLS = new Set(["it", "test", "describe"]);
const TEST_FILE = /\.(test|contract|e2e|real)\.ts$/;
/** A link to a file, and the titles behind it. */
const EVIDENCE = /\]\(([^)#]+)(?:#[^)]*)?\)((?:,? \*[^*]+\*)*)/g;

/**
 * Rows that name a test file or a title that is not there, or a test file without a title; rows that show nothing and admit
 * nothing; requirements without a row, and rows of none. A section that asks for documentation is shown by a page.
 */
export function threatModelProblems(
  page: Page,
  sources: readonly Source[],
  sections: Readonly<Record<string, number>>,
): Problem[] {
  const requirements = tableRows(page.text, REQUIREMENT_COLUMNS);
  const wanted = Object.entries(sections).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, i) => `${section}.${i + 1}`),
  );
  const found = requirements.map(({ cells }) => cells["ASVS"] ?? "");
  const at = ({ line }: TableRow, message: string): Problem => ({ file: page.path, line, message });
  return [
    ...wanted
      .filter((id) => !found.includes(id))
      .map((id) => ({ file: page.path, line: 1, message: `has no row for the requirement ${id}` })),
    ...requirements.flatMap((row, index) => {
      const id = found[index] ?? "";
      if (!wanted.includes(id)) return [at(row, `has a row for ${id}, which is no requirement of these chapters`)];
      return found.indexOf(id) < index ? [at(row, `has a second row for ${id}`)] : [];
    }),
    ...[...requirements, ...tableRows(page.text, THREAT_COLUMNS)].flatMap((row) =>
      rowMessages(page, row, sources).map((message) => at(row, message)),
    ),
  ];
}

function rowMessages(page: Page, { cells }: TableRow, sources: readonly Source[]): string[] {
  const shown = cells["Shown by"] ?? "";
  const messages: string[] = [];
  let isShown = /\*\*Gap:\*\* \S|^Not here$/.test(shown);
  for (const [, link = "", names = ""] of shown.matchAll(EVIDENCE)) {
    const path = join(page.path, "..", link);
    const titles = [...names.matchAll(/\*([^*]+)\*/g)].map(([, title]) => title ?? "");
    if (!TEST_FILE.test(path)) {
      isShown ||= /^\d+\.1\./.test(cells["ASVS"] ?? "") && path.endsWith(".md");
      continue;
    }
    const source = sources.find((one) => one.path === path);
    const there = source === undefined ? [] : testTitles(source);
    if (source === undefined) messages.push(`names ${path}, which is not there`);
    else if (titles.length === 0) messages.push(`names ${path} and no test in it`);
    else
      messages.push(
        ...titles.filter((title) => !there.includes(title)).map((title) => `names "${title}", no test of ${path}`),
      );
    isShown = true;
  }
  if (!isShown) messages.push('shows nothing: name a test, or say "**Gap:** …"');
  return messages;
}

/** The titles of a file's tests, as they are written. */
export function testTitles(source: Source): string[] {
  const titles: string[] = [];
  walk(source.program, (node) => {
    if (node.type !== "CallExpression" || !TEST_CALLS.has(String((node["callee"] as SyntaxNode)["name"]))) return;
    const [title] = node["arguments"] as SyntaxNode[];
    if (title?.type === "Literal") titles.push(String(title["value"]));
    else if (title?.type === "TemplateLiteral") titles.push(source.text.slice(title.start + 1, title.end - 1));
  });
  return titles;
}
