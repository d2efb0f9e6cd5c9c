// What the OpenAPI document says of answers: the success of a route and the problems it may meet.
import { z } from "@hono/zod-openapi";
import { ERROR_CATALOGUE, type ErrorCode } from "../../shared/schema/errors.ts";

const ErrorCodes = Object.keys(ERROR_CATALOGUE) as [ErrorCode, ...ErrorCode[]];

/** What any route may answer: a request is refused when the environment that it names is unknown or not its credential's. */
const EVERYWHERE: readonly ErrorCode[] = ["environment.unknown", "auth.forbidden", "service.unavailable"];

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
  })
  .meta({ id: "Problem" });

/** The `responses` of a route: its success with the JSON `schema`, and one entry for each status of `codes`. */
export function responses<Schema extends z.ZodType>(description: string, schema: Schema, codes: readonly ErrorCode[]) {
  return {
    ...problemResponses(codes),
    200: { description, content: { "application/json": { schema } } },
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
        content: { "application/problem+json": { schema: ProblemShape } },
      },
    ]),
  );
}

/** The `request.body` of a route that takes JSON. */
export function jsonRequest<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } };
}
