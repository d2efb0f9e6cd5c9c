// Signs tokens as a provider does, and as nobody should.
import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { exportJWK, type JWK, SignJWT } from "jose";

/** A key under an id. */
export interface TestKey {
  readonly kid: string;
  readonly alg: "RS256" | "ES256";
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Makes a key. */
export function testKey(alg: TestKey["alg"] = "ES256"): TestKey {
  const pair =
    alg === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: 2_048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { kid: randomUUID(), alg, ...pair };
}

/** What to do otherwise than a provider would. A claim that is undefined is left out. */
export interface TokenWish {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: TestKey;
  readonly kid?: string | undefined;
  /** Seconds since it was issued. */
  readonly ageSeconds?: number;
  readonly lifeSeconds?: number;
  /** The header's `typ`. */
  readonly type?: string;
}

/** An issuer of tokens with one key, which it can replace. */
export class TestIssuer {
  readonly claims: Readonly<Record<string, unknown>>;
  key: TestKey;

  constructor(claims: Readonly<Record<string, unknown>>, key: TestKey = testKey()) {
    this.claims = claims;
    this.key = key;
  }

  /** The published keys. */
  async jwks(): Promise<{ keys: JWK[] }> {
    const { kid, alg, publicKey } = this.key;
    return { keys: [{ ...(await exportJWK(publicKey)), kid, alg, use: "sig" }] };
  }

  /** Takes a new key, and publishes the old one no more. Returns the old one. */
  rotate(): TestKey {
    const old = this.key;
    this.key = testKey(old.alg);
    return old;
  }

  /** A token about `subject`, different from every other. */
  async sign(subject: string, wish: TokenWish = {}): Promise<string> {
    const key = wish.key ?? this.key;
    const issuedAt = Math.floor(Date.now() / 1_000) - (wish.ageSeconds ?? 0);
    const claims = {
      ...this.claims,
      sub: subject,
      jti: randomUUID(),
      iat: issuedAt,
      exp: issuedAt + (wish.lifeSeconds ?? 300),
      ...wish.claims,
    };
    const given = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
    const kid = "kid" in wish ? wish.kid : key.kid;
    return new SignJWT(given)
      .setProtectedHeader({
        alg: key.alg,
        ...(kid === undefined ? {} : { kid }),
        ...(wish.type === undefined ? {} : { typ: wish.type }),
      })
      .sign(key.privateKey);
  }
}

/** A token with the same claims that claims to need no signature. */
export function unsigned(token: string): string {
  const [, payload] = token.split(".");
  const header = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
  return `${header}.${payload}.AA`;
}

/** The token with other claims under the old signature. */
export function withOtherClaims(token: string, change: Record<string, unknown>): string {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const changed = Buffer.from(JSON.stringify({ ...claims, ...change })).toString("base64url");
  return `${header}.${changed}.${signature}`;
}
