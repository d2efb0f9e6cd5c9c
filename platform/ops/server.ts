// The operator's port: /healthz, /readyz and /metrics, and in development the mailbox; apart from the public port and never
// reachable through it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Mailbox } from "../mail/mailbox.ts";
import { mailboxAnswer } from "../mail/mailbox-page.ts";
import type { Health } from "./health.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** Makes the operator's server; the caller listens and closes. With a `mailbox` it shows that too. */
export function createOpsServer(health: Health, metrics: Metrics, log: Log, mailbox?: Mailbox): Server {
  return createServer({ requestTimeout: 10_000 }, (request, response) => {
    answer(request, response, health, metrics, mailbox).catch((error: unknown) => {
      log.error({ event: "ops.failed", err: error });
      if (!response.headersSent) send(response, 500, "text/plain", "The platform could not answer.\n");
      else response.destroy();
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  health: Health,
  metrics: Metrics,
  mailbox: Mailbox | undefined,
): Promise<void> {
  request.resume();
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    send(response, 405, "text/plain", "Only GET is answered here.\n");
    return;
  }
  const path = request.url?.split("?", 1)[0] ?? "";
  switch (path) {
    case "/healthz":
      send(response, 200, "application/json", '{"alive":true}');
      return;
    case "/readyz": {
      const readiness = await health.readiness();
      send(response, readiness.ready ? 200 : 503, "application/json", JSON.stringify(readiness));
      return;
    }
    case "/metrics":
      send(response, 200, metrics.registry.contentType, await metrics.registry.metrics());
      return;
    default: {
      const mail = mailbox && (await mailboxAnswer(mailbox, path, request.headers.host));
      if (mail) send(response, mail.status, mail.headers["Content-Type"] ?? "text/plain", mail.body, mail.headers);
      else send(response, 404, "text/plain", "Here are /healthz, /readyz and /metrics.\n");
    }
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...headers,
    "Content-Type": type,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(body);
}
