// The ops port: health, readiness, metrics, and the platform's requests for seats. Never reachable through the game port.
import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import type { Registry } from "prom-client";
import { AppError } from "../../shared/schema/errors.ts";
import { SeatRequest, type SeatResponse } from "../../shared/schema/platform/index.ts";
import { answerProblem, readJson } from "../json-http.ts";

/** What the ops port shows and whom it asks. */
export interface OpsOptions {
  readonly registry: Registry;
  /** Who sends one of these is the platform: the key of this server, and the one that its heartbeats carry. */
  readonly controlKeys: readonly string[];
  /** Every check by name: `undefined` when it is well, else what is wrong. */
  readonly checks: () => Record<string, string | undefined>;
  readonly holdSeat: (request: SeatRequest) => Promise<SeatResponse>;
  readonly onError: (error: Error) => void;
}

/** `/healthz` is alive, `/readyz` takes players, `/metrics` for Prometheus, `POST /v1/seats` with a control key. */
export function createOpsApp(options: OpsOptions): Hono {
  const app = new Hono();
  app.get("/healthz", (context) => context.json({ alive: true }));
  app.get("/readyz", (context) => {
    const checks = Object.fromEntries(
      Object.entries(options.checks()).map(([name, wrong]) => [
        name,
        wrong === undefined ? { ok: true } : { ok: false, detail: wrong },
      ]),
    );
    const ready = Object.values(checks).every(({ ok }) => ok);
    return context.json({ ready, checks }, ready ? 200 : 503);
  });
  app.get("/metrics", async (context) =>
    context.body(await options.registry.metrics(), 200, { "Content-Type": options.registry.contentType }),
  );
  app.post("/v1/seats", async (context) => {
    if (!isOneOf(options.controlKeys, context.req.header("authorization"))) {
      throw new AppError("auth.invalid", "Send a control key of this server as a bearer token.");
    }
    return context.json(await options.holdSeat(await readJson(context, SeatRequest)));
  });
  app.notFound((context) =>
    answerProblem(context, new AppError("route.not_found", "See docs/operate.md for the ops port's paths.")),
  );
  app.onError((error, context) => {
    if (!(error instanceof AppError)) options.onError(error);
    return answerProblem(
      context,
      error instanceof AppError ? error : new AppError("internal", "The request failed on our side."),
    );
  });
  return app;
}

/** Compares hashes, so that the time taken tells nothing of the keys. */
function isOneOf(keys: readonly string[], header: string | undefined): boolean {
  const given = /^Bearer (.+)$/.exec(header ?? "")?.[1] ?? "";
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return keys.some((key) => timingSafeEqual(hash(given), hash(key)));
}
