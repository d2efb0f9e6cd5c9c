// Which environment a request is in, and who sends it: settled once, before any route.
import type { MiddlewareHandler } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import { ENVIRONMENT_HEADER, type EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { AppEnv } from "../http/env.ts";
import type { Authenticator } from "./authenticator.ts";
import { actorOf, type Credential, reaches } from "./credential.ts";
import type { EnvironmentService } from "./service.ts";

/** Bearer credentials (RFC 6750, section 2.1). */
const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** Where there is something of an environment. Pages and files belong to none, and are answered as for the default one. */
const SCOPED_PATH = /^\/(v1|\.well-known)\//;

/** What the middleware needs. */
export interface RequestEnvironmentDeps {
  readonly environments: Pick<EnvironmentService, "find">;
  readonly authenticator: Pick<Authenticator, "authenticate">;
  readonly defaultEnvironment: EnvironmentId;
}

/**
 * Sets `credential`, `environmentId` and, for a good credential, `actor`. The environment is the credential's; without one
 * it is what `X-Environment` names, or the default. A credential that is not good stops only the routes that need one.
 * Throws `environment.unknown`, and `auth.forbidden` when the header names an environment that the credential does not reach.
 */
export function requestEnvironment(deps: RequestEnvironmentDeps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    c.set("credential", { kind: "none" });
    c.set("environmentId", deps.defaultEnvironment);
    if (SCOPED_PATH.test(c.req.path)) {
      const credential = await credentialOf(c.req.header("Authorization"), deps.authenticator);
      c.set("credential", credential);
      c.set("environmentId", await environmentOf(c.req.header(ENVIRONMENT_HEADER), credential, deps));
      if (isGood(credential)) c.set("actor", actorOf(credential));
    }
    await next();
  };
}

async function credentialOf(
  header: string | undefined,
  authenticator: RequestEnvironmentDeps["authenticator"],
): Promise<Credential> {
  if (header === undefined || header === "") return { kind: "none" };
  const bearer = BEARER.exec(header)?.[1];
  if (bearer === undefined)
    return refused(new AppError("auth.invalid", "Send the credential as Authorization: Bearer <token>."));
  try {
    return await authenticator.authenticate(bearer);
  } catch (error) {
    if (error instanceof AppError) return refused(error);
    throw error;
  }
}

async function environmentOf(
  named: string | undefined,
  credential: Credential,
  { environments, defaultEnvironment }: RequestEnvironmentDeps,
): Promise<EnvironmentId> {
  const own = isGood(credential) ? credential.environmentId : defaultEnvironment;
  const { id } = await environments.find(named ?? own);
  if (isGood(credential) && !reaches(credential, id)) {
    throw new AppError("auth.forbidden", `The credential is of another environment than ${ENVIRONMENT_HEADER} names.`);
  }
  return id;
}

function isGood(credential: Credential) {
  return credential.kind !== "none" && credential.kind !== "refused";
}

function refused(error: AppError): Credential {
  return { kind: "refused", error };
}
