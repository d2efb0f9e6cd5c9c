// The way in of Steam in a browser keeps the contract.
import { createHmac, randomBytes } from "node:crypto";
import { ProviderConfig, type SteamOpenIdConfig } from "../../../shared/schema/platform/index.ts";
import { SteamOpenIdVerifier } from "./steam-openid.ts";
import { type FakeProvider, startFakeProvider } from "./testing/fake-provider.ts";
import { ANNA, BERT, type VerifierTrial, verifierContract } from "./verifier.contract.ts";

const NS = "http://specs.openid.net/auth/2.0";
const RETURN_TO = "https://game.example.com/steam";
const SIGNED = "signed,op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle";

type Parameters = Record<string, string>;

interface SteamTrial extends VerifierTrial {
  readonly provider: FakeProvider;
  /** Parameters as Steam signs them, with changes before it signs. */
  signed(person: string, changes?: Parameters): Parameters;
}

async function open(): Promise<SteamTrial> {
  const provider = await startFakeProvider();
  const endpoint = `${provider.url}/openid/login`;
  const secret = randomBytes(32);
  const asserted = new Set<string>();
  const signatureOf = (parameters: Parameters) => {
    const lines = (parameters["openid.signed"] ?? "")
      .split(",")
      .map((field) => `${field}:${parameters[`openid.${field}`]}\n`);
    return createHmac("sha256", secret).update(lines.join("")).digest("base64");
  };
  provider.on("/openid/login", ({ body }) => {
    const parameters = Object.fromEntries(new URLSearchParams(body));
    const signature = parameters["openid.sig"] ?? "";
    const isAsked = parameters["openid.mode"] === "check_authentication" && signature === signatureOf(parameters);
    // Steam says yes once.
    const isValid = isAsked && asserted.delete(signature);
    return { body: `ns:${NS}\nis_valid:${isValid}\n` };
  });
  const config = ProviderConfig.parse({ kind: "steam-openid", returnTo: [RETURN_TO], endpoint }) as SteamOpenIdConfig;
  const trial: SteamTrial = {
    provider,
    namespace: "steam",
    make: (deps) => new SteamOpenIdVerifier("steam-openid", config, deps),
    signed: (person, changes = {}) => {
      const account = `${provider.url}/openid/id/${person}`;
      const parameters: Parameters = {
        "openid.ns": NS,
        "openid.mode": "id_res",
        "openid.op_endpoint": endpoint,
        "openid.claimed_id": account,
        "openid.identity": account,
        "openid.return_to": `${RETURN_TO}?from=menu`,
        "openid.response_nonce": nonceAt(Date.now()),
        "openid.assoc_handle": "1234567890",
        "openid.signed": SIGNED,
        ...changes,
      };
      parameters["openid.sig"] = signatureOf(parameters);
      asserted.add(parameters["openid.sig"]);
      return parameters;
    },
    proof: async (person) => ({ parameters: trial.signed(person) }),
  };
  return trial;
}

function nonceAt(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z${randomBytes(9).toString("base64")}`;
}

const signed = (changes: (trial: SteamTrial) => Parameters) => (trial: SteamTrial) => ({
  parameters: trial.signed(ANNA, changes(trial)),
});
const changed = (changes: (trial: SteamTrial) => Parameters) => (trial: SteamTrial) => ({
  parameters: { ...trial.signed(ANNA), ...changes(trial) },
});

verifierContract(
  "Steam, OpenID",
  open,
  {
    "the name of somebody else under the signature": {
      code: "proof.invalid",
      make: changed(({ provider }) => ({
        "openid.claimed_id": `${provider.url}/openid/id/${BERT}`,
        "openid.identity": `${provider.url}/openid/id/${BERT}`,
      })),
    },
    "an endpoint of somebody else, who would say yes": {
      code: "proof.invalid",
      make: signed(() => ({ "openid.op_endpoint": "https://evil.example.com/openid/login" })),
    },
    "a page of Steam that is no account, as long as one": {
      code: "proof.invalid",
      make: signed(({ provider }) => ({
        "openid.claimed_id": `${provider.url}/upload/id/${BERT}`,
        "openid.identity": `${provider.url}/upload/id/${BERT}`,
      })),
    },
    "two different accounts": {
      code: "proof.invalid",
      make: signed(({ provider }) => ({ "openid.identity": `${provider.url}/openid/id/${BERT}` })),
    },
    "an assertion that says no, signed": {
      code: "proof.invalid",
      make: signed(() => ({ "openid.mode": "cancel" })),
    },
    "an account with something behind its number": {
      code: "proof.invalid",
      make: signed(({ provider }) => ({
        "openid.claimed_id": `${provider.url}/openid/id/${ANNA}/..`,
        "openid.identity": `${provider.url}/openid/id/${ANNA}/..`,
      })),
    },
    "an assertion for another site": {
      code: "proof.invalid",
      make: signed(() => ({ "openid.return_to": "https://another-game.example.com/steam" })),
    },
    "an assertion for another page that begins with ours": {
      code: "proof.invalid",
      make: signed(() => ({ "openid.return_to": `${RETURN_TO}.evil.example.com/` })),
    },
    "an assertion whose account is not signed": {
      code: "proof.invalid",
      make: signed(() => ({ "openid.signed": "signed,op_endpoint,return_to,response_nonce,assoc_handle" })),
    },
    "an assertion that Steam did not sign": {
      code: "proof.invalid",
      make: changed(() => ({ "openid.sig": "AAAA" })),
    },
    "an old assertion": {
      code: "proof.expired",
      make: signed(() => ({ "openid.response_nonce": nonceAt(Date.now() - 3_600_000) })),
    },
    "an assertion of tomorrow": {
      code: "proof.expired",
      make: signed(() => ({ "openid.response_nonce": nonceAt(Date.now() + 86_400_000) })),
    },
    "an assertion without a time": {
      code: "proof.invalid",
      make: signed(() => ({ "openid.response_nonce": "once upon a time" })),
    },
    "an assertion that was cancelled": {
      code: "proof.invalid",
      make: () => ({ parameters: { "openid.ns": NS, "openid.mode": "cancel" } }),
    },
    "an assertion of OpenID 1.1": {
      code: "proof.invalid",
      make: signed(() => ({ "openid.ns": "http://openid.net/signon/1.1" })),
    },
    "more parameters than there can be": {
      code: "request.invalid",
      make: (trial) => ({
        parameters: {
          ...trial.signed(ANNA),
          ...Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`openid.x${i}`, "1"])),
        },
      }),
    },
  },
  { replayCodes: ["proof.invalid", "proof.used"] },
);
