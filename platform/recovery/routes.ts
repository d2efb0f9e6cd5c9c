// Codes by mail over HTTP: asking for one tells nobody whether an account exists.
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { ErrorCode } from "../../shared/schema/errors.ts";
import {
  MailCodeProof,
  MailCodeRequest,
  MailCodeResponse,
  PasswordResetRequest,
  PlayerEmailResponse,
} from "../../shared/schema/platform/index.ts";
import { type Elevations, requireElevation, requirePlayer } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import { addressOf, type RateLimiter } from "../http/rate-limit.ts";
import { BODY_CODES, CREDENTIAL_CODES, jsonRequest, problemResponses, responses } from "../http/responses.ts";
import type { MailRequester, RecoveryService } from "./service.ts";

const SAME_FOR_ALL =
  "The answer is the same, and takes as long, whether an account has this address or not. At most 6 mails an hour go to one address for one sender.";

/** What the routes need. */
export interface RecoveryRoutesDeps {
  readonly recovery: RecoveryService;
  readonly elevations: Elevations;
  readonly rateLimiter: RateLimiter;
}

/** Sign-in by mailed code, forgotten passwords, and the player's address. */
export function recoveryRoutes({ recovery, elevations, rateLimiter }: RecoveryRoutesDeps): OpenAPIHono<AppEnv> {
  const starts = rateLimiter.policy("mail_code");
  const tries = rateLimiter.policy("mail_code_try");
  return new OpenAPIHono<AppEnv>()
    .openapi(startRoute("/v1/auth/email/start", "Mail a sign-in code", [starts]), async (c) => {
      const { email, ...rest } = c.req.valid("json");
      return c.json(await recovery.startSignIn(c.get("environmentId"), email, requesterOf(c, rest.locale)), 202);
    })
    .openapi(startRoute("/v1/auth/password/reset/start", "Mail a code for a new password", [starts]), async (c) => {
      const { email, locale } = c.req.valid("json");
      return c.json(await recovery.startReset(c.get("environmentId"), email, requesterOf(c, locale)), 202);
    })
    .openapi(finishResetRoute([tries]), async (c) => {
      const { newPassword, ...given } = c.req.valid("json");
      await recovery.finishReset(c.get("environmentId"), given, newPassword);
      return c.body(null, 204);
    })
    .openapi(undoRoute([tries]), async (c) => {
      await recovery.undoEmailChange(c.get("environmentId"), c.req.valid("json"));
      return c.body(null, 204);
    })
    .openapi(readEmailRoute(), async (c) => {
      const email = await recovery.emailOf(c.get("environmentId"), c.get("playerId"));
      return c.json(email === undefined ? {} : { email }, 200);
    })
    .openapi(changeEmailRoute([requirePlayer(), starts, requireElevation(elevations)]), async (c) => {
      const { email, locale } = c.req.valid("json");
      const requester = requesterOf(c, locale);
      const issued = await recovery.startEmailChange(c.get("environmentId"), c.get("playerId"), email, requester);
      return c.json(issued, 202);
    })
    .openapi(verifyEmailRoute([requirePlayer(), tries]), async (c) => {
      const who = { playerId: c.get("playerId"), sessionId: c.get("sessionId") };
      const email = await recovery.finishEmailChange(c.get("environmentId"), who, c.req.valid("json"));
      return c.json({ email }, 200);
    });
}

type Guards = MiddlewareHandler<AppEnv>[];

function startRoute<Path extends string>(path: Path, summary: string, guards: Guards) {
  return createRoute({
    method: "post",
    path,
    tags: ["Accounts"],
    summary,
    description: SAME_FOR_ALL,
    middleware: [...guards, jsonBody()],
    request: { body: jsonRequest(MailCodeRequest) },
    responses: acceptedResponses(BODY_CODES),
  });
}

function finishResetRoute(guards: Guards) {
  return createRoute({
    method: "post",
    path: "/v1/auth/password/reset/finish",
    tags: ["Accounts"],
    summary: "Set a new password by a mailed code",
    description: "Ends every session of the player. A password that is refused does not cost the code.",
    middleware: [...guards, jsonBody()],
    request: { body: jsonRequest(PasswordResetRequest) },
    responses: doneResponses([...BODY_CODES, "code.invalid", "password.weak", "password.breached"]),
  });
}

function undoRoute(guards: Guards) {
  return createRoute({
    method: "post",
    path: "/v1/auth/email/undo",
    tags: ["Accounts"],
    summary: "Take a change of address back",
    description:
      "With the code that went to the old address: puts it back, ends every session, and mails a code for a new password.",
    middleware: [...guards, jsonBody()],
    request: { body: jsonRequest(MailCodeProof) },
    responses: doneResponses([...BODY_CODES, "code.invalid", "identity.taken", "identity.limit", "identity.not_found"]),
  });
}

function readEmailRoute() {
  return createRoute({
    method: "get",
    path: "/v1/player/me/email",
    tags: ["Accounts"],
    summary: "The player's address",
    security: [{ player: [] }],
    middleware: [requirePlayer()],
    responses: responses("The proven address, if there is one.", PlayerEmailResponse, [
      ...CREDENTIAL_CODES,
      "request.rate_limited",
      "service.unavailable",
    ]),
  });
}

function changeEmailRoute(guards: Guards) {
  return createRoute({
    method: "put",
    path: "/v1/player/me/email",
    tags: ["Accounts"],
    summary: "Change the player's address",
    description:
      "Mails a code to the new address, which confirms it. An address of another player gets a mail that says so instead, and the answer is the same.",
    security: [{ player: [] }],
    middleware: [...guards, jsonBody()],
    request: { body: jsonRequest(MailCodeRequest) },
    responses: acceptedResponses([...CREDENTIAL_CODES, ...BODY_CODES, "auth.elevation_required"]),
  });
}

function verifyEmailRoute(guards: Guards) {
  return createRoute({
    method: "post",
    path: "/v1/player/me/email/verify",
    tags: ["Accounts"],
    summary: "Confirm the player's address",
    description:
      "Makes the address that the code went to the player's, ends the other sessions, and tells the old address how to take it back.",
    security: [{ player: [] }],
    middleware: [...guards, jsonBody()],
    request: { body: jsonRequest(MailCodeProof) },
    responses: responses("The address.", PlayerEmailResponse, [
      ...CREDENTIAL_CODES,
      ...BODY_CODES,
      "code.invalid",
      "identity.taken",
      "identity.limit",
      "identity.not_found",
    ]),
  });
}

function acceptedResponses(codes: readonly ErrorCode[]) {
  return {
    ...problemResponses(codes),
    202: {
      description: "The mail goes out, if the address is to get one.",
      content: { "application/json": { schema: MailCodeResponse } },
    },
  };
}

function doneResponses(codes: readonly ErrorCode[]) {
  return { ...problemResponses(codes), 204: { description: "Done." } };
}

function requesterOf(c: Context<AppEnv>, locale: string | undefined): MailRequester {
  return { locale: (locale ?? c.req.header("Accept-Language"))?.slice(0, MAX_LOCALE_LENGTH), source: addressOf(c) };
}

/** Longest `Accept-Language` that is kept, in characters. */
const MAX_LOCALE_LENGTH = 100;
