// Where a request to sign in comes from.
import type { Context } from "hono";
import { clientAddressOf } from "../http/client-address.ts";
import type { AppEnv } from "../http/env.ts";
import type { RequestOrigin } from "./sign-in.ts";

/** Longest `User-Agent` that is kept, in characters. */
const MAX_USER_AGENT_LENGTH = 256;

/** The whole address (a ban may hit it, the country is found by it), and the browser or client of a request. */
export function originOf(c: Context<AppEnv>): RequestOrigin {
  const userAgent = c.req.header("User-Agent")?.slice(0, MAX_USER_AGENT_LENGTH);
  return { address: clientAddressOf(c), ...(userAgent === undefined ? {} : { userAgent }) };
}
