// Who sends a request: what a bearer credential turned out to be.
import type { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId, OperatorScope, Reach } from "../../shared/schema/platform/index.ts";

/** A player's access token. */
export interface PlayerCredential {
  readonly kind: "player";
  readonly environmentId: EnvironmentId;
  readonly playerId: string;
  readonly sessionId: string;
}

/** A game server's key. */
export interface ServerCredential {
  readonly kind: "server";
  readonly environmentId: EnvironmentId;
  readonly keyId: string;
}

/** An operator's key. `environmentId` is where it acts unless the request names another that it reaches. */
export interface OperatorCredential {
  readonly kind: "operator";
  readonly environmentId: EnvironmentId;
  readonly keyId: string;
  readonly reach: Reach;
  readonly scopes: readonly OperatorScope[];
}

/** A credential that was verified. */
export type GoodCredential = PlayerCredential | ServerCredential | OperatorCredential;

/** What a request has: a good credential, none, or one that was refused, with the reason. */
export type Credential =
  | GoodCredential
  | { readonly kind: "none" }
  | { readonly kind: "refused"; readonly error: AppError };

/** Who does something, for the audit log. `system` is the platform itself. */
export interface Actor {
  readonly kind: "operator" | "server" | "player" | "system";
  readonly id: string;
}

const REACHES: readonly Reach[] = ["environment", "project", "platform"];

/** What a key of an operator may do at most. */
export type Power = Pick<OperatorCredential, "environmentId" | "reach" | "scopes">;

/** Whether one may do all that the other may: then it may give and take the other away. */
export function covers(one: Power, other: Power): boolean {
  if (one.reach !== "platform" && !reaches({ kind: "operator", keyId: "", ...one }, other.environmentId)) return false;
  if (REACHES.indexOf(one.reach) < REACHES.indexOf(other.reach)) return false;
  return one.scopes.includes("*") || other.scopes.every((scope) => one.scopes.includes(scope));
}

/** Whether a credential may act in an environment. */
export function reaches(credential: GoodCredential, environmentId: EnvironmentId): boolean {
  if (credential.environmentId === environmentId) return true;
  if (credential.kind !== "operator") return false;
  if (credential.reach === "platform") return true;
  return credential.reach === "project" && projectOf(credential.environmentId) === projectOf(environmentId);
}

/** The project of an environment. */
export function projectOf(environmentId: EnvironmentId): string {
  return environmentId.slice(0, environmentId.indexOf("/"));
}

/** The actor behind a credential. */
export function actorOf(credential: GoodCredential): Actor {
  return { kind: credential.kind, id: credential.kind === "player" ? credential.playerId : credential.keyId };
}
