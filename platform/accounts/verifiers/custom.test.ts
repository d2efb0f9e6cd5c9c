// The studio's own way in keeps the contract, with a published key set, with keys in the document, and with a shared secret.
import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import { SignJWT } from "jose";
import { type CustomConfig, ProviderConfig } from "../../../shared/schema/platform/index.ts";
import { MemoryStore } from "../../ephemeral/memory.ts";
import { CustomVerifier } from "./custom.ts";
import { type FakeProvider, startFakeProvider } from "./testing/fake-provider.ts";
import { TestIssuer, testKey, unsigned, withOtherClaims } from "./testing/test-issuer.ts";
import {
  ANNA,
  BERT,
  contextNow,
  type Forgery,
  isError,
  testDeps,
  type VerifierTrial,
  verifierContract,
  withTrial,
} from "./verifier.contract.ts";

const ISSUER = "https://accounts.example.com";
const AUDIENCE = "demo/dev";
const SECRET = "a secret of at least thirty-two characters";

interface CustomTrial extends VerifierTrial {
  readonly issuer: TestIssuer;
}

function configOf(signers: object): CustomConfig {
  return ProviderConfig.parse({ kind: "custom", issuer: ISSUER, audience: AUDIENCE, ...signers }) as CustomConfig;
}

function trialOf(issuer: TestIssuer, config: CustomConfig, more: Partial<VerifierTrial> = {}): CustomTrial {
  return {
    issuer,
    namespace: "studio",
    make: (deps) => new CustomVerifier("studio", config, deps),
    proof: async (person) => ({ token: await issuer.sign(person) }),
    ...more,
  };
}

const newIssuer = () => new TestIssuer({ iss: ISSUER, aud: AUDIENCE });
const token = async (made: Promise<string>) => ({ token: await made });

const FORGERIES: Record<string, Forgery<CustomTrial>> = {
  "a token for another audience": {
    code: "proof.invalid",
    make: ({ issuer }) => token(issuer.sign(ANNA, { claims: { aud: "demo/prod" } })),
  },
  "a token for several audiences that was not issued to us": {
    code: "proof.invalid",
    make: ({ issuer }) => token(issuer.sign(ANNA, { claims: { aud: [AUDIENCE, "demo/prod"] } })),
  },
  "a token of another issuer": {
    code: "proof.invalid",
    make: ({ issuer }) => token(issuer.sign(ANNA, { claims: { iss: "https://evil.example.com" } })),
  },
  "a token without an audience": {
    code: "proof.invalid",
    make: ({ issuer }) => token(issuer.sign(ANNA, { claims: { aud: undefined } })),
  },
  "a token about nobody": {
    code: "proof.invalid",
    make: ({ issuer }) => token(issuer.sign(ANNA, { claims: { sub: undefined } })),
  },
  "a token with too long a subject": {
    code: "proof.invalid",
    make: ({ issuer }) => token(issuer.sign(ANNA, { claims: { sub: "x".repeat(256) } })),
  },
  "an expired token": {
    code: "proof.expired",
    make: ({ issuer }) => token(issuer.sign(ANNA, { ageSeconds: 120, lifeSeconds: 60 })),
  },
  "an old token that says that it is good for a year": {
    code: "proof.expired",
    make: ({ issuer }) => token(issuer.sign(ANNA, { ageSeconds: 3_600, lifeSeconds: 31_536_000 })),
  },
  "a token without an end": {
    code: "proof.invalid",
    make: ({ issuer }) => token(issuer.sign(ANNA, { claims: { exp: undefined } })),
  },
  "a token that does not say when it was issued": {
    code: "proof.invalid",
    make: ({ issuer }) => token(issuer.sign(ANNA, { claims: { iat: undefined } })),
  },
  "a token from the future": {
    code: "proof.expired",
    make: ({ issuer }) => token(issuer.sign(ANNA, { ageSeconds: -600 })),
  },
  "a token that is not good yet": {
    code: "proof.expired",
    make: ({ issuer }) => token(issuer.sign(ANNA, { claims: { nbf: Math.floor(Date.now() / 1_000) + 600 } })),
  },
  "a token whose claims were changed": {
    code: "proof.invalid",
    make: async ({ issuer }) => ({ token: withOtherClaims(await issuer.sign(ANNA), { sub: BERT }) }),
  },
  "a token signed by another key under the same id": {
    code: "proof.invalid",
    make: ({ issuer }) => token(issuer.sign(ANNA, { key: { ...testKey(), kid: issuer.key.kid } })),
  },
  "a token signed by a key that nobody knows": {
    code: "proof.invalid",
    make: ({ issuer }) => token(issuer.sign(ANNA, { key: testKey() })),
  },
  "a token without a signature": {
    code: "proof.invalid",
    make: async ({ issuer }) => ({ token: unsigned(await issuer.sign(ANNA)) }),
  },
  "a token that is signed with the public key as a secret": {
    code: "proof.invalid",
    make: async ({ issuer }) => {
      const pem = issuer.key.publicKey.export({ type: "spki", format: "pem" }) as string;
      const signed = new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: ANNA })
        .setProtectedHeader({ alg: "HS256", kid: issuer.key.kid })
        .setIssuedAt()
        .setExpirationTime("1m");
      return { token: await signed.sign(createSecretKey(pem, "utf8")) };
    },
  },
  "something that looks like a token": { code: "proof.invalid", make: () => ({ token: "e30.e30.e30" }) },
  "something that does not": { code: "request.invalid", make: () => ({ token: "not a token at all" }) },
};

async function withKeySet(): Promise<CustomTrial & { provider: FakeProvider }> {
  const provider = await startFakeProvider();
  const issuer = newIssuer();
  provider.on("/keys", async () => ({ body: await issuer.jwks() }));
  const config = configOf({ jwksUrl: `${provider.url}/keys` });
  return { ...trialOf(issuer, config, { rotate: () => void issuer.rotate() }), provider };
}

verifierContract("custom, published keys", withKeySet, FORGERIES, { hasKeys: true });

verifierContract(
  "custom, keys in the document",
  async () => {
    const issuer = newIssuer();
    return trialOf(issuer, configOf({ jwks: await issuer.jwks() }));
  },
  FORGERIES,
  { isOffline: true },
);

verifierContract(
  "custom, shared secret",
  async () => {
    const secret = createSecretKey(SECRET, "utf8");
    const key = { ...testKey(), alg: "HS256" as "ES256", privateKey: secret };
    return trialOf(new TestIssuer({ iss: ISSUER, aud: AUDIENCE }, key), configOf({ sharedSecret: SECRET }));
  },
  {
    "a token signed with another secret": {
      code: "proof.invalid",
      make: ({ issuer }) => {
        const privateKey = createSecretKey(`${SECRET}!`, "utf8");
        return token(issuer.sign(ANNA, { key: { ...issuer.key, privateKey } }));
      },
    },
    "a token signed with a key pair": {
      code: "proof.invalid",
      make: ({ issuer }) => token(issuer.sign(ANNA, { key: testKey() })),
    },
    "an expired token": {
      code: "proof.expired",
      make: ({ issuer }) => token(issuer.sign(ANNA, { ageSeconds: 120, lifeSeconds: 60 })),
    },
  },
  { isOffline: true },
);

describe("custom tokens", () => {
  it(
    "cannot be used again with another spelling of the signature",
    withTrial(withKeySet, async (trial, deps) => {
      const verifier = trial.make(deps);
      const { token: signed } = (await trial.proof(ANNA)) as { token: string };
      await verifier.verify({ token: signed }, contextNow());
      const respelled = `${signed.slice(0, signed.lastIndexOf("."))}.${otherSignature(signed)}`;
      await assert.rejects(verifier.verify({ token: respelled }, contextNow()), isError("proof.used"));
    }),
  );

  it("are refused when they are signed in another way than the environment takes", async () => {
    const issuer = newIssuer();
    const store = new MemoryStore();
    const config = configOf({ jwks: await issuer.jwks(), algorithms: ["RS256", "EdDSA"] });
    const verifier = new CustomVerifier("studio", config, testDeps(store));
    await assert.rejects(verifier.verify({ token: await issuer.sign(ANNA) }, contextNow()), isError("proof.invalid"));
    await store.close();
  });

  it("bring the studio's name and address of the person along, in bounds", async () => {
    const issuer = newIssuer();
    const store = new MemoryStore();
    const deps = testDeps(store);
    const verifier = new CustomVerifier("studio", configOf({ jwks: await issuer.jwks() }), deps);
    const claims = { name: ` Anna\n\u202e${"a".repeat(100)}`, email: "anna@example.com", email_verified: "true" };
    const identity = await verifier.verify({ token: await issuer.sign(ANNA, { claims }) }, contextNow());
    assert.deepEqual(identity, {
      provider: "studio",
      subject: ANNA,
      email: "anna@example.com",
      isEmailVerified: true,
      displayName: `Anna ${"a".repeat(27)}`,
    });
    const strange = { name: 7, email: "no address", email_verified: true };
    const other = await verifier.verify({ token: await issuer.sign(ANNA, { claims: strange }) }, contextNow());
    assert.deepEqual(other, { provider: "studio", subject: ANNA });
    await store.close();
  });
});

/** The other signature of the same ES256 signer over the same bytes: with (r, s) also (r, n - s) is right. */
function otherSignature(signed: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const signature = Buffer.from(signed.slice(signed.lastIndexOf(".") + 1), "base64url");
  const s = BigInt(`0x${signature.subarray(32).toString("hex")}`);
  const other = Buffer.from((order - s).toString(16).padStart(64, "0"), "hex");
  return Buffer.concat([signature.subarray(0, 32), other]).toString("base64url");
}
