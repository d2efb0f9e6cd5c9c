// The way in of PlayStation Network keeps the contract.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { it } from "node:test";
import { ProviderConfig, type PsnConfig } from "../../../shared/schema/platform/index.ts";
import { PsnVerifier } from "./psn.ts";
import { type FakeProvider, startFakeProvider } from "./testing/fake-provider.ts";
import { TestIssuer, type TokenWish, testKey, unsigned, withOtherClaims } from "./testing/test-issuer.ts";
import {
  ANNA,
  BERT,
  contextNow,
  isError,
  type VerifierTrial,
  verifierContract,
  withTrial,
} from "./verifier.contract.ts";

const CLIENT = { clientId: "game", clientSecret: "client secret: with / characters" };
const ISSUER = "https://auth.psn.example.com/";

interface PsnTrial extends VerifierTrial {
  readonly provider: FakeProvider;
  readonly issuer: TestIssuer;
  /** A code for this ID token. */
  give(idToken: string): { code: string };
  sign(wish?: TokenWish): Promise<{ code: string }>;
}

async function open(more: object = {}): Promise<PsnTrial> {
  const provider = await startFakeProvider();
  const issuer = new TestIssuer({ iss: ISSUER, aud: CLIENT.clientId, env_iss_id: 256 }, testKey("RS256"));
  const codes = new Map<string, string>();
  const pair = `${encodeURIComponent(CLIENT.clientId)}:${encodeURIComponent(CLIENT.clientSecret)}`;
  provider.on("/keys", async () => ({ body: await issuer.jwks() }));
  provider.on("/oauth/token", ({ headers, body }) => {
    const isUs = headers.authorization === `Basic ${Buffer.from(pair).toString("base64")}`;
    if (!isUs) return { status: 401, body: { error: "invalid_client" } };
    const code = new URLSearchParams(body).get("code") ?? "";
    const idToken = codes.get(code);
    codes.delete(code);
    if (idToken === undefined) return { status: 400, body: { error: "invalid_grant" } };
    return { body: { access_token: randomUUID(), token_type: "bearer", id_token: idToken } };
  });
  const config = ProviderConfig.parse({
    kind: "psn",
    ...CLIENT,
    redirectUri: "orbis://games",
    tokenUrl: `${provider.url}/oauth/token`,
    jwksUrl: `${provider.url}/keys`,
    issuer: ISSUER,
    networks: [256],
    ...more,
  }) as PsnConfig;
  const give = (idToken: string) => {
    const code = randomUUID();
    codes.set(code, idToken);
    return { code };
  };
  return {
    provider,
    issuer,
    namespace: "psn",
    make: (deps) => new PsnVerifier("psn", config, deps),
    give,
    sign: async (wish) => give(await issuer.sign(ANNA, wish)),
    proof: async (person) => give(await issuer.sign(person)),
    rotate: () => void issuer.rotate(),
  };
}

verifierContract(
  "PlayStation Network",
  () => open(),
  {
    "a code that the network did not give": { code: "proof.invalid", make: () => ({ code: randomUUID() }) },
    "a code for another client": { code: "proof.invalid", make: (trial) => trial.sign({ claims: { aud: "other" } }) },
    "a code of another issuer": { code: "proof.invalid", make: (trial) => trial.sign({ claims: { iss: "other" } }) },
    "a code whose token has expired": { code: "proof.expired", make: (trial) => trial.sign({ ageSeconds: 600 }) },
    "a code whose token was changed": {
      code: "proof.invalid",
      make: async (trial) => trial.give(withOtherClaims(await trial.issuer.sign(ANNA), { sub: BERT })),
    },
    "a code whose token is not signed": {
      code: "proof.invalid",
      make: async (trial) => trial.give(unsigned(await trial.issuer.sign(ANNA))),
    },
    "a code whose token is signed by an unknown key": {
      code: "proof.invalid",
      make: (trial) => trial.sign({ key: testKey("RS256") }),
    },
    "a code of the network for development": {
      code: "proof.refused",
      make: (trial) => trial.sign({ claims: { env_iss_id: 1 } }),
    },
    "a code of a network that does not say which it is": {
      code: "proof.refused",
      make: (trial) => trial.sign({ claims: { env_iss_id: undefined } }),
    },
  },
  { replayCodes: ["proof.invalid", "proof.used"], hasKeys: true },
);

it(
  "takes the PlayStation account from the claim that the environment names, and from no other",
  withTrial(
    () => open({ subjectClaim: "account_id" }),
    async (trial, deps) => {
      const verifier = trial.make(deps);
      const proof = await trial.sign({ claims: { account_id: BERT } });
      assert.equal((await verifier.verify(proof, contextNow())).subject, BERT);
      await assert.rejects(verifier.verify(await trial.sign(), contextNow()), isError("proof.invalid"));
    },
  ),
);
