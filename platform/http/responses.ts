// What the OpenAPI document says of answers: the success of a route and the problems it may meet.
import { z } from "@hono/zod-openapi";
import { ERROR_CATALOGUE, type ErrorCode } from "../../shared/schema/errors.ts";
import { IdentityClash, SignInChallenge } from "../../shared/schema/platform/index.ts";

const ErrorCodes = Object.keys(ERROR_CATALOGUE) as [ErrorCode, ...ErrorCode[]];

/**
 * What any route may answer: a request is refused when its head is too large or not HTTP, when the environment that it
 * names is unknown or not its credential's, and when its address or player sends too many.
 */
const EVERYWHERE: readonly ErrorCode[] = [
  "request.malformed",
  "environment.unknown",
  "auth.forbidden",
  "request.rate_limited",
  "service.unavailable",
];

const text = (description: string, example: string) => ({ description, schema: { type: "string" as const }, example });

/** The headers that say what the limits of the request are (draft-ietf-httpapi-ratelimit-headers-10). */
const RATE_LIMIT_HEADERS = {
  "RateLimit-Policy": text(
    "Each limit: as many as `q` at once, which fill again in `w` seconds.",
    '"player";q=300;w=15',
  ),
  RateLimit: text("Of each limit what remains, `r`, and the seconds `t` until it is whole.", '"player";r=299;t=1'),
};

const RETRY_AFTER = {
  "Retry-After": { description: "Seconds to wait.", schema: { type: "integer" as const, minimum: 1 }, example: 3 },
};

/** What a route with a guard may answer beside. */
export const CREDENTIAL_CODES = ["auth.missing", "auth.invalid", "auth.expired", "auth.forbidden"] as const;

/** What a route that reads a JSON body may answer beside. */
export const BODY_CODES = [
  "request.malformed",
  "request.too_large",
  "request.unsupported_media_type",
  "request.invalid",
] as const;

/** RFC 9457 problem details, for the OpenAPI document. */
export const ProblemShape = z
  .object({
    type: z.string().meta({ example: "/docs/errors#request.invalid" }),
    title: z.string(),
    status: z.int(),
    code: z.enum(ErrorCodes),
    detail: z.string(),
    requestId: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    clash: IdentityClash.optional().meta({ description: "Of `identity.clash` alone." }),
    challenge: SignInChallenge.optional().meta({ description: "Of `auth.step_up_required` alone." }),
  })
  .meta({ id: "Problem" });

/** The `responses` of a route: its success with the JSON `schema`, and one entry for each status of `codes`. */
export function responses<Schema extends z.ZodType>(description: string, schema: Schema, codes: readonly ErrorCode[]) {
  return {
    ...problemResponses(codes),
    200: { description, headers: RATE_LIMIT_HEADERS, content: { "application/json": { schema } } },
  };
}

/** The problem answers of a route, those `EVERYWHERE` among them; codes of one status share an entry. */
export function problemResponses(codes: readonly ErrorCode[]) {
  const byStatus = Map.groupBy(new Set([...codes, ...EVERYWHERE]), (code) => ERROR_CATALOGUE[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${ERROR_CATALOGUE[code].title}.`).join(" "),
        ...(status === 429 ? { headers: { ...RETRY_AFTER, ...RATE_LIMIT_HEADERS } } : {}),
        content: { "application/problem+json": { schema: ProblemShape } },
      },
    ]),
  );
}

/** The `request.body` of a route that takes JSON. */
export function jsonRequest<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } };
}
