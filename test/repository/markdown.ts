// Reads Markdown as far as the checks need it: headings, links, tables and commands in fences.
import { dirname, join } from "node:path/posix";
import { lineAt, type Problem } from "./source.ts";

/** A row of a table, by column heading. Code marks are taken off the cells. */
export interface TableRow {
  readonly line: number;
  /** Which table of the page, counted by the lines that begin one. */
  readonly table: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** What the check of links asks of the tree: is there such a file or folder, and the text of a Markdown file. */
export interface Tree {
  exists(path: string): boolean;
  markdown(path: string): string | undefined;
}

const FENCE = /^(```+|~~~+)([^\n]*)\n([\s\S]*?)^\1[ \t]*$/gm;
const LINK = /!?\[(?:[^\]\\]|\\.)*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const REFERENCE = /^\[[^\]]+\]:\s*<?(\S+?)>?(?:\s+"[^"]*")?$/gm;
const COMMAND_LANGUAGES = new Set(["", "sh", "bash", "console", "shell"]);

/** The anchors of a page, as GitHub makes them of its headings, and those set by hand with `id="…"`. */
export function anchorsOf(markdown: string): Set<string> {
  const text = withoutFences(markdown);
  const anchors = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map((match) => match[1] ?? ""));
  const seen = new Map<string, number>();
  for (const [, heading = ""] of text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const slug = slugOf(heading);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

/** Relative links and anchors of a page that lead nowhere. Links to other hosts are not followed. */
export function linkProblems(path: string, markdown: string, tree: Tree): Problem[] {
  const text = withoutFences(markdown).replace(/`[^`\n]*`/g, blank);
  const links = [...text.matchAll(LINK), ...text.matchAll(REFERENCE)];
  return links.flatMap((match) => {
    const [file = "", anchor] = (match[1] ?? "").split("#", 2);
    if (/^[a-z][a-z0-9+.-]*:/i.test(file)) return [];
    const problem = (message: string): Problem[] => [{ file: path, line: lineAt(text, match.index), message }];
    if (file.startsWith("/")) return problem(`links to ${file}: write it relative to this page`);
    const target = file === "" ? path : join(dirname(path), file);
    if (!tree.exists(target)) return problem(`links to ${target}, which is not there`);
    if (anchor === undefined || anchor === "") return [];
    const page = tree.markdown(target);
    if (page === undefined || anchorsOf(page).has(anchor)) return [];
    return problem(`links to #${anchor}, which ${target} does not have`);
  });
}

/** Commands in a page's fences that name a script or a file that is not there. */
export function commandProblems(path: string, markdown: string, scripts: ReadonlySet<string>, tree: Tree): Problem[] {
  return [...markdown.matchAll(FENCE)].flatMap((fence) => {
    if (!COMMAND_LANGUAGES.has((fence[2] ?? "").trim())) return [];
    const line = lineAt(markdown, fence.index);
    const commands = (fence[3] ?? "").split(/\n|&&|;|\|/).map((command) => command.trim().replace(/^\$ /, ""));
    return commands.flatMap((command) => {
      const wrong = commandMessage(command, scripts, tree);
      return wrong === undefined ? [] : [{ file: path, line, message: wrong }];
    });
  });
}

/** The rows of every table of a page that has all of `columns`. */
export function tableRows(markdown: string, columns: readonly string[]): TableRow[] {
  const rows: TableRow[] = [];
  const lines = withoutFences(markdown).split("\n");
  let heads: string[] | undefined;
  let table = 0;
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith("|")) heads = undefined;
    else if (/^\|[\s:|-]+$/.test(lines[index + 1] ?? "")) {
      heads = cellsOf(line);
      table = index;
    } else if (heads && !/^\|[\s:|-]+$/.test(line) && columns.every((column) => heads?.includes(column))) {
      const cells = cellsOf(line);
      rows.push({
        line: index + 1,
        table,
        cells: Object.fromEntries(heads.map((head, at) => [head, cells[at] ?? ""])),
      });
    }
  }
  return rows;
}

function commandMessage(command: string, scripts: ReadonlySet<string>, tree: Tree): string | undefined {
  const words = command.split(/\s+/).filter((word) => !/^[A-Z][A-Z0-9_]*=/.test(word));
  const [program, first = "", second = ""] = words;
  if (program === "npm") {
    const script = first === "run" ? second : ["start", "test"].includes(first) ? first : undefined;
    if (script !== undefined && !scripts.has(script)) return `names the script "${script}", which package.json lacks`;
  }
  const file = program === "node" || program === "npx" ? words.find((word) => /\.(ts|js)$/.test(word)) : undefined;
  return file === undefined || tree.exists(file) ? undefined : `runs ${file}, which is not there`;
}

function cellsOf(line: string): string[] {
  const cells = line.replace(/^\||\|\s*$/g, "").split(/(?<!\\)\|/);
  return cells.map((cell) =>
    cell
      .trim()
      .replaceAll("\\|", "|")
      .replace(/^`([^`]*)`$/, "$1"),
  );
}

function slugOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return text.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
}

/** Fences are blanked, not removed, so that line numbers stay right. */
function withoutFences(markdown: string): string {
  return markdown.replace(FENCE, blank);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
