// The platform's three routes, as small as they can be, from the shared shapes: for the client's tests.
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { type ErrorCode, problem } from "../../shared/schema/errors.ts";
import {
  type Assignment,
  GuestSignInRequest,
  JoinMatchmakingRequest,
  type MatchmakingStatus,
  SignInResponse,
} from "../../shared/schema/platform/index.ts";

/** A platform on a free port whose answers the test decides. */
export class FakePlatform {
  /** Everything that was asked, as `METHOD /path`. */
  readonly asked: string[] = [];
  /** Tickets given out and not given back. */
  readonly openTickets = new Set<string>();
  /** How often `status` says queued before it says matched. */
  pollsUntilMatched = 0;
  /** The assignment of a player's next match; called once for each. */
  assign: (playerId: string) => Assignment | Promise<Assignment> = () => {
    throw new Error("The test gave no assignment.");
  };
  /** When set, every request is answered with this. */
  answerWith: ((context: Context) => Response) | undefined;

  readonly #players = new Map<string, string>();
  /** Players by access token, and what is left of each ticket. */
  readonly #signedIn = new Map<string, string>();
  readonly #polls = new Map<string, number>();
  readonly #server: ServerType;

  private constructor(ready: (platform: FakePlatform) => void) {
    this.#server = serve({ fetch: this.#routes().fetch, port: 0, hostname: "127.0.0.1" }, () => ready(this));
  }

  static start(): Promise<FakePlatform> {
    return new Promise((resolve) => new FakePlatform(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      if ("closeAllConnections" in this.#server) this.#server.closeAllConnections();
    });
  }

  #routes(): Hono {
    const app = new Hono();
    app.use(async (context, next) => {
      this.asked.push(`${context.req.method} ${context.req.path}`);
      if (this.answerWith) return this.answerWith(context);
      const isSigningIn = context.req.path === "/v1/auth/guest";
      return isSigningIn || this.#playerOf(context) ? next() : refuse(context, "auth.missing", "Sign in first.");
    });
    app.post("/v1/auth/guest", async (context) => {
      const { deviceId } = GuestSignInRequest.parse(await context.req.json());
      const playerId = this.#players.get(deviceId) ?? randomUUID();
      this.#players.set(deviceId, playerId);
      const accessToken = randomUUID();
      this.#signedIn.set(`Bearer ${accessToken}`, playerId);
      return context.json(
        SignInResponse.parse({
          playerId,
          sessionId: randomUUID(),
          accessToken,
          expiresIn: 600,
          refreshToken: randomUUID(),
          refreshExpiresIn: 86_400,
        }),
      );
    });
    app.post("/v1/matchmaking/join", async (context) => {
      JoinMatchmakingRequest.parse(await context.req.json());
      const ticketId = randomUUID();
      this.openTickets.add(ticketId);
      this.#polls.set(ticketId, this.pollsUntilMatched);
      return context.json(await this.#status(context, ticketId));
    });
    app.get("/v1/matchmaking/status", async (context) => {
      const ticketId = context.req.query("ticketId") ?? "";
      const polls = this.#polls.get(ticketId);
      if (polls === undefined) return refuse(context, "matchmaking.ticket_not_found", "It is gone.");
      this.#polls.set(ticketId, polls - 1);
      return context.json(await this.#status(context, ticketId));
    });
    app.delete("/v1/matchmaking/status", (context) => {
      const ticketId = context.req.query("ticketId") ?? "";
      this.openTickets.delete(ticketId);
      return context.body(null, 204);
    });
    return app;
  }

  async #status(context: Context, ticketId: string): Promise<MatchmakingStatus> {
    if ((this.#polls.get(ticketId) ?? 0) > 0) return { ticketId, status: "queued" };
    return { ticketId, status: "matched", assignment: await this.assign(this.#playerOf(context) ?? "") };
  }

  #playerOf(context: Context): string | undefined {
    return this.#signedIn.get(context.req.header("authorization") ?? "");
  }
}

/** An address of this machine where nothing listens. */
export async function deadAddress(): Promise<string> {
  const platform = await FakePlatform.start();
  const { url } = platform;
  await platform.stop();
  return url;
}

/** Answers with a problem document, as the platform does. */
export function refuse(context: Context, code: ErrorCode, detail: string): Response {
  const document = problem(code, detail);
  return context.body(JSON.stringify(document), document.status as 400, { "content-type": "application/problem+json" });
}
