// What the game server's two HTTP ports share: reading a bounded JSON body, and answering with a problem document.
import type { Context } from "hono";
import type { z } from "zod";
import { AppError, problem } from "../shared/schema/errors.ts";

/** Most bytes of a body that is read. A request of `MAX_EVICTIONS_PER_REQUEST` has less. */
export const MAX_BODY_BYTES = 4 * 1024;

/** Reads a JSON body of at most 4 KiB in `shape`. Throws `request.too_large`, `request.malformed` or `request.invalid`. */
export async function readJson<T>(context: Context, shape: z.ZodType<T>): Promise<T> {
  const length = Number(context.req.header("content-length") ?? Number.NaN);
  if (!(length <= MAX_BODY_BYTES)) {
    throw new AppError("request.too_large", `Send a Content-Length of at most ${MAX_BODY_BYTES} bytes.`);
  }
  const body: unknown = await context.req.json().catch((cause: unknown) => {
    throw new AppError("request.malformed", "The body is not JSON.", { cause });
  });
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
  throw new AppError("request.invalid", `The body has ${errors.length} invalid field(s).`, { errors });
}

/** The problem document of `error`, with its status; `extra` members are added to it. */
export function answerProblem(context: Context, error: AppError, extra: Record<string, string> = {}): Response {
  const document = problem(error.code, error.message, error.errors ? { errors: error.errors } : {});
  // The rest of too large a body is not read, so nothing else can be said over this connection.
  const ending = error.code === "request.too_large" ? { Connection: "close" } : undefined;
  return context.json({ ...document, ...extra }, document.status as 400, {
    "Content-Type": "application/problem+json",
    ...ending,
  });
}
