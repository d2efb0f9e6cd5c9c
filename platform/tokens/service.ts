// Signs and verifies tokens: ES256 JSON Web Tokens (RFC 7519), by a key that is made once and kept.
import { randomUUID } from "node:crypto";
import {
  type CryptoKey,
  calculateJwkThumbprint,
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
  JOIN_TICKET_AUDIENCE,
  SEAT_HOLD_MS,
  TOKEN_ISSUER,
} from "../../shared/schema/platform/index.ts";
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

interface Keys {
  readonly kid: string;
  readonly signing: CryptoKey;
  readonly verifying: ReadonlyMap<string, CryptoKey>;
  readonly published: readonly JWK[];
}

/** Makes and checks access tokens, and makes join tickets. Rejects with `service.unavailable` until the keys could be read. */
export class TokenService {
  readonly #store: Pick<SigningKeyStore, "all" | "addFirst">;
  #keys: Promise<Keys> | undefined;

  constructor(store: Pick<SigningKeyStore, "all" | "addFirst">) {
    this.#store = store;
  }

  /** A token for `Authorization: Bearer`; `expiresIn` is in seconds. */
  async signAccessToken(playerId: string): Promise<{ accessToken: string; expiresIn: number }> {
    const accessToken = await this.#sign({}, playerId, ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_SECONDS);
    return { accessToken, expiresIn: ACCESS_TOKEN_SECONDS };
  }

  /** A ticket that lets its player into one room once, soon. Game servers verify it by the published keys alone. */
  async signJoinTicket({ playerId, name, mode, roomId }: JoinTicket): Promise<string> {
    const claims = { name, mode, roomId, jti: randomUUID() };
    return this.#sign(claims, playerId, JOIN_TICKET_AUDIENCE, JOIN_TICKET_SECONDS);
  }

  /** The player id of a good access token. Throws `auth.expired` for an old one and `auth.invalid` for any other. */
  async verifyAccessToken(token: string): Promise<string> {
    const { verifying } = await this.#loaded();
    if (token.length > MAX_TOKEN_LENGTH) throw invalid();
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => keyOf(verifying, kid), {
        issuer: TOKEN_ISSUER,
        audience: ACCESS_TOKEN_AUDIENCE,
        algorithms: [ALGORITHM],
        requiredClaims: ["sub", "exp"],
      });
      if (payload.sub === undefined) throw invalid();
      return payload.sub;
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw new AppError("auth.expired", "Sign in again for a new access token.");
      if (error instanceof errors.JOSEError) throw invalid(error);
      throw error;
    }
  }

  /** The public keys, as a JSON Web Key Set (RFC 7517). */
  async jwks(): Promise<{ keys: readonly JWK[] }> {
    return { keys: (await this.#loaded()).published };
  }

  async #sign(claims: Record<string, string>, playerId: string, audience: string, seconds: number): Promise<string> {
    const { kid, signing } = await this.#loaded();
    const issuedAt = Math.floor(Date.now() / 1_000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: "JWT" })
      .setIssuer(TOKEN_ISSUER)
      .setSubject(playerId)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + seconds)
      .sign(signing);
  }

  #loaded(): Promise<Keys> {
    this.#keys ??= this.#load().catch((error: unknown) => {
      // The next request tries again: the database may be back by then.
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }

  async #load(): Promise<Keys> {
    let stored = await this.#store.all();
    if (!stored.some(({ isRetired }) => !isRetired)) {
      const { kid, privateJwk } = await makeKey();
      await this.#store.addFirst(kid, privateJwk);
      stored = await this.#store.all();
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
