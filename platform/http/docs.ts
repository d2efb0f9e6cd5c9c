// The API's own description: OpenAPI 3.1, a reference page, and the catalogue of errors. Nothing comes from another host.
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { ERROR_CATALOGUE } from "../../shared/schema/errors.ts";
import { ENVIRONMENT_HEADER } from "../../shared/schema/platform/index.ts";
import type { AppEnv } from "./env.ts";

const VERSION = "0.1.0";

/** The reference page runs its own script, talks to this platform alone, and can load nothing from elsewhere. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": DOCS_POLICY,
  "Cache-Control": "no-cache",
};

const REFERENCE_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Gamekeeper API</title>
<link rel="icon" href="data:,"></head>
<body><div id="reference"></div><script src="/docs/reference.js"></script><script src="/docs/start.js"></script>
<noscript>This page needs JavaScript. The API is described in <a href="/openapi.json">/openapi.json</a>, its errors in
<a href="/docs/errors">/docs/errors</a>.</noscript></body></html>
`;

/** Turns off whatever in the reference would ask another host: fonts, telemetry, assistants, proxies. */
const START_SCRIPT = `Scalar.createApiReference("#reference", {
  url: "/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  agent: { disabled: true },
  mcp: { disabled: true },
});
`;

/** Adds `/openapi.json`, `/docs` and `/docs/errors`. Call it after every other route. */
export function addDocs(app: OpenAPIHono<AppEnv>): void {
  registerSecuritySchemes(app);
  app.get("/openapi.json", (c) => c.json(describe(app)));
  const referenceScript = compressedOnce(
    () => new URL("./browser/standalone.js", import.meta.resolve("@scalar/api-reference")),
  );
  const errorsPage = renderErrors();
  app.get("/docs", (c) => c.body(REFERENCE_PAGE, 200, PAGE));
  app.get("/docs/errors", (c) => c.body(errorsPage, 200, PAGE));
  app.get("/docs/start.js", (c) => c.body(START_SCRIPT, 200, { "Content-Type": "text/javascript; charset=utf-8" }));
  app.get("/docs/reference.js", async (c) => {
    const script = await referenceScript();
    c.header("Content-Type", "text/javascript; charset=utf-8");
    c.header("Cache-Control", "public, max-age=86400");
    c.header("Vary", "Accept-Encoding");
    if (!/\bgzip\b/.test(c.req.header("Accept-Encoding") ?? "")) return c.body(script.plain);
    c.header("Content-Encoding", "gzip");
    return c.body(script.gzipped);
  });
}

/** The document. Every operation takes the header that names an environment, so that is added here, once. */
function describe(app: OpenAPIHono<AppEnv>) {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Gamekeeper platform",
      version: VERSION,
      description:
        "Accounts, matchmaking and administration. Every error is `application/problem+json` (RFC 9457); the codes are at [/docs/errors](/docs/errors). Quote `X-Request-Id` to report one.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/" }],
  });
  for (const path of Object.values(document.paths ?? {})) {
    for (const method of ["get", "post", "put", "patch", "delete"] as const) {
      const operation = path[method];
      if (operation !== undefined) operation.parameters = [...(operation.parameters ?? []), ENVIRONMENT_PARAMETER];
    }
  }
  return document;
}

const ENVIRONMENT_PARAMETER = {
  name: ENVIRONMENT_HEADER,
  in: "header",
  required: false,
  description:
    "The environment, as `<project>/<environment>`. Without it, the credential's; without that, the platform's default one.",
  schema: { type: "string", example: "demo/dev" },
} as const;

function registerSecuritySchemes(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "player", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The access token that signing in gave.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "server", {
    type: "http",
    scheme: "bearer",
    description: "A server key. For game servers.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "operator", {
    type: "http",
    scheme: "bearer",
    description: "An operator key. For consoles and administration.",
  });
}

interface Script {
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

/** Reads and compresses a file at the first call, and keeps it: it is some megabytes. */
function compressedOnce(file: () => URL): () => Promise<Script> {
  let script: Promise<Script> | undefined;
  return () => {
    script ??= (async () => {
      const plain = await readFile(file());
      return { plain: new Uint8Array(plain), gzipped: new Uint8Array(await promisify(gzip)(plain)) };
    })();
    return script;
  };
}

function renderErrors(): string {
  const rows = Object.entries(ERROR_CATALOGUE).map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><td><a href="#${code}"><code>${code}</code></a></td><td>${status}</td><td>${title}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Gamekeeper errors</title>
<link rel="icon" href="data:,">
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid #ccc; padding: 0.4em 0.8em 0.4em 0; text-align: left; }
tr:target { background: #ffe9a8; }
</style></head>
<body><h1>Errors</h1>
<p>Every error is answered as <code>application/problem+json</code> (RFC 9457), with <code>type</code>, <code>title</code>,
<code>status</code>, <code>code</code>, <code>detail</code>, <code>requestId</code> and, for wrong fields, <code>errors[]</code>
naming each. <code>detail</code> says what to do. The <code>code</code> never changes its meaning.</p>
<table><thead><tr><th>Code</th><th>Status</th><th>Title</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table>
<p><a href="/docs">The API</a></p></body></html>
`;
}
