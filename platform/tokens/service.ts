// Signs and verifies tokens: ES256 JSON Web Tokens (RFC 7519), by keys of each environment that are made once and kept.
import { randomUUID } from "node:crypto";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  decodeJwt,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from "jose";
import { AppError } from "../../shared/schema/errors.ts";
import {
  ACCESS_TOKEN_AUDIENCE,
  type EnvironmentId,
  JOIN_TICKET_AUDIENCE,
  SEAT_HOLD_MS,
  TOKEN_ISSUER,
} from "../../shared/schema/platform/index.ts";
import type { EnvironmentService } from "../environments/service.ts";
import type { SigningKeyStore, StoredKey } from "./store.ts";

/** How long an access token is good for, in seconds. */
export const ACCESS_TOKEN_SECONDS = 900;

/** How long a join ticket is good for, in seconds: as long as the seat is held. */
export const JOIN_TICKET_SECONDS = SEAT_HOLD_MS / 1_000;

/** Longest token that is looked at, in characters; ours have about 400. */
const MAX_TOKEN_LENGTH = 2_048;

const ALGORITHM = "ES256";

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

interface Keys {
  readonly kid: string;
  readonly signing: CryptoKey;
  readonly verifying: ReadonlyMap<string, CryptoKey>;
  readonly published: readonly JWK[];
}

/** Makes and checks access tokens, and makes join tickets. Rejects with `service.unavailable` until the keys could be read. */
export class TokenService {
  readonly #store: Pick<SigningKeyStore, "all" | "addFirst">;
  readonly #environments: Pick<EnvironmentService, "find">;
  /** The keys of each environment that was asked for; only of those that exist. */
  readonly #keys = new Map<EnvironmentId, Promise<Keys>>();

  constructor(store: Pick<SigningKeyStore, "all" | "addFirst">, environments: Pick<EnvironmentService, "find">) {
    this.#store = store;
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
    const { verifying } = await this.#loaded(environmentId);
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
    return { keys: (await this.#loaded(environmentId)).published };
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
    const { kid, signing } = await this.#loaded(environmentId);
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

  #loaded(environmentId: EnvironmentId): Promise<Keys> {
    const known = this.#keys.get(environmentId);
    if (known !== undefined) return known;
    const loading = this.#load(environmentId).catch((error: unknown) => {
      // The next request tries again: the database may be back by then.
      this.#keys.delete(environmentId);
      throw error;
    });
    this.#keys.set(environmentId, loading);
    return loading;
  }

  async #load(environmentId: EnvironmentId): Promise<Keys> {
    let stored = await this.#store.all(environmentId);
    if (!stored.some(({ isRetired }) => !isRetired)) {
      const { kid, privateJwk } = await makeKey();
      await this.#store.addFirst(environmentId, kid, privateJwk);
      stored = await this.#store.all(environmentId);
    }
    const active = stored.find(({ isRetired }) => !isRetired);
    if (active === undefined) throw new Error("There is no signing key although one was just stored.");
    const published = stored.map(publicJwk);
    const imported = published.map(async (jwk) => [jwk.kid ?? "", await importKey(jwk)] as const);
    return {
      kid: active.kid,
      signing: await importKey(active.privateJwk),
      verifying: new Map(await Promise.all(imported)),
      published,
    };
  }
}

async function makeKey(): Promise<{ kid: string; privateJwk: JWK }> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const privateJwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(privateJwk), privateJwk };
}

/** Names the public members one by one: what is not named here cannot leak. */
function publicJwk({ kid, privateJwk: { kty, crv, x, y } }: StoredKey): JWK {
  return { kid, use: "sig", alg: ALGORITHM, kty, crv, x, y } as JWK;
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, ALGORITHM);
  if (key instanceof Uint8Array) throw new Error("A stored signing key is not an ES256 key.");
  return key;
}

function keyOf(keys: ReadonlyMap<string, CryptoKey>, kid: string | undefined): CryptoKey {
  const key = kid === undefined ? undefined : keys.get(kid);
  if (key === undefined) throw invalid();
  return key;
}

function invalid(cause?: unknown): AppError {
  return new AppError("auth.invalid", "This is not an access token of this platform. Sign in for one.", { cause });
}
