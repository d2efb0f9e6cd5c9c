// Signs and verifies tokens: ES256 JSON Web Tokens (RFC 7519), by keys of each environment that are made once and kept.
import { randomUUID } from "node:crypto";
import { type CryptoKey, decodeJwt, errors, type JWK, jwtVerify, SignJWT } from "jose";
import { AppError } from "../../shared/schema/errors.ts";
import {
  ACCESS_TOKEN_AUDIENCE,
  type EnvironmentId,
  JOIN_TICKET_AUDIENCE,
  SEAT_HOLD_MS,
  TOKEN_ISSUER,
} from "../../shared/schema/platform/index.ts";
import type { EnvironmentService } from "../environments/service.ts";
import { ALGORITHM, type SigningKeys } from "./signing-keys.ts";

/** How long an access token is good for, in seconds. */
export const ACCESS_TOKEN_SECONDS = 900;

/** How long a join ticket is good for, in seconds: as long as the seat is held. */
export const JOIN_TICKET_SECONDS = SEAT_HOLD_MS / 1_000;

/** Longest token that is looked at, in characters; ours have about 400. */
const MAX_TOKEN_LENGTH = 2_048;

/** What a join ticket says: who may sit where. */
export interface JoinTicket {
  readonly playerId: string;
  readonly name: string;
  readonly mode: string;
  readonly roomId: string;
}

/** What a good access token says: whose it is, in which environment, and of which session. */
export interface AccessToken {
  readonly environmentId: EnvironmentId;
  readonly playerId: string;
  readonly sessionId: string;
}

/** Makes and checks access tokens, and makes join tickets. Rejects with `service.unavailable` until the keys could be read. */
export class TokenService {
  readonly #keys: Pick<SigningKeys, "of">;
  readonly #environments: Pick<EnvironmentService, "find">;

  constructor(keys: Pick<SigningKeys, "of">, environments: Pick<EnvironmentService, "find">) {
    this.#keys = keys;
    this.#environments = environments;
  }

  /** A token for `Authorization: Bearer`; `expiresIn` is in seconds. */
  async signAccessToken(
    environmentId: EnvironmentId,
    playerId: string,
    sessionId: string,
  ): Promise<{ accessToken: string; expiresIn: number }> {
    const claims = { sid: sessionId };
    const accessToken = await this.#sign(environmentId, claims, playerId, ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_SECONDS);
    return { accessToken, expiresIn: ACCESS_TOKEN_SECONDS };
  }

  /** A ticket that lets its player into one room once, soon. Game servers verify it by the published keys alone. */
  async signJoinTicket(environmentId: EnvironmentId, { playerId, name, mode, roomId }: JoinTicket): Promise<string> {
    const claims = { name, mode, roomId, jti: randomUUID() };
    return this.#sign(environmentId, claims, playerId, JOIN_TICKET_AUDIENCE, JOIN_TICKET_SECONDS);
  }

  /**
   * What a good access token says. Throws `auth.expired` for an old one and `auth.invalid` for any other. The environment
   * it claims says only whose keys to try: it is true when one of those has signed it.
   */
  async verifyAccessToken(token: string): Promise<AccessToken> {
    if (token.length > MAX_TOKEN_LENGTH) throw invalid();
    const environmentId = await this.#claimedEnvironment(token);
    const { verifying } = await this.#keys.of(environmentId);
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => keyOf(verifying, kid), {
        issuer: TOKEN_ISSUER,
        audience: ACCESS_TOKEN_AUDIENCE,
        algorithms: [ALGORITHM],
        requiredClaims: ["sub", "sid", "exp"],
      });
      const { sub, sid } = payload;
      if (sub === undefined || typeof sid !== "string") throw invalid();
      return { environmentId, playerId: sub, sessionId: sid };
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw new AppError("auth.expired", "Sign in again for a new access token.");
      if (error instanceof errors.JOSEError) throw invalid(error);
      throw error;
    }
  }

  /** The public keys of an environment, as a JSON Web Key Set (RFC 7517). */
  async jwks(environmentId: EnvironmentId): Promise<{ keys: readonly JWK[] }> {
    return { keys: (await this.#keys.of(environmentId)).published };
  }

  async #claimedEnvironment(token: string): Promise<EnvironmentId> {
    try {
      const { env } = decodeJwt(token);
      if (typeof env !== "string") throw invalid();
      return (await this.#environments.find(env)).id;
    } catch (error) {
      if (error instanceof errors.JOSEError) throw invalid(error);
      if (error instanceof AppError && error.code === "environment.unknown") throw invalid(error);
      throw error;
    }
  }

  async #sign(
    environmentId: EnvironmentId,
    claims: Record<string, string>,
    playerId: string,
    audience: string,
    seconds: number,
  ): Promise<string> {
    const { kid, signing } = await this.#keys.of(environmentId);
    const issuedAt = Math.floor(Date.now() / 1_000);
    return new SignJWT({ ...claims, env: environmentId })
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: "JWT" })
      .setIssuer(TOKEN_ISSUER)
      .setSubject(playerId)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + seconds)
      .sign(signing);
  }
}

function keyOf(keys: ReadonlyMap<string, CryptoKey>, kid: string | undefined): CryptoKey {
  const key = kid === undefined ? undefined : keys.get(kid);
  if (key === undefined) throw invalid();
  return key;
}

function invalid(cause?: unknown): AppError {
  return new AppError("auth.invalid", "This is not an access token of this platform. Sign in for one.", { cause });
}
