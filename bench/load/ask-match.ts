// Asking this project's platform for a match as its client does: once, and again while the ticket waits.
import { BENCH_MODE } from "../games/gamekeeper-game.ts";
import type { Seat } from "../servers/measured-server.ts";

/** The platform looks again for a waiting ticket at most this often; ms. */
const AGAIN_MS = 110;

interface Status {
  readonly ticketId: string;
  readonly assignment?: Seat;
}

/** A seat for the player whose access token this is. Throws with the platform's answer when it refuses. */
export async function askMatch(platformUrl: string, accessToken: string): Promise<Seat> {
  const headers = { Authorization: `Bearer ${accessToken}`, "Content-Type": "application/json" };
  const url = `${platformUrl}/v1/matchmaking`;
  const body = JSON.stringify({ mode: BENCH_MODE });
  let status = await read(await fetch(`${url}/join`, { method: "POST", headers, body }));
  while (!status.assignment) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    status = await read(await fetch(`${url}/status?ticketId=${status.ticketId}`, { headers }));
  }
  return status.assignment;
}

async function read(answer: Response): Promise<Status> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`no match: ${answer.status} ${text.slice(0, 200)}`);
  return JSON.parse(text) as Status;
}
