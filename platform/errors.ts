// The one place where anything thrown while answering a request becomes an application/problem+json document.
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import { AppError, type FieldError, problem } from "../shared/schema/errors.ts";
import type { AppEnv } from "./http/env.ts";
import type { Log } from "./ops/log.ts";

/** Most field errors that one answer lists: a body with thousands of unknown keys must not echo them all. */
export const MAX_FIELD_ERRORS = 20;

/** Longest piece of a field's path that is echoed, in characters. */
const MAX_FIELD_NAME_LENGTH = 64;

/** How long a caller should wait when something is away, in seconds. */
const UNAVAILABLE_RETRY_SECONDS = "1";

/** Makes the app's error handler. What is not the caller's mistake is logged with its stack and answered as `internal`. */
export function createErrorHandler(log: Log): (error: unknown, c: Context<AppEnv>) => Response {
  return (error, c) => {
    const appError = toAppError(error);
    const requestId = c.get("requestId");
    const environment = c.get("environmentId");
    if (appError.code === "internal")
      log.error({ event: "http.failed", requestId, environment, err: error }, appError.message);
    if (appError.code === "service.unavailable") {
      // What is away is logged once where it is noticed, not again for every request that meets it.
      log.debug({ event: "http.unavailable", requestId, environment, reason: appError.message });
      c.header("Retry-After", UNAVAILABLE_RETRY_SECONDS);
    }
    if (appError.retryAfterSeconds !== undefined) c.header("Retry-After", String(appError.retryAfterSeconds));
    // The rest of such a body is not read, so nothing else can be said over this connection.
    if (appError.code === "request.too_large") c.header("Connection", "close");
    const detail = problem(appError.code, appError.message, {
      ...(requestId === undefined ? {} : { requestId }),
      ...(appError.errors === undefined ? {} : { errors: appError.errors }),
    });
    c.header("Content-Type", "application/problem+json");
    return c.body(JSON.stringify(detail), detail.status as 400);
  };
}

/** Turns whatever was thrown into an `AppError` of the catalogue; the unknown becomes `internal` and says nothing of itself. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException) return fromHttpException(error);
  return new AppError(
    "internal",
    "This is a fault of the platform, not of the request. Quote the request id to report it.",
    {
      cause: error,
    },
  );
}

/** The `request.invalid` error for a failed zod parse of the request's `target` ("json", "query", "param"). */
export function invalidRequest(error: z.ZodError, target: string): AppError {
  const errors = fieldErrors(error, target === "json" ? "body" : target);
  const names = errors.map(({ field }) => field).join(", ");
  return new AppError("request.invalid", `Correct and send again: ${names}.`, { errors });
}

/** One entry a field, each saying the bound and the fix. `root` names the whole when the whole is wrong. */
export function fieldErrors(error: z.ZodError, root: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of error.issues) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        if (errors.length >= MAX_FIELD_ERRORS) return errors;
        errors.push({ field: fieldName([...issue.path, key], root), message: "is not a known field; remove it" });
      }
    } else {
      errors.push({ field: fieldName(issue.path, root), message: messageOf(issue) });
    }
    if (errors.length >= MAX_FIELD_ERRORS) return errors;
  }
  return errors;
}

function fromHttpException(error: HTTPException): AppError {
  if (error.status === 400) {
    return new AppError("request.malformed", "The body is not JSON. Send one JSON object, in UTF-8.", { cause: error });
  }
  if (error.status === 415) {
    return new AppError("request.unsupported_media_type", "Send the body as Content-Type: application/json.", {
      cause: error,
    });
  }
  return new AppError("internal", "This is a fault of the platform. Quote the request id to report it.", {
    cause: error,
  });
}

function fieldName(path: readonly PropertyKey[], root: string): string {
  let name = "";
  for (const part of path) {
    if (typeof part === "number") name += `[${part}]`;
    else name += `${name === "" ? "" : "."}${String(part).slice(0, MAX_FIELD_NAME_LENGTH)}`;
  }
  return name === "" ? root : name;
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.message.endsWith("received undefined")
        ? `is required and must be ${withArticle(issue.expected)}`
        : `must be ${withArticle(issue.expected)}`;
    case "too_small":
      return `must ${bound(issue.origin, "at least", issue.minimum)}`;
    case "too_big":
      return `must ${bound(issue.origin, "at most", issue.maximum)}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return issue.message.startsWith("Invalid ") ? `must be a valid ${formatName(issue)}` : issue.message;
    default:
      return issue.message;
  }
}

function formatName(issue: { format: string; pattern?: string | undefined }): string {
  if (issue.format === "uuid") return "UUID";
  if (issue.format === "url") return "URL, with its scheme";
  return issue.pattern === undefined ? issue.format : `text that matches ${issue.pattern}`;
}

function bound(origin: string, edge: string, limit: number | bigint): string {
  if (origin === "string") return `have ${edge} ${limit} characters`;
  if (origin === "array" || origin === "set") return `have ${edge} ${limit} entries`;
  return `be ${edge} ${limit}`;
}

function withArticle(noun: string): string {
  const known: Record<string, string> = { int: "a whole number", object: "a JSON object", array: "an array" };
  return known[noun] ?? `a ${noun}`;
}
