// Holds what the code declares against the rows of docs/, both ways.
import type { DeclaredMetric, ReadVariable } from "./documented.ts";
import { type TableRow, tableRows } from "./markdown.ts";
import type { Problem } from "./source.ts";

/** Columns of the tables that are checked; a table without them is left alone. */
const VARIABLE_COLUMNS = ["Variable", "Default", "Bounds", "What it does"];
const METRIC_COLUMNS = ["Metric", "Type", "Unit", "Labels", "What it says"];
const ERROR_COLUMNS = ["Code", "Status", "When", "What to do"];
const CLIENT_ERROR_COLUMNS = ["Client code", "When", "What to do"];

/** A page of docs/. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Variables without a row, rows without a variable, and defaults that the declaration does not contain. */
export function environmentProblems(page: Page, read: readonly ReadVariable[]): Problem[] {
  const rows = tableRows(page.text, VARIABLE_COLUMNS);
  const names = read.map(({ name }) => name);
  const wrongDefaults = rows.flatMap((row) => {
    const declarations = read
      .filter(({ name }) => name === row.cells["Variable"])
      .flatMap((one) => one.declaration ?? []);
    const shown = row.cells["Default"] ?? "";
    if (declarations.length === 0 || /^(none|required)$/.test(shown)) return [];
    if (declarations.some((declaration) => hasLiteral(declaration, shown))) return [];
    return [problemAt(page, row, `says that ${row.cells["Variable"]} is ${shown} by default, and the code does not`)];
  });
  return [...bothWays(page, rows, "Variable", names), ...emptyCells(page, rows, VARIABLE_COLUMNS), ...wrongDefaults];
}

/** Metrics without a row, rows without a metric, and rows whose type or labels are not the code's. */
export function metricProblems(page: Page, declared: readonly DeclaredMetric[]): Problem[] {
  const rows = tableRows(page.text, METRIC_COLUMNS);
  const wrong = rows.flatMap((row) => {
    const metric = declared.find(({ name }) => name === row.cells["Metric"]);
    if (!metric) return [];
    const labels = (row.cells["Labels"] ?? "").match(/[a-z_]+/g) ?? [];
    const messages: string[] = [];
    if (row.cells["Type"] !== metric.type)
      messages.push(`says that ${metric.name} is a ${row.cells["Type"]}; it is a ${metric.type}`);
    if (labels.sort().join() !== [...metric.labels].sort().join()) {
      messages.push(`gives ${metric.name} the labels "${labels.join(", ")}"; it has "${metric.labels.join(", ")}"`);
    }
    return messages.map((message) => problemAt(page, row, message));
  });
  const names = declared.map(({ name }) => name);
  return [
    ...bothWays(page, rows, "Metric", names),
    ...emptyCells(page, rows, ["Type", "Unit", "What it says"]),
    ...wrong,
  ];
}

/** Error codes without a row, rows without a code, and rows with another status than the catalogue's. */
export function errorProblems(page: Page, catalogue: Readonly<Record<string, { readonly status: number }>>): Problem[] {
  const rows = tableRows(page.text, ERROR_COLUMNS);
  const wrong = rows.flatMap((row) => {
    const status = catalogue[row.cells["Code"] ?? ""]?.status;
    if (status === undefined || row.cells["Status"] === String(status)) return [];
    return [problemAt(page, row, `says that ${row.cells["Code"]} is ${row.cells["Status"]}; it is ${status}`)];
  });
  return [...bothWays(page, rows, "Code", Object.keys(catalogue)), ...emptyCells(page, rows, ERROR_COLUMNS), ...wrong];
}

/** The same for the codes that only the client SDK throws; they have no status. */
export function clientErrorProblems(page: Page, codes: readonly string[]): Problem[] {
  const rows = tableRows(page.text, CLIENT_ERROR_COLUMNS);
  return [...bothWays(page, rows, "Client code", codes), ...emptyCells(page, rows, CLIENT_ERROR_COLUMNS)];
}

/** Names without a row, rows without a name, and second rows in one table. */
function bothWays(page: Page, rows: readonly TableRow[], column: string, names: readonly string[]): Problem[] {
  const documented = rows.map(({ cells }) => cells[column] ?? "");
  const missing = [...new Set(names)].filter((name) => !documented.includes(name));
  return [
    ...missing.map((name) => ({ file: page.path, line: 1, message: `has no row for ${name}` })),
    ...rows.flatMap((row, index) => {
      const name = documented[index] ?? "";
      if (!names.includes(name)) return [problemAt(page, row, `has a row for ${name}, which the code does not have`)];
      const isRepeated = rows.some((other, at) => at < index && other.table === row.table && documented[at] === name);
      return isRepeated ? [problemAt(page, row, `has a second row for ${name}`)] : [];
    }),
  ];
}

function emptyCells(page: Page, rows: readonly TableRow[], columns: readonly string[]): Problem[] {
  return rows.flatMap((row) =>
    columns
      .filter((column) => (row.cells[column] ?? "") === "")
      .map((column) => problemAt(page, row, `leaves "${column}" empty; write none when there is none`)),
  );
}

/** Whether a default as the page shows it (`8000`, `.data`) stands as a value of its own in the code. */
function hasLiteral(code: string, shown: string): boolean {
  const values = code.match(/"[^"]*"|[\d_]*\d/g) ?? [];
  return values.some((value) => value.replace(/^"|"$/g, "") === shown || value.replaceAll("_", "") === shown);
}

function problemAt(page: Page, row: TableRow, message: string): Problem {
  return { file: page.path, line: row.line, message };
}
