// How players of each peer sign in and show their tokens: the same four requests, each in the peer's own words.
import { randomUUID } from "node:crypto";
import type { Account } from "../servers/measured-server.ts";
import { NAKAMA_AUTHORIZATION } from "../servers/nakama/nakama-process.ts";
import type { Ask } from "./json-client.ts";

/** What players ask for, in the order in which they do: who signs in too often ends the session of an earlier token. */
export const ACCOUNT_REQUESTS = {
  "token check": "a request with a session's token: it is verified, and the account that it stands for is read",
  "guest, returning": "a device that is known: its account is found, tokens are given",
  password: "an address and a password: the password is hashed and compared, tokens are given; four at once",
  "guest, new": "a device that nobody knows: an account is made, tokens are given",
} as const;

/** Name of a request. */
export type AccountRequest = keyof typeof ACCOUNT_REQUESTS;

/** Peers by how they are spoken to. */
export type AccountDialect = "gamekeeper" | "better-auth" | "nakama";

/** Whom a request is about. */
export type Player = Account & {
  /** A known device, of a guest. */
  readonly guestDeviceId: string;
};

type Requests = Readonly<Partial<Record<AccountRequest, (player: Player) => Ask>>>;

const guest = (deviceId: string): Ask => ({ method: "POST", path: "/v1/auth/guest", body: { deviceId } });

const device = (id: string): Ask => ({
  method: "POST",
  path: "/v2/account/authenticate/device?create=true",
  authorization: NAKAMA_AUTHORIZATION,
  body: { id },
});

const read = (path: string, token: string): Ask => ({ method: "GET", path, authorization: `Bearer ${token}` });

/** By dialect; a request that a peer does not know is not there. */
export const REQUESTS_OF: Readonly<Record<AccountDialect, Requests>> = {
  gamekeeper: {
    "guest, new": () => guest(randomUUID()),
    "guest, returning": ({ guestDeviceId }) => guest(guestDeviceId),
    password: ({ email, password, deviceId }) => ({
      method: "POST",
      path: "/v1/auth/login",
      body: { provider: "password", proof: { email, password }, deviceId },
    }),
    "token check": ({ token }) => read("/v1/player/me/profile", token),
  },
  "better-auth": {
    // Its guests cannot come back: a session that is lost is a player who is lost.
    "guest, new": () => ({ method: "POST", path: "/api/auth/sign-in/anonymous", body: {} }),
    password: ({ email, password }) => ({ method: "POST", path: "/api/auth/sign-in/email", body: { email, password } }),
    "token check": ({ token }) => read("/api/auth/get-session", token),
  },
  nakama: {
    "guest, new": () => device(randomUUID()),
    "guest, returning": ({ guestDeviceId }) => device(guestDeviceId),
    password: ({ email, password }) => ({
      method: "POST",
      path: "/v2/account/authenticate/email?create=false",
      authorization: NAKAMA_AUTHORIZATION,
      body: { email, password },
    }),
    "token check": ({ token }) => read("/v2/account", token),
  },
};

/** What is wrong with an answer of 200 to 299, in a sentence; `undefined` when it is what was asked for. */
export function faultOf(what: AccountRequest, answer: unknown): string | undefined {
  const { accessToken, token, playerId, user } = Object(answer) as Record<string, unknown>;
  const isThere = what === "token check" ? (playerId ?? user) : (accessToken ?? token);
  if (isThere !== undefined) return undefined;
  return `${what} was answered ${JSON.stringify(answer)?.slice(0, 200)}`;
}
