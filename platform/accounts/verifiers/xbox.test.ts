// The way in of Xbox keeps the contract.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { CompactEncrypt, SignJWT } from "jose";
import { ProviderConfig, type XboxConfig } from "../../../shared/schema/platform/index.ts";
import { type FakeProvider, startFakeProvider } from "./testing/fake-provider.ts";
import { testCertificate } from "./testing/test-certificate.ts";
import { unsigned, withOtherClaims } from "./testing/test-issuer.ts";
import {
  ANNA,
  BERT,
  contextNow,
  isError,
  type VerifierTrial,
  verifierContract,
  withTrial,
} from "./verifier.contract.ts";
import { XboxVerifier } from "./xbox.ts";

const RELYING_PARTY = "https://game.example.com/";
const newKeys = () => generateKeyPairSync("rsa", { modulusLength: 2_048 });
const OURS = newKeys();
const OLD = newKeys();
const STRANGER = newKeys();
const pem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }) as string;
const HASHES: Readonly<Record<string, string>> = { [ANNA]: "1111", [BERT]: "2222" };

/** What to do otherwise than Xbox would. */
interface XboxWish {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, string>>;
  readonly ageSeconds?: number;
  readonly signer?: KeyObject;
  readonly encryptFor?: KeyObject;
  readonly change?: (token: string) => string;
  readonly hash?: string;
}

interface XboxTrial extends VerifierTrial {
  readonly provider: FakeProvider;
  header(person: string, wish?: XboxWish): Promise<{ authorization: string }>;
}

async function open(more: object = {}): Promise<XboxTrial> {
  const provider = await startFakeProvider();
  let signer = newKeys();
  let count = 0;
  let x5u = "";
  let x5t = "";
  const publish = () => {
    signer = newKeys();
    count += 1;
    const certificate = testCertificate({
      name: "xsts",
      publicKey: signer.publicKey,
      issuerName: "xsts",
      issuerKey: signer.privateKey,
    });
    x5u = `${provider.url}/certificates/${count}.cer`;
    x5t = createHash("sha1").update(certificate).digest("base64url");
    provider.on(`/certificates/${count}.cer`, () => ({ body: certificate }));
  };
  publish();
  const config = ProviderConfig.parse({
    kind: "xbox",
    relyingParty: RELYING_PARTY,
    privateKeys: [pem(OURS.privateKey), pem(OLD.privateKey)],
    certificateUrls: [`${provider.url}/certificates/`],
    sandbox: "RETAIL",
    ...more,
  }) as XboxConfig;
  const trial: XboxTrial = {
    provider,
    namespace: "xbox",
    make: (deps) => new XboxVerifier("xbox", config, deps),
    header: async (person, wish = {}) => {
      const from = Math.floor(Date.now() / 1_000) - (wish.ageSeconds ?? 0);
      const users = [ANNA, BERT].map((xid) => ({ uhs: HASHES[xid], xid, ptx: `partner-${xid}`, gtg: `Tag ${xid}` }));
      const token = await new SignJWT({
        iss: "xsts.auth.xboxlive.com",
        aud: RELYING_PARTY,
        nbf: from,
        exp: from + 3_600,
        jti: randomUUID(),
        sbx: "RETAIL",
        xui: users,
        ...wish.claims,
      })
        .setProtectedHeader({ alg: "RS256", x5u, x5t, ...wish.header })
        .sign(wish.signer ?? signer.privateKey);
      const encrypted = await new CompactEncrypt(Buffer.from(wish.change?.(token) ?? token))
        .setProtectedHeader({ alg: "RSA-OAEP", enc: "A128CBC-HS256", cty: "JWT" })
        .encrypt(wish.encryptFor ?? OURS.publicKey);
      return { authorization: `XBL3.0 x=${wish.hash ?? HASHES[person]};${encrypted}` };
    },
    proof: (person) => trial.header(person),
    rotate: publish,
  };
  return trial;
}

verifierContract("Xbox", () => open(), {
  "a token for another relying party": {
    code: "proof.invalid",
    make: (trial) => trial.header(ANNA, { claims: { aud: "http://xboxlive.com" } }),
  },
  "a token of another issuer": {
    code: "proof.invalid",
    make: (trial) => trial.header(ANNA, { claims: { iss: "evil.example.com" } }),
  },
  "an expired token": { code: "proof.expired", make: (trial) => trial.header(ANNA, { ageSeconds: 7_200 }) },
  "a token that is encrypted for somebody else": {
    code: "proof.invalid",
    make: (trial) => trial.header(ANNA, { encryptFor: STRANGER.publicKey }),
  },
  "a token signed by another key": {
    code: "proof.invalid",
    make: (trial) => trial.header(ANNA, { signer: STRANGER.privateKey }),
  },
  "a token whose signer publishes the certificate elsewhere": {
    code: "proof.invalid",
    make: (trial) => trial.header(ANNA, { header: { x5u: "https://evil.example.com/certificates/1.cer" } }),
  },
  "a token with another certificate's thumbprint": {
    code: "proof.invalid",
    make: (trial) => trial.header(ANNA, { header: { x5t: "AAAA" } }),
  },
  "a token whose certificate is not there": {
    code: "proof.invalid",
    make: (trial) => trial.header(ANNA, { header: { x5u: `${trial.provider.url}/certificates/none.cer` } }),
  },
  "a token whose users were changed": {
    code: "proof.invalid",
    make: (trial) =>
      trial.header(ANNA, { change: (token) => withOtherClaims(token, { xui: [{ uhs: "1111", xid: BERT }] }) }),
  },
  "a token that is encrypted and not signed": {
    code: "proof.invalid",
    make: (trial) => trial.header(ANNA, { change: unsigned }),
  },
  "a user who is not in the token": { code: "proof.invalid", make: (trial) => trial.header(ANNA, { hash: "3333" }) },
  "all users of the console at once": {
    code: "request.invalid",
    make: async (trial) => {
      const { authorization } = await trial.header(ANNA);
      return { authorization: authorization.replace("1111", "*") };
    },
  },
  "a token without users": { code: "proof.invalid", make: (trial) => trial.header(ANNA, { claims: { xui: null } }) },
  "a user without a lasting name": {
    code: "proof.invalid",
    make: (trial) => trial.header(ANNA, { claims: { xui: [{ uhs: "1111", gtg: "Tag" }] } }),
  },
  "an account of a development sandbox": {
    code: "proof.refused",
    make: (trial) => trial.header(ANNA, { claims: { sbx: "XDKS.1" } }),
  },
  "something that looks like a token": {
    code: "proof.invalid",
    make: () => ({ authorization: "XBL3.0 x=1111;e30.AA.AA.AA.AA" }),
  },
});

describe("Xbox", () => {
  it(
    "takes tokens for an older key while there is one, and the publisher's own name where it is asked for",
    withTrial(
      () => open({ subjectClaim: "ptx", namespace: "microsoft" }),
      async (trial, deps) => {
        const proof = await trial.header(ANNA, { encryptFor: OLD.publicKey });
        assert.deepEqual(await trial.make(deps).verify(proof, contextNow()), {
          provider: "microsoft",
          subject: `partner-${ANNA}`,
          displayName: `Tag ${ANNA}`,
        });
      },
    ),
  );

  it(
    "lets each of two people at one console in once, by one token",
    withTrial(open, async (trial, deps) => {
      const verifier = trial.make(deps);
      const { authorization } = await trial.header(ANNA);
      const ofBert = { authorization: authorization.replace("1111", "2222") };
      assert.equal((await verifier.verify({ authorization }, contextNow())).subject, ANNA);
      assert.equal((await verifier.verify(ofBert, contextNow())).subject, BERT);
      await assert.rejects(verifier.verify(ofBert, contextNow()), isError("proof.used"));
    }),
  );
});
