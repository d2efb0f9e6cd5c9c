// How a refused seat is told through Colyseus, which knows a number and a text.
import { type AuthContext, ServerError } from "@colyseus/core";
import { AppError, type ErrorCode } from "../../shared/schema/errors.ts";

/** An `AppError` as Colyseus can carry it: the HTTP status as its code, and a message that begins with ours. */
export function toServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  const code: ErrorCode = error instanceof AppError ? error.code : "internal";
  const detail = error instanceof AppError ? error.message : "The seat could not be given.";
  return new ServerError(error instanceof AppError ? error.status : 500, `${code}: ${detail}`, { cause: error });
}

/** The room that `/matchmake/joinById/{roomId}` asks for. */
export function roomIdOf(context: AuthContext): string {
  const path = new URL((context.req as Request | undefined)?.url ?? "http://none/").pathname;
  return path.split("/").at(-1) ?? "";
}
