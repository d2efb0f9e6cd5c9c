// An OpenID provider for tests that does what it is told: discovery, keys and codes (RFC 6749, RFC 7636), honest or not.
import { createHash, randomUUID } from "node:crypto";
import { type FakeProvider, startFakeProvider } from "./fake-provider.ts";
import { TestIssuer, type TokenWish, testKey } from "./test-issuer.ts";

/** A code that it gave out, and for what. */
interface Grant {
  readonly idToken: string | undefined;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
}

/** What a client proves a sign-in by code with. */
export interface GivenCode {
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
}

/** A running provider. */
export interface FakeOpenIdProvider {
  readonly provider: FakeProvider;
  readonly issuer: TestIssuer;
  /** Fields of its discovery document, to be changed by a test. */
  readonly discovery: Record<string, unknown>;
  readonly clientSecret: string;
  /** Gives a code for `subject` out, whose ID token is as wished; `null` is an answer without one. */
  giveCode(subject: string, wish?: TokenWish | null): Promise<GivenCode>;
}

export const CLIENT_ID = "game-client";
export const REDIRECT_URI = "https://game.example.com/signed-in";

/** Starts one, whose client is `CLIENT_ID`. */
export async function startFakeOpenIdProvider(): Promise<FakeOpenIdProvider> {
  const provider = await startFakeProvider();
  const issuer = new TestIssuer({ iss: provider.url, aud: CLIENT_ID }, testKey("RS256"));
  const clientSecret = randomUUID();
  const grants = new Map<string, Grant>();
  const discovery: Record<string, unknown> = {
    issuer: provider.url,
    authorization_endpoint: `${provider.url}/authorize`,
    token_endpoint: `${provider.url}/token`,
    jwks_uri: `${provider.url}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
  provider.on("/.well-known/openid-configuration", () => ({ body: discovery }));
  provider.on("/keys", async () => ({ body: await issuer.jwks() }));
  provider.on("/token", ({ body }) => {
    const form = new URLSearchParams(body);
    if (form.get("client_secret") !== clientSecret) return { status: 401, body: { error: "invalid_client" } };
    const grant = grants.get(form.get("code") ?? "");
    grants.delete(form.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isRight =
      grant?.challenge === challenge &&
      grant.clientId === form.get("client_id") &&
      grant.redirectUri === form.get("redirect_uri");
    if (!isRight) return { status: 400, body: { error: "invalid_grant" } };
    return { body: { access_token: randomUUID(), token_type: "Bearer", expires_in: 60, id_token: grant.idToken } };
  });
  return {
    provider,
    issuer,
    discovery,
    clientSecret,
    giveCode: async (subject, wish = {}) => {
      const code = randomUUID();
      const codeVerifier = randomUUID() + randomUUID();
      grants.set(code, {
        idToken: wish === null ? undefined : await issuer.sign(subject, wish),
        clientId: CLIENT_ID,
        redirectUri: REDIRECT_URI,
        challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
      });
      return { code, codeVerifier, redirectUri: REDIRECT_URI };
    },
  };
}
