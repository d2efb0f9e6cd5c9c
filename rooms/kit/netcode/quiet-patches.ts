// A patch that says nothing is not worth a system call: clients that speak snapshots have the time from those.
import { type Client, Protocol } from "@colyseus/core";

/** Colyseus 0.18 marks a patch with time and input in its first byte, and puts these after it. */
const TIMED = 0x80;
const CODE_MASK = 0x1f;
const EMPTY_BYTES = 1;
const EMPTY_TIMED_BYTES = 1 + 8;

/** Whether a frame is a patch of the state with no change in it. */
export function isEmptyPatch(frame: Uint8Array): boolean {
  const first = frame[0] ?? 0;
  if ((first & CODE_MASK) !== Protocol.ROOM_STATE_PATCH) return false;
  return frame.length === ((first & TIMED) === 0 ? EMPTY_BYTES : EMPTY_TIMED_BYTES);
}

/** From now on `client` is sent only patches that change something. */
export function dropEmptyPatches(client: Client): void {
  const raw = client.raw.bind(client);
  client.raw = (data, options, onSent) => {
    if (!isEmptyPatch(data as Uint8Array)) raw(data, options, onSent);
  };
}
