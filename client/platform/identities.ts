// The ways in that lead to the signed-in player: registering a guest, linking, unlinking, and clashes.
import {
  IdentityClash,
  IdentityList,
  LinkedIdentity,
  type LinkIdentityRequest,
  type ResolveClashRequest,
  type SignInResponse,
} from "../../shared/schema/platform/index.ts";
import { ClientError } from "../client-error.ts";
import type { PlatformCalls } from "./platform-calls.ts";
import type { PasswordSignUp } from "./sign-in.ts";

const PATH = "v1/player/me/identities";

/**
 * The clash that `error` brings, when an identity leads to another player (`identity.clash`): both players, and a token for
 * `Identities.resolve`. Undefined for every other error.
 */
export function clashOf(error: unknown): IdentityClash | undefined {
  if (!(error instanceof ClientError && error.code === "identity.clash")) return undefined;
  return IdentityClash.safeParse(error.problem?.["clash"]).data;
}

/** The signed-in player's identities. */
export class Identities {
  readonly #calls: PlatformCalls;

  constructor(calls: PlatformCalls) {
    this.#calls = calls;
  }

  /** All of them, oldest first. */
  list(signal?: AbortSignal): Promise<IdentityList> {
    return this.#calls.asPlayer({ method: "GET", path: PATH, shape: IdentityList, signal });
  }

  /** Lets an identity lead to this player, who keeps id and progress. Rejects with `identity.clash`: see `clashOf`. */
  link(provider: string, proof: LinkIdentityRequest["proof"], signal?: AbortSignal): Promise<LinkedIdentity> {
    return this.#link({ provider, proof }, signal);
  }

  /** Registers a guest in place: an address, proven by a code of `SignIn.mailCode`, and a password for it. */
  register({ codeId, code, password }: PasswordSignUp, signal?: AbortSignal): Promise<LinkedIdentity> {
    return this.#link({ provider: "email-code", proof: { codeId, code }, password }, signal);
  }

  /** Takes a way in away; the last one stays (`identity.last`). */
  unlink(identityId: string, signal?: AbortSignal): Promise<void> {
    const path = `${PATH}/${encodeURIComponent(identityId)}`;
    return this.#calls.asPlayer({ method: "DELETE", path, signal });
  }

  /** Does what the player chose about a clash. Signed in afterwards is whoever the player is from then on. */
  resolve(choice: ResolveClashRequest, signal?: AbortSignal): Promise<SignInResponse> {
    return this.#calls.signInAsPlayer({ method: "POST", path: `${PATH}/resolve`, body: choice, signal });
  }

  #link(body: LinkIdentityRequest, signal: AbortSignal | undefined): Promise<LinkedIdentity> {
    return this.#calls.asPlayer({ method: "POST", path: PATH, body, shape: LinkedIdentity, signal });
  }
}
