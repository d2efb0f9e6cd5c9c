// The game port's HTTP: taking and retaking a seat, as Colyseus' SDKs ask for it, and nothing else.
import { createAuthContext, matchMaker } from "@colyseus/core";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { toServerError } from "../../rooms/kit/index.ts";
import { AppError, ERROR_CATALOGUE, type ErrorCode } from "../../shared/schema/errors.ts";
import { answerProblem, readJson } from "../json-http.ts";
import type { DatagramServer } from "../transport/datagrams/datagram-channel.ts";

/** What an SDK may send along: the game's own join options, and whose seat it believes to take. */
const JoinOptions = z.record(z.string().max(64), z.unknown());

/** What the routes need beside Colyseus. */
export interface SeatRoutesOptions {
  readonly isDraining: () => boolean;
  readonly onRefused: (code: ErrorCode) => void;
  /** Who answers the signalling of datagram channels, once there is somebody. */
  readonly signalling?: () => Pick<DatagramServer, "handle"> | undefined;
}

/**
 * `POST /matchmake/joinById/{roomId}` with a join ticket as bearer, and `POST /matchmake/reconnect/{roomId}` with a
 * reconnection token. Colyseus' own route would also let anybody create rooms. Refusals are problem documents with an
 * extra `error` member, which is where Colyseus' SDKs look for a message.
 */
export function createSeatRoutes(options: SeatRoutesOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    // The SDK asks with credentials, so the origin is named back; nothing here reads a cookie.
    context.header("Access-Control-Allow-Origin", context.req.header("origin") ?? "*");
    context.header("Access-Control-Allow-Credentials", "true");
    context.header("Vary", "Origin");
    if (context.req.method !== "OPTIONS") return next();
    context.header("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept");
    context.header("Access-Control-Allow-Methods", "POST, OPTIONS");
    context.header("Access-Control-Max-Age", "86400");
    return context.body(null, 204);
  });
  app.post("/matchmake/joinById/:roomId", async (context) => {
    if (options.isDraining()) throw new AppError("server.draining", "This game server takes no new players.");
    const seatOptions = await readJson(context, JoinOptions);
    const auth = createAuthContext({ headers: context.req.raw.headers, req: context.req.raw });
    return context.json(await matchMaker.joinById(context.req.param("roomId"), seatOptions, auth));
  });
  app.post("/matchmake/reconnect/:roomId", async (context) =>
    context.json(await matchMaker.reconnect(context.req.param("roomId"), await readJson(context, JoinOptions))),
  );
  app.all("/.wrtc/v2/*", async (context, next) => {
    const address = getConnInfo(context).remote.address ?? "";
    const answer = await options.signalling?.()?.handle(context.req.raw, address);
    if (!answer) return next();
    for (const [name, value] of context.res.headers) answer.headers.append(name, value);
    context.res = answer;
  });
  app.notFound((context) =>
    refuse(context, new AppError("route.not_found", "The game port has /matchmake/joinById and /matchmake/reconnect.")),
  );
  app.onError((error, context) => {
    const refusal = asAppError(error);
    options.onRefused(refusal.code);
    return refuse(context, refusal);
  });
  return app;
}

/** Our own error again, from what Colyseus made of it: its message begins with our code. */
function asAppError(error: Error): AppError {
  if (error instanceof AppError) return error;
  const { message } = toServerError(error);
  const code = message.slice(0, message.indexOf(":")) as ErrorCode;
  if (code in ERROR_CATALOGUE && code !== "internal") return new AppError(code, message.slice(code.length + 2));
  if (/is already full|is locked/.test(error.message)) return new AppError("room.full", "The room has no free seat.");
  if (/not found|has been disposed|token invalid or expired|must be provided/.test(error.message)) {
    return new AppError("room.gone", "The room or the seat is not there any more; ask the platform for a new one.");
  }
  return new AppError("internal", "The seat could not be given.", { cause: error });
}

function refuse(context: Context, error: AppError): Response {
  return answerProblem(context, error, { error: `${error.code}: ${error.message}` });
}
