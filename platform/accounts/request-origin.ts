// Where a request to sign in comes from.
import type { Context } from "hono";
import type { AppEnv } from "../http/env.ts";
import { addressOf } from "../http/rate-limit.ts";
import type { RequestOrigin } from "./sign-in.ts";

/** Longest `User-Agent` that is kept, in characters. */
const MAX_USER_AGENT_LENGTH = 256;

/** The address and the browser or client of a request. */
export function originOf(c: Context<AppEnv>): RequestOrigin {
  const userAgent = c.req.header("User-Agent")?.slice(0, MAX_USER_AGENT_LENGTH);
  return { address: addressOf(c), ...(userAgent === undefined ? {} : { userAgent }) };
}
