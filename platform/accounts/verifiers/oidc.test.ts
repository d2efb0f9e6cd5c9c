// The OpenID Connect way in keeps the contract, with ID tokens and with codes.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { decodeJwt } from "jose";
import { type OidcConfig, ProviderConfig } from "../../../shared/schema/platform/index.ts";
import { OidcVerifier } from "./oidc.ts";
import { DISCOVERY_MAX_AGE_MS } from "./oidc-client.ts";
import {
  CLIENT_ID,
  type FakeOpenIdProvider,
  REDIRECT_URI,
  startFakeOpenIdProvider,
} from "./testing/fake-openid-provider.ts";
import { testKey, unsigned, withOtherClaims } from "./testing/test-issuer.ts";
import {
  ANNA,
  BERT,
  contextNow,
  isError,
  type testDeps,
  type VerifierTrial,
  verifierContract,
  withTrial,
} from "./verifier.contract.ts";

type OidcTrial = VerifierTrial & FakeOpenIdProvider;

function configOf(fake: FakeOpenIdProvider, more: object = {}): OidcConfig {
  return ProviderConfig.parse({
    kind: "oidc",
    issuer: fake.provider.url,
    clientIds: [CLIENT_ID, "other-app"],
    clientSecret: fake.clientSecret,
    redirectUris: [REDIRECT_URI],
    ...more,
  }) as OidcConfig;
}

async function open(kind: "idToken" | "code"): Promise<OidcTrial> {
  const fake = await startFakeOpenIdProvider();
  return {
    ...fake,
    namespace: "keycloak",
    make: (deps) => new OidcVerifier("keycloak", configOf(fake), deps),
    proof: (person) => (kind === "code" ? fake.giveCode(person) : proven(fake, person)),
    rotate: () => void fake.issuer.rotate(),
  };
}

async function proven(fake: FakeOpenIdProvider, person: string, claims: Record<string, unknown> = {}) {
  const nonce = randomUUID();
  return { idToken: await fake.issuer.sign(person, { claims: { nonce, ...claims } }), nonce };
}

verifierContract(
  "OpenID Connect, ID token",
  () => open("idToken"),
  {
    "a token for another audience": {
      code: "proof.invalid",
      make: (trial) => proven(trial, ANNA, { aud: "another-game" }),
    },
    "a token of another issuer": {
      code: "proof.invalid",
      make: (trial) => proven(trial, ANNA, { iss: "https://evil.example.com" }),
    },
    "a token for several audiences that another client was given": {
      code: "proof.invalid",
      make: (trial) => proven(trial, ANNA, { aud: [CLIENT_ID, "another-game"], azp: "another-game" }),
    },
    "an expired token": {
      code: "proof.expired",
      make: async ({ issuer }) => {
        const nonce = randomUUID();
        return { idToken: await issuer.sign(ANNA, { claims: { nonce }, ageSeconds: 600 }), nonce };
      },
    },
    "a token with another nonce": {
      code: "proof.invalid",
      make: async (trial) => ({ ...(await proven(trial, ANNA)), nonce: randomUUID() }),
    },
    "a token with a nonce that the client does not know": {
      code: "proof.invalid",
      make: async (trial) => ({ idToken: (await proven(trial, ANNA)).idToken }),
    },
    "an access token of the same provider": {
      code: "proof.invalid",
      make: async ({ issuer }) => {
        const nonce = randomUUID();
        return { idToken: await issuer.sign(ANNA, { claims: { nonce }, type: "at+jwt" }), nonce };
      },
    },
    "an access token of a Keycloak": {
      code: "proof.invalid",
      make: (trial) => proven(trial, ANNA, { typ: "Bearer" }),
    },
    "a token without a nonce": {
      code: "proof.invalid",
      make: (trial) => proven(trial, ANNA, { nonce: undefined }),
    },
    "a token without a nonce, and a client that does not ask for one": {
      code: "proof.invalid",
      make: async ({ issuer }) => ({ idToken: await issuer.sign(ANNA) }),
    },
    "a token whose claims were changed": {
      code: "proof.invalid",
      make: async (trial) => {
        const { idToken, nonce } = await proven(trial, ANNA);
        return { idToken: withOtherClaims(idToken, { sub: BERT }), nonce };
      },
    },
    "a token signed by a key that the provider does not have": {
      code: "proof.invalid",
      make: async ({ issuer }) => ({ idToken: await issuer.sign(ANNA, { key: testKey("RS256") }) }),
    },
    "a token signed by another key under a known id": {
      code: "proof.invalid",
      make: async ({ issuer }) => {
        const key = { ...testKey("RS256"), kid: issuer.key.kid };
        return { idToken: await issuer.sign(ANNA, { key }) };
      },
    },
    "a token without a signature": {
      code: "proof.invalid",
      make: async (trial) => {
        const { idToken, nonce } = await proven(trial, ANNA);
        return { idToken: unsigned(idToken), nonce };
      },
    },
  },
  { hasKeys: true },
);

verifierContract(
  "OpenID Connect, code",
  () => open("code"),
  {
    "a code that the provider did not give": {
      code: "proof.invalid",
      make: async (trial) => ({ ...(await trial.giveCode(ANNA)), code: "made-up" }),
    },
    "a code with the PKCE verifier of another": {
      code: "proof.invalid",
      make: async (trial) => ({ ...(await trial.giveCode(ANNA)), codeVerifier: "x".repeat(43) }),
    },
    "a code that was sent to a place of somebody else": {
      code: "proof.invalid",
      make: async (trial) => ({ ...(await trial.giveCode(ANNA)), redirectUri: "https://evil.example.com/" }),
    },
    "a code for a client of somebody else": {
      code: "proof.invalid",
      make: async (trial) => ({ ...(await trial.giveCode(ANNA)), clientId: "another-game" }),
    },
    "a code for another of our clients than it was given to": {
      code: "proof.invalid",
      make: async (trial) => ({ ...(await trial.giveCode(ANNA)), clientId: "other-app" }),
    },
    "a code whose ID token is for somebody else": {
      code: "proof.invalid",
      make: (trial) => trial.giveCode(ANNA, { claims: { aud: "another-game" } }),
    },
    "a code whose ID token has expired": {
      code: "proof.invalid",
      make: (trial) => trial.giveCode(ANNA, { ageSeconds: 3_600 }),
    },
    "a code whose ID token is signed by another key": {
      code: "proof.invalid",
      make: (trial) => trial.giveCode(ANNA, { key: testKey("RS256") }),
    },
    "a code of a sign-in with another nonce": {
      code: "proof.invalid",
      make: async (trial) => ({
        ...(await trial.giveCode(ANNA, { claims: { nonce: randomUUID() } })),
        nonce: randomUUID(),
      }),
    },
    "a code without an ID token": {
      code: "proof.invalid",
      make: (trial) => trial.giveCode(ANNA, null),
    },
  },
  { replayCodes: ["proof.invalid", "proof.used"], hasKeys: true },
);

describe("OpenID Connect", () => {
  const withFake = (work: (fake: FakeOpenIdProvider, deps: ReturnType<typeof testDeps>) => Promise<void>) =>
    withTrial(startFakeOpenIdProvider, work);

  it(
    "takes a nonce that the client hashed before it asked the provider",
    withFake(async (fake, deps) => {
      const verifier = new OidcVerifier("apple", configOf(fake), deps);
      const nonce = randomUUID();
      for (const spelling of ["hex", "base64url"] as const) {
        const claimed = createHash("sha256").update(nonce).digest(spelling);
        const idToken = await fake.issuer.sign(ANNA, { claims: { nonce: claimed } });
        assert.equal((await verifier.verify({ idToken, nonce }, contextNow())).subject, ANNA);
      }
    }),
  );

  it(
    "takes tokens without a nonce only where the environment says so",
    withFake(async (fake, deps) => {
      const verifier = new OidcVerifier("discord", configOf(fake, { nonce: "optional" }), deps);
      const plain = { idToken: await fake.issuer.sign(ANNA) };
      assert.equal((await verifier.verify(plain, contextNow())).subject, ANNA);
      const { idToken } = await proven(fake, ANNA);
      await assert.rejects(verifier.verify({ idToken }, contextNow()), isError("proof.invalid"));
    }),
  );

  it(
    "keeps identities under its namespace, and takes the issuer's other spelling",
    withFake(async (fake, deps) => {
      const config = configOf(fake, { namespace: "google", acceptedIssuers: ["accounts.example.com"] });
      const verifier = new OidcVerifier("google-android", config, deps);
      const proof = await proven(fake, ANNA, {
        iss: "accounts.example.com",
        aud: "other-app",
        email: "anna@example.com",
        email_verified: true,
        name: "Anna",
      });
      assert.deepEqual(await verifier.verify(proof, contextNow()), {
        provider: "google",
        subject: ANNA,
        email: "anna@example.com",
        isEmailVerified: true,
        displayName: "Anna",
      });
    }),
  );

  it(
    "answers provider.unavailable when the provider does not take our credentials, and says nothing of them",
    withFake(async (fake, deps) => {
      const verifier = new OidcVerifier("keycloak", configOf(fake, { clientSecret: "a wrong secret" }), deps);
      await assert.rejects(verifier.verify(await fake.giveCode(ANNA), contextNow()), (error) => {
        assert.ok(!(error as Error).message.includes("secret"));
        return isError("provider.unavailable")(error);
      });
    }),
  );

  it(
    "does not send codes to the provider in the name of clients, or for places, that are not ours",
    withFake(async (fake, deps) => {
      const verifier = new OidcVerifier("keycloak", configOf(fake), deps);
      const code = await fake.giveCode(ANNA);
      for (const change of [{ clientId: "another-game" }, { redirectUri: "https://evil.example.com/" }]) {
        await assert.rejects(verifier.verify({ ...code, ...change }, contextNow()), isError("proof.invalid"));
      }
      assert.deepEqual(fake.provider.asked, []);
    }),
  );

  it(
    "answers provider.unavailable to a discovery document of another issuer, or without keys",
    withFake(async (fake, deps) => {
      fake.discovery["issuer"] = "https://evil.example.com";
      const verifier = new OidcVerifier("keycloak", configOf(fake), deps);
      await assert.rejects(verifier.verify(await proven(fake, ANNA), contextNow()), isError("provider.unavailable"));
      fake.discovery["issuer"] = fake.provider.url;
      delete fake.discovery["jwks_uri"];
      await assert.rejects(verifier.verify(await proven(fake, ANNA), contextNow()), isError("provider.unavailable"));
    }),
  );

  it(
    "does not ask a private address that a discovery document names",
    withFake(async (fake, deps) => {
      fake.discovery["jwks_uri"] = "http://169.254.169.254/latest/meta-data";
      const verifier = new OidcVerifier("keycloak", configOf(fake), deps);
      await assert.rejects(verifier.verify(await proven(fake, ANNA), contextNow()), isError("provider.unavailable"));
    }),
  );

  it(
    "asks for discovery and keys once for many sign-ins, and uses what it has when the provider is gone",
    withFake(async (fake, deps) => {
      let nowMs = Date.now();
      const verifier = new OidcVerifier("keycloak", configOf(fake), { ...deps, now: () => nowMs });
      const proofs = await Promise.all(Array.from({ length: 20 }, () => proven(fake, ANNA)));
      await Promise.all(proofs.map((proof) => verifier.verify(proof, contextNow())));
      assert.deepEqual(fake.provider.asked.map(({ url }) => url.pathname).sort(), [
        "/.well-known/openid-configuration",
        "/keys",
      ]);
      nowMs += DISCOVERY_MAX_AGE_MS;
      fake.provider.trouble("answers 500");
      assert.equal((await verifier.verify(await proven(fake, BERT), contextNow())).subject, BERT);
      await verifier.verify(await proven(fake, BERT), contextNow());
      assert.equal(fake.provider.asked.length, 3, "it was asked again for each sign-in");
    }),
  );

  it(
    "signs Apple's client secret for each exchange",
    withFake(async (fake, deps) => {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const pem = privateKey.export({ type: "pkcs8", format: "pem" });
      const config = configOf(fake, {
        clientSecret: undefined,
        appleKey: { teamId: "TEAM", keyId: "KEY", privateKey: pem },
      });
      const verifier = new OidcVerifier("apple", config, deps);
      await assert.rejects(verifier.verify(await fake.giveCode(ANNA), contextNow()), isError("provider.unavailable"));
      const form = new URLSearchParams(fake.provider.asked.at(-1)?.body);
      const { iss, sub, aud, exp = 0, iat = 0 } = decodeJwt(form.get("client_secret") ?? "");
      assert.deepEqual({ iss, sub, aud }, { iss: "TEAM", sub: CLIENT_ID, aud: fake.provider.url });
      assert.ok(exp - iat <= 300);
    }),
  );
});
