// Taking a seat as Colyseus' SDK does: a POST for the reservation, then the path and query of the WebSocket's upgrade.
import type { Seat } from "../servers/measured-server.ts";

interface Reservation {
  readonly sessionId: string;
  readonly roomId: string;
  readonly processId: string;
}

/** The path at which to upgrade. Throws with the server's answer when there is no seat. */
export async function takeSeat(
  port: number,
  { roomId, ticket }: Seat,
  options: object,
  way = `joinById/${roomId}`,
): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/matchmake/${way}`, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      ...(ticket && { Authorization: `Bearer ${ticket}` }),
    },
    body: JSON.stringify(options),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`no seat: ${answer.status} ${text.slice(0, 200)}`);
  const seat = JSON.parse(text) as Reservation;
  const token = ticket === undefined ? "" : `&_authToken=${ticket}`;
  return `/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}${token}`;
}
