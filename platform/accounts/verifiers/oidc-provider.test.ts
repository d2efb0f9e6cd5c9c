// The OpenID Connect way in against an OpenID provider that other people wrote (oidc-provider), as a browser goes through it.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { exportJWK } from "jose";
import Provider from "oidc-provider";
import { type OidcConfig, ProviderConfig } from "../../../shared/schema/platform/index.ts";
import { MemoryStore } from "../../ephemeral/memory.ts";
import { OidcVerifier } from "./oidc.ts";
import { testKey } from "./testing/test-issuer.ts";
import { contextNow, isError, testDeps } from "./verifier.contract.ts";

const REDIRECT_URI = "https://game.example.com/signed-in";
/** Which a URL parser spells in another way, and a provider does not. */
const BARE_URI = "https://game.example.com";
const CLIENT = { client_id: "game", client_secret: randomUUID() };

/** A certified provider at a port of its own, where everybody is signed in as who the login hint says. */
async function startProvider(): Promise<{ server: Server; url: string }> {
  let answer: ReturnType<Provider["callback"]> | undefined;
  const server = createServer((request, response) => void answer?.(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { kid, privateKey } = testKey("RS256");
  const provider = new Provider(url, {
    clients: [{ ...CLIENT, redirect_uris: [REDIRECT_URI, BARE_URI], token_endpoint_auth_method: "client_secret_post" }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" }] } as never,
    cookies: { keys: [randomUUID()] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/sign-in/${interaction.uid}` },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, email: `${accountId}@example.com`, email_verified: true, name: "Anna" }),
    }),
    // Whoever signed in agreed to everything.
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc;
      const grant = new context.oidc.provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    if (!context.path.startsWith("/sign-in/")) return next();
    const { params } = await provider.interactionDetails(context.req, context.res);
    const result = { login: { accountId: String(params["login_hint"]) } };
    return provider.interactionFinished(context.req, context.res, result);
  });
  answer = provider.callback();
  return { server, url };
}

/** Goes to the provider as a browser would, and comes back with the parameters of the redirect. */
async function browse(url: string, parameters: Record<string, string>): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let next = `${url}/auth?${new URLSearchParams(parameters)}`;
  for (let hop = 0; hop < 8 && !next.startsWith(BARE_URI); hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(next, { redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    next = new URL(response.headers.get("location") ?? assert.fail(await response.text()), next).href;
  }
  return new URL(next).searchParams;
}

describe("an OpenID provider of other people", () => {
  let provider: Awaited<ReturnType<typeof startProvider>>;
  let store: MemoryStore;
  let deps: ReturnType<typeof testDeps>;
  let config: OidcConfig;
  let verifier: OidcVerifier;

  before(async () => {
    provider = await startProvider();
    store = new MemoryStore();
    deps = testDeps(store);
    config = ProviderConfig.parse({
      kind: "oidc",
      issuer: provider.url,
      clientIds: [CLIENT.client_id],
      clientSecret: CLIENT.client_secret,
      redirectUris: [REDIRECT_URI, BARE_URI],
    }) as OidcConfig;
    verifier = new OidcVerifier("other-people", config, deps);
  });
  after(async () => {
    deps?.http.close();
    await store?.close();
    provider?.server.closeAllConnections();
    provider?.server.close();
  });

  it("is not blamed on the player when the provider does not take our credentials, however they are sent", async () => {
    for (const clientAuthentication of ["basic", "post"] as const) {
      const wrong = { ...config, clientSecret: "a wrong one", clientAuthentication };
      const unknown = new OidcVerifier("other-people", wrong, deps);
      await assert.rejects(unknown.verify(await signIn("anna"), contextNow()), isError("provider.unavailable"));
    }
  });

  async function signIn(person: string, redirectUri = REDIRECT_URI) {
    const codeVerifier = randomUUID() + randomUUID();
    const nonce = randomUUID();
    const answer = await browse(provider.url, {
      client_id: CLIENT.client_id,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: "openid email profile",
      code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
      code_challenge_method: "S256",
      login_hint: person,
      nonce,
    });
    const code = answer.get("code") ?? assert.fail(String(answer));
    return { code, codeVerifier, nonce, redirectUri, issuer: answer.get("iss") ?? "" };
  }

  it("lets somebody in by a code, once", async () => {
    const proof = await signIn("anna");
    assert.deepEqual(await verifier.verify(proof, contextNow()), {
      provider: "other-people",
      subject: "anna",
      email: "anna@example.com",
      isEmailVerified: true,
      displayName: "Anna",
    });
    await assert.rejects(verifier.verify(proof, contextNow()), isError("proof.invalid"));
  });

  it("takes a code that was sent to an address without a path", async () => {
    assert.equal((await verifier.verify(await signIn("bert", BARE_URI), contextNow())).subject, "bert");
  });

  it("does not let somebody in by a code that somebody else stole", async () => {
    const proof = await signIn("anna");
    const stolen = { ...proof, codeVerifier: randomUUID() + randomUUID() };
    await assert.rejects(verifier.verify(stolen, contextNow()), isError("proof.invalid"));
  });

  it("does not let somebody in when the answer came from another issuer, or does not say from which", async () => {
    const proof = await signIn("anna");
    const mixedUp = { ...proof, issuer: "https://evil.example.com" };
    await assert.rejects(verifier.verify(mixedUp, contextNow()), isError("proof.invalid"));
    const { issuer: _, ...unsaid } = await signIn("anna");
    await assert.rejects(verifier.verify(unsaid, contextNow()), isError("proof.invalid"));
  });
});
