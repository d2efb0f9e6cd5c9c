// Access tokens and join tickets: only ours, only for their purpose, only in time.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { AppError, type ErrorCode } from "../../shared/schema/errors.ts";
import {
  ACCESS_TOKEN_AUDIENCE,
  EnvironmentId,
  FIRST_ENVIRONMENT as environmentId,
  JOIN_TICKET_AUDIENCE,
  JoinTicketClaims,
  TOKEN_ISSUER,
} from "../../shared/schema/platform/index.ts";
import { ACCESS_TOKEN_SECONDS, JOIN_TICKET_SECONDS, TokenService } from "./service.ts";
import { KEYS_FRESH_MS, type SigningKeySource, SigningKeys } from "./signing-keys.ts";
import type { StoredKey } from "./store.ts";

const playerId = randomUUID();
const sessionId = randomUUID();
const owner = { environmentId, playerId, sessionId };
const seat = { playerId, name: "Nimble Otter 42", mode: "arena", roomId: "room-1" };

class MemoryKeys implements SigningKeySource {
  readonly keys: StoredKey[] = [];
  async all(_?: EnvironmentId): Promise<StoredKey[]> {
    return [...this.keys];
  }
  async addFirst(_: EnvironmentId, kid: string, privateJwk: JWK): Promise<void> {
    if (this.keys.length === 0) this.keys.push({ kid, privateJwk, state: "signing", activatesAt: new Date(0) });
  }
  async rotate(): Promise<boolean> {
    throw new Error("These tests rotate by hand.");
  }
  async replaceAll(_: EnvironmentId, kid: string, privateJwk: JWK): Promise<void> {
    this.keys.splice(0, Number.POSITIVE_INFINITY, { kid, privateJwk, state: "signing", activatesAt: new Date(0) });
  }
}

const environments = { find: async () => ({ id: environmentId, corsOrigins: undefined }) };

function newService(keys: SigningKeySource = new MemoryKeys()): TokenService {
  return new TokenService(new SigningKeys(keys), environments);
}

function fails(code: ErrorCode) {
  return (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

describe("access tokens", () => {
  const service = newService();

  it("name their player until they expire", async () => {
    const { accessToken, expiresIn } = await service.signAccessToken(environmentId, playerId, sessionId);
    assert.equal(expiresIn, ACCESS_TOKEN_SECONDS);
    assert.deepEqual(await service.verifyAccessToken(accessToken), owner);
  });

  it("are expired after their time, and not a second before", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
    const { accessToken } = await service.signAccessToken(environmentId, playerId, sessionId);
    t.mock.timers.tick((ACCESS_TOKEN_SECONDS - 1) * 1_000);
    assert.deepEqual(await service.verifyAccessToken(accessToken), owner);
    t.mock.timers.tick(2_000);
    await assert.rejects(service.verifyAccessToken(accessToken), fails("auth.expired"));
  });

  it("outlive a restart, because the key is kept", async () => {
    const keys = new MemoryKeys();
    const { accessToken } = await newService(keys).signAccessToken(environmentId, playerId, sessionId);
    assert.deepEqual(await newService(keys).verifyAccessToken(accessToken), owner);
  });

  it("are refused from another platform, without a signature, or changed in any one place", async () => {
    const { accessToken } = await service.signAccessToken(environmentId, playerId, sessionId);
    const foreign = await newService().signAccessToken(environmentId, playerId, sessionId);
    await assert.rejects(service.verifyAccessToken(foreign.accessToken), fails("auth.invalid"));
    const unsigned = new UnsecuredJWT({ sub: playerId, env: environmentId, sid: sessionId })
      .setIssuer(TOKEN_ISSUER)
      .setAudience(ACCESS_TOKEN_AUDIENCE);
    await assert.rejects(service.verifyAccessToken(unsigned.setExpirationTime("1h").encode()), fails("auth.invalid"));
    await fc.assert(
      fc.asyncProperty(fc.nat(accessToken.length - 1), fc.constantFrom("A", "z", "_", "."), async (at, letter) => {
        const changed = accessToken.slice(0, at) + letter + accessToken.slice(at + 1);
        // The last letter of a base64url text may carry bits that decode to nothing.
        fc.pre(changed !== accessToken && at !== accessToken.length - 1);
        await assert.rejects(service.verifyAccessToken(changed), fails("auth.invalid"));
      }),
      { numRuns: 60 },
    );
  });

  it("are refused when they are any other text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        await assert.rejects(service.verifyAccessToken(text), fails("auth.invalid"));
      }),
      { numRuns: 60 },
    );
    await assert.rejects(service.verifyAccessToken("e".repeat(100_000)), fails("auth.invalid"));
  });

  it("are refused when signed by the right key for another purpose, issuer or without an end", async () => {
    const keys = new MemoryKeys();
    const own = newService(keys);
    await own.jwks(environmentId);
    const { kid, privateJwk } = keys.keys[0]!;
    const key = await importJWK(privateJwk, "ES256");
    const sign = (jwt: SignJWT) => jwt.setProtectedHeader({ alg: "ES256", kid }).sign(key);
    const base = () => new SignJWT({ env: environmentId, sid: sessionId }).setSubject(playerId);
    const wrong = [
      base().setIssuer("somebody").setAudience(ACCESS_TOKEN_AUDIENCE).setExpirationTime("1h"),
      base().setIssuer(TOKEN_ISSUER).setAudience(JOIN_TICKET_AUDIENCE).setExpirationTime("1h"),
      base().setIssuer(TOKEN_ISSUER).setAudience(ACCESS_TOKEN_AUDIENCE),
      new SignJWT({ env: environmentId })
        .setSubject(playerId)
        .setIssuer(TOKEN_ISSUER)
        .setAudience(ACCESS_TOKEN_AUDIENCE)
        .setExpirationTime("1h"),
      new SignJWT({ env: environmentId, sid: sessionId })
        .setIssuer(TOKEN_ISSUER)
        .setAudience(ACCESS_TOKEN_AUDIENCE)
        .setExpirationTime("1h"),
    ];
    for (const jwt of wrong) await assert.rejects(own.verifyAccessToken(await sign(jwt)), fails("auth.invalid"));
    const right = base().setIssuer(TOKEN_ISSUER).setAudience(ACCESS_TOKEN_AUDIENCE).setExpirationTime("1h");
    assert.deepEqual(await own.verifyAccessToken(await sign(right)), owner);
  });
});

describe("tokens of two environments", () => {
  it("are good in their own alone, and none claims another's", async () => {
    const live = EnvironmentId.parse("demo/live");
    const sets = new Map([environmentId, live].map((id) => [id, new MemoryKeys()]));
    const one = (id: EnvironmentId) => sets.get(id)!;
    const keys: SigningKeySource = {
      all: (id) => one(id).all(),
      addFirst: (id, kid, jwk) => one(id).addFirst(id, kid, jwk),
      rotate: () => Promise.reject(new Error("not here")),
      replaceAll: (id, kid, jwk) => one(id).replaceAll(id, kid, jwk),
    };
    const find = async (name: string) => {
      const id = [...sets.keys()].find((known) => known === name);
      if (id === undefined) throw new AppError("environment.unknown", "no");
      return { id, corsOrigins: undefined };
    };
    const service = new TokenService(new SigningKeys(keys), { find });
    for (const id of sets.keys()) {
      const { accessToken } = await service.signAccessToken(id, playerId, sessionId);
      assert.equal((await service.verifyAccessToken(accessToken)).environmentId, id);
    }
    const { kid, privateJwk } = one(environmentId).keys[0]!;
    const key = await importJWK(privateJwk, "ES256");
    const claiming = (env: unknown) =>
      new SignJWT({ env, sid: sessionId })
        .setProtectedHeader({ alg: "ES256", kid })
        .setIssuer(TOKEN_ISSUER)
        .setSubject(playerId)
        .setAudience(ACCESS_TOKEN_AUDIENCE)
        .setExpirationTime("1h")
        .sign(key);
    assert.equal((await service.verifyAccessToken(await claiming("demo/dev"))).environmentId, environmentId);
    for (const env of ["demo/live", "demo/none", "", 7, null, undefined, ["demo/dev"]]) {
      await assert.rejects(service.verifyAccessToken(await claiming(env)), fails("auth.invalid"), String(env));
    }
    await assert.rejects(service.verifyAccessToken("x"), fails("auth.invalid"));
  });
});

describe("join tickets", () => {
  const service = newService();

  it("verify by the published keys alone, and say who may sit where, once and soon", async () => {
    const jwks = createLocalJWKSet({ keys: [...(await service.jwks(environmentId)).keys] });
    const options = { issuer: TOKEN_ISSUER, audience: JOIN_TICKET_AUDIENCE };
    const { payload } = await jwtVerify(await service.signJoinTicket(environmentId, seat), jwks, options);
    const claims = JoinTicketClaims.parse(payload);
    assert.deepEqual({ playerId: claims.sub, name: claims.name, mode: claims.mode, roomId: claims.roomId }, seat);
    assert.equal(claims.exp - payload.iat!, JOIN_TICKET_SECONDS);
    const again = await jwtVerify(await service.signJoinTicket(environmentId, seat), jwks, options);
    assert.notEqual(again.payload.jti, claims.jti);
  });

  it("do not pass as access tokens", async () => {
    await assert.rejects(
      service.verifyAccessToken(await service.signJoinTicket(environmentId, seat)),
      fails("auth.invalid"),
    );
  });
});

describe("published keys", () => {
  it("hold no private part, and stay after retirement so that old tokens verify", async () => {
    const keys = new MemoryKeys();
    const before = newService(keys);
    const { accessToken } = await before.signAccessToken(environmentId, playerId, sessionId);
    keys.keys[0] = { ...keys.keys[0]!, state: "retired" };
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    keys.keys.push({
      kid: "second",
      privateJwk: await exportJWK(privateKey),
      state: "signing",
      activatesAt: new Date(0),
    });
    const after = newService(keys);
    const { keys: published } = await after.jwks(environmentId);
    assert.equal(published.length, 2);
    for (const jwk of published)
      assert.deepEqual(Object.keys(jwk).sort(), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert.deepEqual(await after.verifyAccessToken(accessToken), owner);
    const fresh = await after.signAccessToken(environmentId, playerId, sessionId);
    assert.equal(JSON.parse(Buffer.from(fresh.accessToken.split(".")[0]!, "base64url").toString()).kid, "second");
  });

  it("are asked for again after the database was away", async () => {
    const keys = new MemoryKeys();
    let isAway = true;
    const flaky: SigningKeySource = {
      addFirst: keys.addFirst.bind(keys),
      rotate: keys.rotate,
      replaceAll: keys.replaceAll.bind(keys),
      all: async (id: EnvironmentId) => {
        if (isAway) throw new AppError("service.unavailable", "away");
        return keys.all(id);
      },
    };
    const service = newService(flaky);
    await assert.rejects(service.jwks(environmentId), fails("service.unavailable"));
    isAway = false;
    assert.equal((await service.jwks(environmentId)).keys.length, 1);
  });

  it("are read again every few seconds, and kept while the database is away", async () => {
    const keys = new MemoryKeys();
    const clock = { nowMs: 0, isAway: false };
    const all = keys.all.bind(keys);
    keys.all = async () => {
      if (clock.isAway) throw new AppError("service.unavailable", "away");
      return all();
    };
    const service = new TokenService(new SigningKeys(keys, () => clock.nowMs), environments);
    const { accessToken } = await service.signAccessToken(environmentId, playerId, sessionId);
    clock.isAway = true;
    clock.nowMs += KEYS_FRESH_MS;
    assert.deepEqual(await service.verifyAccessToken(accessToken), owner);
    clock.isAway = false;
    await new SigningKeys(keys).replaceAll(environmentId, async () => {});
    await assert.rejects(service.verifyAccessToken(accessToken), fails("auth.invalid"), "its key was taken back");
  });
});
