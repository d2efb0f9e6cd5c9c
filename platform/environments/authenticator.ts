// Turns a bearer credential into who it belongs to: an operator, a game server or a player.
import { createHash, timingSafeEqual } from "node:crypto";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { GoodCredential, OperatorCredential, PlayerCredential, ServerCredential } from "./credential.ts";

/** The name of the keys that come from the platform's own environment variables. */
export const BUILT_IN_KEY = "built-in";

/** Verifies access tokens. Throws `auth.expired` and `auth.invalid`. */
export interface AccessTokenVerifier {
  verifyAccessToken(token: string): Promise<Omit<PlayerCredential, "kind">>;
}

/** What `Authenticator` needs. */
export interface AuthenticatorDeps {
  readonly tokens: AccessTokenVerifier;
  /** Keys that were made here; undefined for what has not the form of one. */
  readonly apiKeys: { authenticate(credential: string): Promise<OperatorCredential | ServerCredential | undefined> };
  readonly defaultEnvironment: EnvironmentId;
  /** The key of game servers of the default environment. */
  readonly serverKey: string;
  /** The key of an operator of every environment, where there is one. */
  readonly operatorKey: string | undefined;
}

/** Knows every kind of credential. */
export class Authenticator {
  readonly #deps: AuthenticatorDeps;
  readonly #builtIn: readonly { readonly hash: Buffer; readonly credential: GoodCredential }[];

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
    const { serverKey, operatorKey, defaultEnvironment: environmentId } = deps;
    const own = { environmentId, keyId: BUILT_IN_KEY };
    const server = { hash: sha256(serverKey), credential: { kind: "server", ...own } as const };
    const operator = (key: string) => ({
      hash: sha256(key),
      credential: { kind: "operator", ...own, reach: "platform", scopes: ["*"] } as const,
    });
    this.#builtIn = operatorKey === undefined ? [server] : [server, operator(operatorKey)];
  }

  /**
   * Whose credential this is. Throws `auth.invalid` or `auth.expired` for one that is not good, and `service.unavailable`
   * while that cannot be told. Keys are compared by hash, and so in a time that says nothing of them.
   */
  async authenticate(credential: string): Promise<GoodCredential> {
    const hash = sha256(credential);
    const key = this.#builtIn.find((known) => timingSafeEqual(known.hash, hash));
    if (key !== undefined) return key.credential;
    const made = await this.#deps.apiKeys.authenticate(credential);
    if (made !== undefined) return made;
    return { kind: "player", ...(await this.#deps.tokens.verifyAccessToken(credential)) };
  }
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
