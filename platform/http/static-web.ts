// Serves the built web client: files of one folder, never anything beside it.
import { readFile, realpath, stat } from "node:fs/promises";
import { extname, join, resolve, sep } from "node:path";
import type { Context } from "hono";
import type { AppEnv } from "./env.ts";

/** A page may open game connections to any host, and otherwise loads nothing that we do not serve. */
export const WEB_POLICY = [
  "default-src 'self'",
  "connect-src 'self' ws: wss: http: https:",
  "img-src 'self' data: blob:",
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".gif": "image/gif",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".wav": "audio/wav",
  ".webm": "video/webm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/** A file whose name carries the hash of its content, as Vite writes them: it never changes. */
const HASHED_NAME = /^\/assets\/.+-[A-Za-z0-9_-]{8,}\.[A-Za-z0-9]+$/;

const NOT_BUILT_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Gamekeeper</title></head>
<body style="font: 18px/1.5 system-ui, sans-serif; max-width: 34em; margin: 4em auto; padding: 0 1em">
<h1>The web client is not built yet</h1>
<p>The platform runs. To play in the browser, build the client in the folder of the project and load this page again:</p>
<pre style="background: #eee; padding: 1em">npm run build:web</pre>
<p>The API is described at <a href="/docs">/docs</a>.</p>
</body></html>
`;

/** Answers a GET of the web client, or undefined when there is no such file. `folder` may appear or change at any time. */
export type StaticWeb = (c: Context<AppEnv>) => Promise<Response | undefined>;

/** Makes the handler for the files of `folder`. `/` is `index.html`; without it a page says how to build it. */
export function staticWeb(folder: string): StaticWeb {
  const root = resolve(folder);
  return async (c) => {
    const path = decodedPath(c.req.path);
    if (path === undefined) return undefined;
    const file = await readable(root, path);
    if (file !== undefined) return sendFile(c, file, path);
    if (path !== "/index.html") return undefined;
    c.set("routeLabel", "web");
    return c.body(NOT_BUILT_PAGE, 503, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": WEB_POLICY,
    });
  };
}

interface WebFile {
  readonly path: string;
  readonly etag: string;
}

function decodedPath(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path);
    if (decoded.includes("\0") || decoded.includes("\\")) return undefined;
    return decoded === "/" ? "/index.html" : decoded;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The file at `path`, if there is one and it is, links followed, inside `root`. */
async function readable(root: string, path: string): Promise<WebFile | undefined> {
  try {
    const realRoot = await realpath(root);
    const real = await realpath(join(realRoot, path));
    if (!real.startsWith(realRoot + sep)) return undefined;
    const info = await stat(real);
    if (!info.isFile()) return undefined;
    return { path: real, etag: `"${info.size.toString(36)}-${Math.floor(info.mtimeMs).toString(36)}"` };
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG" || code === "ELOOP") return undefined;
    throw error;
  }
}

async function sendFile(c: Context<AppEnv>, file: WebFile, path: string): Promise<Response> {
  c.set("routeLabel", "web");
  c.header("ETag", file.etag);
  c.header("Cache-Control", HASHED_NAME.test(path) ? "public, max-age=31536000, immutable" : "no-cache");
  c.header("Content-Security-Policy", WEB_POLICY);
  if (c.req.header("If-None-Match") === file.etag) return c.body(null, 304);
  c.header("Content-Type", MEDIA_TYPES[extname(file.path).toLowerCase()] ?? "application/octet-stream");
  return c.body(await readFile(file.path));
}
