// Reads request bodies within a bound: JSON only, at most 64 KiB, of text that can be stored, without slowing down the honest.
import type { Context, MiddlewareHandler } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import type { AppEnv } from "./env.ts";

/** Largest body that any route reads, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Escapes by which JSON can say what no database stores: U+0000 and surrogates, most of which come in honest pairs. */
const SUSPECT_ESCAPE = /\\u(0000|d[89a-f])/i;

const JSON_MEDIA_TYPE = /^application\/json\s*(;|$)/i;

/**
 * Lets only JSON of at most `MAX_BODY_BYTES` through. A declared length is checked by its number (Node enforces that the
 * body is as long as declared); a body without one is counted while it is read. Wrapping every body in a counting stream,
 * as a general body limit does, costs half the throughput.
 */
export function jsonBody(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (!JSON_MEDIA_TYPE.test(c.req.header("Content-Type") ?? "")) {
      throw new AppError("request.unsupported_media_type", "Send the body as Content-Type: application/json.");
    }
    const declared = c.req.header("Content-Length");
    if (declared === undefined || c.req.header("Transfer-Encoding") !== undefined) await readCounted(c);
    else if (!(Number(declared) <= MAX_BODY_BYTES)) throw tooLarge();
    await refuseUnstorable(c);
    await next();
  };
}

/**
 * Refuses text with U+0000 or half of a surrogate pair, wherever it stands: it is not text to a database. Only an escape
 * can say either, since bytes that are not UTF-8 became U+FFFD, so most bodies are not looked into.
 */
async function refuseUnstorable(c: Context<AppEnv>): Promise<void> {
  const text = await c.req.text();
  if (!SUSPECT_ESCAPE.test(text)) return;
  const refuse = (value: unknown) => {
    if (typeof value !== "string" || (value.isWellFormed() && !value.includes("\0"))) return;
    const errors = [{ field: "body", message: "must have no text with U+0000 or half of a surrogate pair" }];
    throw new AppError("request.invalid", "Correct and send again: body.", { errors });
  };
  const check = (key: string, value: unknown) => {
    refuse(key);
    refuse(value);
    return value;
  };
  try {
    JSON.parse(text, check);
  } catch (error) {
    // What is not JSON is the route's to refuse, as it does for every other body.
    if (error instanceof AppError) throw error;
  }
}

/** Reads the body while counting, and puts a request with the read body in place of the one that is used up. */
async function readCounted(c: Context<AppEnv>): Promise<void> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body = c.req.raw.body;
  if (body !== null) {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  }
  const { url, method, headers } = c.req.raw;
  c.req.raw = new Request(url, { method, headers, body: Buffer.concat(chunks) });
}

function tooLarge(): AppError {
  return new AppError("request.too_large", `The body may have at most ${MAX_BODY_BYTES} bytes.`);
}
