// An honest authenticator is taken, with every algorithm; one that is wrong in any single way is not.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { AppError } from "../../shared/schema/errors.ts";
import {
  checkCreation,
  checkRequest,
  creationOptions,
  type NewPasskey,
  type PasskeyKey,
  requestOptions,
} from "./passkey-ceremony.ts";
import { type Misdeeds, type PasskeyAlgorithm, SoftwareAuthenticator } from "./testing/software-authenticator.ts";

const PARTY = {
  id: "play.example.com",
  name: "The Game",
  origins: ["https://play.example.com", "android:apk-key-hash:x"],
};
const ORIGIN = "https://play.example.com";
const owner = (existing: readonly PasskeyKey[] = []) => ({
  handle: randomBytes(32).toString("base64url"),
  name: "Nimble Otter 42",
  existing,
});
const isWrongPasskey = (error: unknown) => error instanceof AppError && error.code === "factor.wrong_passkey";

async function register(authenticator: SoftwareAuthenticator, misdeeds: Misdeeds = {}): Promise<NewPasskey> {
  const options = await creationOptions(PARTY, owner());
  return checkCreation(PARTY, options.challenge, authenticator.create(options, misdeeds));
}

/** Ways to be wrong that both ceremonies must refuse. */
const WRONG: Readonly<Record<string, Misdeeds>> = {
  "another page": { origin: "https://play.example.com.evil.example" },
  "a page without TLS": { origin: "http://play.example.com" },
  "another domain": { rpId: "evil.example" },
  "another challenge": { challenge: randomBytes(32).toString("base64url") },
  "the other ceremony": { type: "payment.get" },
  "nobody there": { isUserAbsent: true },
  "a user who was not checked": { isUserUnverified: true },
};

describe("making a passkey", () => {
  for (const algorithm of ["ES256", "EdDSA", "RS256"] satisfies PasskeyAlgorithm[]) {
    it(`takes one with ${algorithm}, and signs in with it afterwards`, async () => {
      const authenticator = new SoftwareAuthenticator(ORIGIN, { algorithm });
      const key = await register(authenticator);
      assert.equal(key.isSynced, false);
      const options = await requestOptions(PARTY, [key]);
      assert.equal(await checkRequest(PARTY, options.challenge, key, authenticator.get(options)), 2);
    });
  }

  it("asks for a key that finds its user and checks them, and leaves out those that are there", async () => {
    const key = await register(new SoftwareAuthenticator(ORIGIN));
    const options = await creationOptions(PARTY, owner([key]));
    assert.equal(options.attestation, "none");
    assert.equal(options.authenticatorSelection?.residentKey, "required");
    assert.equal(options.authenticatorSelection?.userVerification, "required");
    assert.deepEqual(
      options.excludeCredentials?.map(({ id }) => id),
      [key.id],
    );
    assert.ok(Buffer.from(options.challenge, "base64url").length >= 16);
  });

  for (const [what, misdeeds] of Object.entries(WRONG)) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(register(new SoftwareAuthenticator(ORIGIN), misdeeds), isWrongPasskey);
    });
  }

  it("refuses an attestation with certificates before it looks at them", async () => {
    const certificate = new Map<string, unknown>([
      ["alg", -7],
      ["sig", Buffer.alloc(64)],
      ["x5c", [Buffer.from("a certificate whose revocation list is at http://169.254.169.254/")]],
    ]);
    for (const format of ["packed", "tpm", "android-key", "android-safetynet", "apple", "fido-u2f", "compound", ""]) {
      const misdeeds = { attestation: { format, statement: certificate } };
      await assert.rejects(register(new SoftwareAuthenticator(ORIGIN), misdeeds), isWrongPasskey);
    }
  });

  it("refuses nonsense without any other error", async () => {
    const options = await creationOptions(PARTY, owner());
    const honest = new SoftwareAuthenticator(ORIGIN).create(options);
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("clientDataJSON", "attestationObject"),
        async (bytes, member) => {
          const response = { ...honest.response, [member]: Buffer.from(bytes).toString("base64url") };
          await assert.rejects(checkCreation(PARTY, options.challenge, { ...honest, response }), isWrongPasskey);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("using a passkey", () => {
  for (const [what, misdeeds] of Object.entries({ ...WRONG, "a broken signature": { hasBrokenSignature: true } })) {
    it(`refuses ${what}`, async () => {
      const authenticator = new SoftwareAuthenticator(ORIGIN);
      const key = await register(authenticator);
      const options = await requestOptions(PARTY, [key]);
      const answer = authenticator.get(options, misdeeds);
      await assert.rejects(checkRequest(PARTY, options.challenge, key, answer), isWrongPasskey);
    });
  }

  it("refuses a counter that does not grow, the sign of a copied key", async () => {
    const authenticator = new SoftwareAuthenticator(ORIGIN);
    const key = { ...(await register(authenticator)), counter: 7 };
    const options = await requestOptions(PARTY, [key]);
    for (const counter of [0, 6, 7]) {
      const answer = authenticator.get(options, { counter });
      await assert.rejects(checkRequest(PARTY, options.challenge, key, answer), isWrongPasskey);
    }
    assert.equal(await checkRequest(PARTY, options.challenge, key, authenticator.get(options, { counter: 8 })), 8);
  });

  it("takes a synchronised key, which has no counter, each time", async () => {
    const authenticator = new SoftwareAuthenticator(ORIGIN, { isSynced: true });
    const key = await register(authenticator);
    assert.equal(key.isSynced, true);
    for (let i = 0; i < 3; i += 1) {
      const options = await requestOptions(PARTY);
      assert.equal(options.allowCredentials, undefined);
      assert.equal(await checkRequest(PARTY, options.challenge, key, authenticator.get(options)), 0);
    }
  });

  it("refuses the answer of another key", async () => {
    const [mine, other] = [new SoftwareAuthenticator(ORIGIN), new SoftwareAuthenticator(ORIGIN)];
    const key = await register(mine);
    await register(other);
    const options = await requestOptions(PARTY);
    await assert.rejects(checkRequest(PARTY, options.challenge, key, other.get(options)), isWrongPasskey);
    const forged = { ...other.get(options), id: key.id, rawId: key.id };
    await assert.rejects(checkRequest(PARTY, options.challenge, key, forged), isWrongPasskey);
  });

  it("refuses nonsense without any other error", async () => {
    const authenticator = new SoftwareAuthenticator(ORIGIN);
    const key = await register(authenticator);
    const options = await requestOptions(PARTY, [key]);
    const honest = authenticator.get(options);
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("clientDataJSON", "authenticatorData", "signature"),
        async (bytes, member) => {
          const response = { ...honest.response, [member]: Buffer.from(bytes).toString("base64url") };
          await assert.rejects(checkRequest(PARTY, options.challenge, key, { ...honest, response }), isWrongPasskey);
        },
      ),
      { numRuns: 200 },
    );
  });
});
