// `/v1/player/me/factors` and what lies beside it: a player's own second factors, and the elevation that changing them takes.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ErrorCode } from "../../shared/schema/errors.ts";
import {
  AddPasskeyRequest,
  ChallengeAnswer,
  ConfirmTotpRequest,
  Elevation,
  Factors,
  Passkey,
  PasskeyOptions,
  RecoveryCodes,
  StepUpChallenge,
  TotpSetup,
} from "../../shared/schema/platform/index.ts";
import { requirePlayer } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import { jsonRequest, problemResponses, responses } from "../http/responses.ts";
import type { ChallengeService } from "./challenge-service.ts";
import type { FactorService } from "./factor-service.ts";

/** What the routes need. */
export interface FactorRoutesDeps {
  readonly factors: FactorService;
  readonly challenges: ChallengeService;
  readonly rateLimiter: RateLimiter;
}

const tags = ["Second factors"];
const security = [{ player: [] }];

const AUTH: readonly ErrorCode[] = ["auth.missing", "auth.invalid", "auth.expired", "request.rate_limited"];
const BODY: readonly ErrorCode[] = [
  "request.malformed",
  "request.too_large",
  "request.unsupported_media_type",
  "request.invalid",
];
const CHANGE: readonly ErrorCode[] = [...AUTH, "auth.elevation_required"];
const ANSWER: readonly ErrorCode[] = [
  "challenge.not_found",
  "factor.wrong_code",
  "factor.wrong_passkey",
  "auth.locked",
];

/** Every route of a player's own factors. */
export function factorRoutes({ factors, challenges, rateLimiter }: FactorRoutesDeps): OpenAPIHono<AppEnv> {
  const player = requirePlayer();
  const limit = rateLimiter.policy("factors");
  const read = [player, limit];
  const write = [player, limit, jsonBody()];
  const who = (c: Context<AppEnv>) => [c.get("environmentId"), c.get("playerId")] as const;
  const elevated = async (c: Context<AppEnv>) => {
    const [environmentId, playerId] = who(c);
    await challenges.requireElevation(environmentId, playerId, c.get("sessionId"));
    return [environmentId, playerId] as const;
  };
  return new OpenAPIHono<AppEnv>()
    .openapi(createRoute({ ...LIST, middleware: read }), async (c) => c.json(await factors.list(...who(c)), 200))
    .openapi(createRoute({ ...BEGIN_TOTP, middleware: read }), async (c) =>
      c.json(await factors.beginTotp(...(await elevated(c))), 200),
    )
    .openapi(createRoute({ ...CONFIRM_TOTP, middleware: write }), async (c) =>
      c.json(await factors.confirmTotp(...(await elevated(c)), c.req.valid("json").code), 200),
    )
    .openapi(createRoute({ ...REMOVE_TOTP, middleware: read }), async (c) => {
      await factors.removeTotp(...(await elevated(c)));
      return c.body(null, 204);
    })
    .openapi(createRoute({ ...NEW_CODES, middleware: read }), async (c) =>
      c.json(await factors.replaceRecoveryCodes(...(await elevated(c))), 200),
    )
    .openapi(createRoute({ ...BEGIN_PASSKEY, middleware: read }), async (c) =>
      c.json(await factors.beginPasskey(...(await elevated(c))), 200),
    )
    .openapi(createRoute({ ...ADD_PASSKEY, middleware: write }), async (c) =>
      c.json(await factors.addPasskey(...(await elevated(c)), c.req.valid("json")), 200),
    )
    .openapi(createRoute({ ...REMOVE_PASSKEY, middleware: read }), async (c) => {
      await factors.removePasskey(...(await elevated(c)), c.req.valid("param").passkeyId);
      return c.body(null, 204);
    })
    .openapi(createRoute({ ...BEGIN_ELEVATION, middleware: read }), async (c) => {
      const challenge = await challenges.beginElevation(...who(c), c.get("sessionId"));
      return challenge === undefined ? c.body(null, 204) : c.json(challenge, 200);
    })
    .openapi(createRoute({ ...ANSWER_ELEVATION, middleware: write }), async (c) => {
      const [environmentId, playerId] = who(c);
      const { challengeId } = c.req.valid("param");
      const from = { playerId, sessionId: c.get("sessionId") };
      return c.json(await challenges.answerElevation(environmentId, from, challengeId, c.req.valid("json")), 200);
    });
}

const LIST = {
  method: "get",
  path: "/v1/player/me/factors",
  tags,
  security,
  summary: "Second factors",
  description: "What protects the player beside the way in, and how a challenge could be answered now.",
  responses: responses("The factors.", Factors, AUTH),
} as const;

const BEGIN_TOTP = {
  method: "post",
  path: "/v1/player/me/totp",
  tags,
  security,
  summary: "Set up an authenticator app",
  description: "A secret and its link for a QR code (RFC 6238). It is not in force before a code of it was confirmed.",
  responses: responses("The secret.", TotpSetup, [...CHANGE, "factor.exists", "factor.not_offered"]),
} as const;

const CONFIRM_TOTP = {
  method: "post",
  path: "/v1/player/me/totp/confirm",
  tags,
  security,
  summary: "Confirm the authenticator app",
  description: "From now on sign-ins ask for it. Answers the recovery codes, this once.",
  request: { body: jsonRequest(ConfirmTotpRequest) },
  responses: responses("In force.", RecoveryCodes, [
    ...CHANGE,
    ...BODY,
    "factor.wrong_code",
    "factor.not_found",
    "factor.exists",
    "factor.not_offered",
    "auth.locked",
  ]),
} as const;

const REMOVE_TOTP = {
  method: "delete",
  path: "/v1/player/me/totp",
  tags,
  security,
  summary: "Remove the authenticator app",
  description: "Without a passkey left, the recovery codes go too.",
  responses: { ...problemResponses([...CHANGE, "factor.not_found"]), 204: { description: "Removed." } },
} as const;

const NEW_CODES = {
  method: "post",
  path: "/v1/player/me/recovery-codes",
  tags,
  security,
  summary: "New recovery codes",
  description:
    "In place of all earlier ones; shown this once. They need an authenticator app or a passkey to stand in for.",
  responses: responses("The codes.", RecoveryCodes, [...CHANGE, "factor.not_found"]),
} as const;

const BEGIN_PASSKEY = {
  method: "post",
  path: "/v1/player/me/passkeys/options",
  tags,
  security,
  summary: "Options for a new passkey",
  description: "The publicKey member for navigator.credentials.create(), as JSON.",
  responses: responses("The options.", PasskeyOptions, [...CHANGE, "factor.limit"]),
} as const;

const ADD_PASSKEY = {
  method: "post",
  path: "/v1/player/me/passkeys",
  tags,
  security,
  summary: "Add a passkey",
  description:
    "Takes what the browser made. From now on the player can sign in with it, and sign-ins by other ways ask for it.",
  request: { body: jsonRequest(AddPasskeyRequest) },
  responses: responses("The passkey.", Passkey, [
    ...CHANGE,
    ...BODY,
    "factor.wrong_passkey",
    "factor.exists",
    "factor.limit",
  ]),
} as const;

const REMOVE_PASSKEY = {
  method: "delete",
  path: "/v1/player/me/passkeys/{passkeyId}",
  tags,
  security,
  summary: "Remove a passkey",
  request: { params: z.strictObject({ passkeyId: z.string().min(1).max(1_366) }) },
  responses: {
    ...problemResponses([...CHANGE, "request.invalid", "factor.not_found"]),
    204: { description: "Removed." },
  },
} as const;

const BEGIN_ELEVATION = {
  method: "post",
  path: "/v1/player/me/step-up",
  tags,
  security,
  summary: "Begin to elevate the session",
  description:
    "Changing what protects the player takes a fresh proof. 204: the player has nothing to show one with, and needs none.",
  responses: { ...responses("What must be answered.", StepUpChallenge, AUTH), 204: { description: "Not needed." } },
} as const;

const ANSWER_ELEVATION = {
  method: "post",
  path: "/v1/player/me/step-up/{challengeId}",
  tags,
  security,
  summary: "Elevate the session",
  request: { params: z.strictObject({ challengeId: z.uuid() }), body: jsonRequest(ChallengeAnswer) },
  responses: responses("Elevated.", Elevation, [...AUTH, ...BODY, ...ANSWER]),
} as const;
