// The public HTTP server: the app behind Node's server, with its time limits, and problem documents below HTTP too.
import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { type ErrorCode, problem } from "../../shared/schema/errors.ts";
import type { Log } from "../ops/log.ts";
import type { AppEnv } from "./env.ts";

/** Longest that a client may take to send a whole request, and its head alone. */
const REQUEST_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 10_000;

/** How long an idle connection is kept; longer than a usual load balancer keeps its own. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** Most connections at a time; further ones are closed at once. */
const MAX_SOCKETS = 10_000;

/** Makes the server; the caller listens and closes. What is not HTTP at all is answered with a problem document as well. */
export function createPublicServer(app: Hono<AppEnv>, log: Log): Server {
  const listener = getRequestListener((request, env) => app.fetch(request, env), {
    errorHandler: (error) => {
      log.debug({ event: "http.malformed", reason: error instanceof Error ? error.message : String(error) });
      return problemResponse("request.malformed", "The request's target or Host header is not valid.");
    },
  });
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS },
    (incoming, outgoing) => {
      listener(incoming, outgoing).catch((error: unknown) => {
        log.error({ event: "http.listener_failed", err: error });
        outgoing.destroy();
      });
    },
  );
  server.maxConnections = MAX_SOCKETS;
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    log.debug({ event: "http.malformed", reason: error.code ?? error.message });
    if (!socket.writable || error.code === "ECONNRESET") socket.destroy();
    else socket.end(rawProblem(error.code));
  });
  return server;
}

function problemResponse(code: ErrorCode, detail: string): Response {
  const body = problem(code, detail);
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { "Content-Type": "application/problem+json", "X-Content-Type-Options": "nosniff" },
  });
}

function rawProblem(errorCode: string | undefined): string {
  const detail =
    errorCode === "HPE_HEADER_OVERFLOW"
      ? "The request's headers are too large."
      : errorCode === "ERR_HTTP_REQUEST_TIMEOUT"
        ? "The request did not arrive in time."
        : "This is not HTTP/1.1.";
  const body = JSON.stringify(problem("request.malformed", detail));
  return `HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
}
