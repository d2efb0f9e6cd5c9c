// A seat as any client gets it: two requests to the platform, and the unmodified Colyseus SDK.
import { randomUUID } from "node:crypto";
import { Client, type Room } from "@colyseus/sdk";
import type { ArenaState } from "../../shared/schema/arena/index.ts";
import { MatchmakingStatus, SignInResponse } from "../../shared/schema/platform/index.ts";

/** An arena as the unmodified SDK has it. */
export type StockRoom = Room<unknown, ArenaState>;

/** A seat that was given and not yet taken. */
export interface Seat {
  readonly playerId: string;
  readonly endpoint: string;
  readonly roomId: string;
  readonly ticket: string;
}

/** Sends JSON and reads JSON. Rejects with what was answered unless that was a success. */
export async function postJson(url: string, body: unknown, accessToken?: string): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(accessToken && { Authorization: `Bearer ${accessToken}` }) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}

/** `POST /v1/auth/guest`. */
export async function signIn(platformUrl: string, deviceId: string = randomUUID()): Promise<SignInResponse> {
  return SignInResponse.parse(await postJson(`${platformUrl}/v1/auth/guest`, { deviceId }));
}

/** Signs in and asks for a seat in an arena. */
export async function askSeat(platformUrl: string, deviceId?: string): Promise<Seat> {
  const { playerId, accessToken } = await signIn(platformUrl, deviceId);
  const answer = await postJson(`${platformUrl}/v1/matchmaking/join`, { mode: "arena" }, accessToken);
  const { assignment } = MatchmakingStatus.parse(answer);
  if (!assignment) throw new Error(`Quick play gave no seat at once: ${JSON.stringify(answer)}`);
  return { playerId, ...assignment };
}

/** Takes a seat with the unmodified SDK. `ticket: undefined` shows none. */
export async function takeSeat(
  seat: Pick<Seat, "endpoint" | "roomId"> & { readonly ticket: string | undefined },
  options: object = {},
): Promise<StockRoom> {
  const client = new Client(seat.endpoint);
  if (seat.ticket !== undefined) client.auth.token = seat.ticket;
  const room = await client.joinById<ArenaState>(seat.roomId, options);
  room.onMessage("*", () => undefined);
  return room;
}

/** Resolves when the state is as `holds` says: now, or with a later patch. */
export function untilState(room: StockRoom, holds: (state: ArenaState) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (state: ArenaState): void => {
      if (!state.players || !holds(state)) return;
      room.onStateChange.remove(look);
      resolve();
    };
    room.onStateChange(look);
    look(room.state);
  });
}
