// An OpenID provider as this platform is its client: discovery, keys, and the exchange of authorization codes.
import { importPKCS8, type JWTVerifyGetKey, SignJWT } from "jose";
import * as openid from "openid-client";
import { AppError } from "../../../shared/schema/errors.ts";
import type { AuthorizationCodeProof, OidcConfig } from "../../../shared/schema/platform/index.ts";
import type { ProviderHttp } from "./provider-http.ts";
import { invalidProof } from "./refusals.ts";
import { remoteKeys } from "./remote-keys.ts";

/** How long a provider's description of itself is kept, in milliseconds. */
export const DISCOVERY_MAX_AGE_MS = 3_600_000;

/** When it is asked again that could not be asked although its description was too old, in milliseconds. */
const DISCOVERY_RETRY_MS = 60_000;

/** How long a client secret is good for that is signed for one exchange, in seconds. */
const SIGNED_SECRET_SECONDS = 300;

interface Discovered {
  readonly metadata: openid.ServerMetadata;
  readonly keys: JWTVerifyGetKey;
}

/** Options of `OidcClient`, for tests: the clock of its cache, and how long unknown keys are not looked for again. */
export interface OidcClientOptions {
  readonly now?: () => number;
  readonly keysCooldownMs?: number | undefined;
}

/** Asks one provider. Everything throws `provider.unavailable` when it cannot be asked. */
export class OidcClient {
  readonly #config: OidcConfig;
  readonly #http: ProviderHttp;
  readonly #now: () => number;
  readonly #keysCooldownMs: number | undefined;
  #discovered: Promise<Discovered> | undefined;
  #discoveredAt = 0;

  constructor(config: OidcConfig, http: ProviderHttp, options: OidcClientOptions = {}) {
    this.#config = config;
    this.#http = http;
    this.#now = options.now ?? Date.now;
    this.#keysCooldownMs = options.keysCooldownMs;
  }

  /** The keys that the provider publishes now. */
  async keys(): Promise<JWTVerifyGetKey> {
    return (await this.#discovery()).keys;
  }

  /**
   * Exchanges an authorization code for an ID token, which is not verified yet. Throws `proof.invalid` when the provider
   * refuses the code, among others because it was used, is old, or belongs to another verifier, client or redirect URI.
   */
  async exchange(proof: AuthorizationCodeProof, clientId: string): Promise<string> {
    const { metadata } = await this.#discovery();
    const configuration = new openid.Configuration(metadata, clientId, {}, await this.#clientAuth(clientId));
    configuration[openid.customFetch] = this.#http.fetch as openid.CustomFetch;
    // Which URLs may be asked without TLS is for `ProviderHttp` to say, in one place.
    openid.allowInsecureRequests(configuration);
    checkIssuer(proof.issuer, metadata);
    try {
      const { id_token: idToken } = await openid.genericGrantRequest(configuration, "authorization_code", {
        code: proof.code,
        code_verifier: proof.codeVerifier,
        // As it was asked with, letter by letter: providers compare it so.
        redirect_uri: proof.redirectUri,
      });
      if (idToken === undefined)
        throw invalidProof("the provider gives no ID token for its code: ask for scope openid");
      return idToken;
    } catch (error) {
      throw this.#exchangeError(error);
    }
  }

  #exchangeError(error: unknown): unknown {
    if (error instanceof AppError) return error;
    if (error instanceof openid.ResponseBodyError) {
      if (error.error === "invalid_grant") return invalidProof("the provider does not take its code", error);
      return this.#nonsense(`it refused the exchange of a code: ${error.error}`);
    }
    const { code } = error as { code?: string };
    // The library compares audience, issuer and times of the ID token already.
    if (code === "OAUTH_JWT_TIMESTAMP_CHECK_FAILED" || code === "OAUTH_JWT_CLAIM_COMPARISON_FAILED") {
      return invalidProof("the ID token for its code is not meant for this sign-in", error);
    }
    const isAnswers = error instanceof openid.ClientError || error instanceof openid.WWWAuthenticateChallengeError;
    if (isAnswers || error instanceof TypeError) return this.#nonsense(`it refused a code: ${error.message}`);
    return error;
  }

  async #clientAuth(clientId: string): Promise<openid.ClientAuth> {
    const { clientSecret, clientAuthentication, appleKey } = this.#config;
    if (appleKey !== undefined) return openid.ClientSecretPost(await this.#signedSecret(clientId));
    if (clientSecret === undefined) return openid.None();
    return clientAuthentication === "basic"
      ? openid.ClientSecretBasic(clientSecret)
      : openid.ClientSecretPost(clientSecret);
  }

  /** Apple's client secret: a token that we sign ourselves. */
  async #signedSecret(clientId: string): Promise<string> {
    const { appleKey, issuer } = this.#config;
    if (appleKey === undefined) throw new Error("There is no key to sign a client secret with.");
    const now = Math.floor(this.#now() / 1_000);
    return new SignJWT()
      .setProtectedHeader({ alg: "ES256", kid: appleKey.keyId })
      .setIssuer(appleKey.teamId)
      .setSubject(clientId)
      .setAudience(issuer)
      .setIssuedAt(now)
      .setExpirationTime(now + SIGNED_SECRET_SECONDS)
      .sign(await importPKCS8(appleKey.privateKey, "ES256"));
  }

  async #discovery(): Promise<Discovered> {
    const kept = this.#discovered;
    if (kept !== undefined && this.#now() - this.#discoveredAt < DISCOVERY_MAX_AGE_MS) return kept;
    const asked = this.#discover(kept);
    this.#discovered = asked;
    this.#discoveredAt = this.#now();
    if (kept === undefined) {
      asked.catch(() => {
        if (this.#discovered === asked) this.#discovered = undefined;
      });
      return asked;
    }
    return asked.catch(() => {
      // What it said an hour ago is better than nobody signing in while it is away. It is asked again soon.
      if (this.#discovered === asked) {
        this.#discovered = kept;
        this.#discoveredAt = this.#now() - DISCOVERY_MAX_AGE_MS + DISCOVERY_RETRY_MS;
      }
      return kept;
    });
  }

  async #discover(kept: Promise<Discovered> | undefined): Promise<Discovered> {
    const { issuer, clientIds } = this.#config;
    try {
      const configuration = await openid.discovery(new URL(issuer), clientIds[0] ?? "", undefined, undefined, {
        execute: [openid.allowInsecureRequests],
        [openid.customFetch]: this.#http.fetch as openid.CustomFetch,
      });
      const metadata = configuration.serverMetadata();
      const { jwks_uri: url } = metadata;
      if (url === undefined) throw this.#nonsense("it publishes no keys");
      const before = await kept?.catch(() => undefined);
      const isSame = before !== undefined && before.metadata.jwks_uri === url;
      const keys = isSame ? before.keys : remoteKeys(this.#http, url, this.#keysCooldownMs);
      return { metadata: { ...metadata }, keys };
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw this.#nonsense(`its discovery document cannot be used: ${(error as Error).message}`);
    }
  }

  #nonsense(what: string): Error {
    return this.#http.nonsense(this.#config.issuer, what);
  }
}

/** Holds the `iss` of the answer that brought a code against who it should be from (RFC 9207), where there must be one. */
function checkIssuer(given: string | undefined, metadata: openid.ServerMetadata): void {
  const isNeeded = metadata.authorization_response_iss_parameter_supported === true;
  if (given === undefined && !isNeeded) return;
  if (given !== metadata.issuer) throw invalidProof("its answer is not from this provider, or does not say from which");
}
