// The way in of Google Play Games keeps the contract.
import { randomUUID } from "node:crypto";
import { type GooglePlayGamesConfig, ProviderConfig } from "../../../shared/schema/platform/index.ts";
import { GooglePlayGamesVerifier } from "./google-play-games.ts";
import { type FakeProvider, startFakeProvider } from "./testing/fake-provider.ts";
import { ANNA, type VerifierTrial, verifierContract } from "./verifier.contract.ts";

interface PlayTrial extends VerifierTrial {
  readonly provider: FakeProvider;
  /** A code for `person`, that was given for `applicationId`. */
  give(person: unknown, applicationId?: string): { code: string };
}

const GAME = "123456789012";

async function open(): Promise<PlayTrial> {
  const provider = await startFakeProvider();
  const codes = new Map<string, { person: unknown; applicationId: string }>();
  const tokens = new Map<string, { person: unknown; applicationId: string }>();
  provider.on("/token", ({ body }) => {
    const form = new URLSearchParams(body);
    const isUs = form.get("client_id") === "server" && form.get("client_secret") === "server secret";
    if (!isUs) return { status: 401, body: { error: "invalid_client" } };
    const code = form.get("code") ?? "";
    const grant = codes.get(code);
    codes.delete(code);
    if (grant === undefined || form.get("redirect_uri") !== "")
      return { status: 400, body: { error: "invalid_grant" } };
    const token = randomUUID();
    tokens.set(token, grant);
    return { body: { access_token: token, token_type: "Bearer", expires_in: 3_599 } };
  });
  provider.on(`/games/v1/applications/${GAME}/verify`, ({ headers }) => {
    const grant = tokens.get(headers.authorization?.slice("Bearer ".length) ?? "");
    if (grant === undefined) return { status: 401, body: { error: { code: 401 } } };
    if (grant.applicationId !== GAME) return { status: 403, body: { error: { code: 403 } } };
    return { body: { kind: "games#applicationVerifyResponse", player_id: grant.person } };
  });
  const config = ProviderConfig.parse({
    kind: "google-play-games",
    applicationId: GAME,
    clientId: "server",
    clientSecret: "server secret",
    tokenUrl: `${provider.url}/token`,
    endpoint: provider.url,
  }) as GooglePlayGamesConfig;
  const give = (person: unknown, applicationId = GAME) => {
    const code = `4/${randomUUID()}`;
    codes.set(code, { person, applicationId });
    return { code };
  };
  return {
    provider,
    namespace: "google-play-games",
    make: (deps) => new GooglePlayGamesVerifier("google-play-games", config, deps),
    give,
    proof: async (person) => give(person),
  };
}

verifierContract(
  "Google Play Games",
  open,
  {
    "a code that Google did not give": { code: "proof.invalid", make: () => ({ code: "4/made-up-by-somebody" }) },
    "a code for another game": { code: "proof.invalid", make: (trial) => trial.give(ANNA, "999") },
    "a code for nobody": { code: "proof.invalid", make: (trial) => trial.give("") },
    "a code for something that is not a name": { code: "provider.unavailable", make: (trial) => trial.give({}) },
    "a code with a line break": { code: "request.invalid", make: () => ({ code: "4/abc\r\nHost: evil" }) },
  },
  { replayCodes: ["proof.invalid", "proof.used"] },
);
