// Checks a client's frame before Colyseus decodes it. Its decoders trust lengths that a client wrote, and print what they
// do not understand, once a packet.
import { Protocol } from "@colyseus/core";
import type { RefusedFrameReason } from "../ops/metrics.ts";
import { type InputWire, isInputBody } from "./input-wire.ts";
import { numberEnd, numbersEnd, readCount } from "./wire-number.ts";

/** Protocol codes live in the low five bits of the first byte; the rest are modifiers. */
const CODE_MASK = 0x1f;
/** The modifier that says that an input carries lag-compensation stamps. */
const TIMED = 0x80;

/** One input of a game is far below this; bytes. */
const MAX_INPUT_BYTES = 256;
/** Inputs that one packet may repeat. */
const MAX_REPEATED_INPUTS = 32;
/** Anything else a client may say in one frame; bytes. */
const MAX_MESSAGE_BYTES = 4096;

const CLIENT_CODES: ReadonlySet<number> = new Set([
  Protocol.JOIN_ROOM,
  Protocol.LEAVE_ROOM,
  Protocol.ROOM_DATA,
  Protocol.ROOM_DATA_BYTES,
  Protocol.PING,
  Protocol.ROOM_INPUT_RELIABLE,
  Protocol.ROOM_INPUT_UNRELIABLE,
  Protocol.ROOM_REQUEST,
]);

/**
 * Why `frame` must not reach Colyseus, or `undefined` when it may. `wire` is the shape of the room's inputs; without one
 * the room takes none. Time is linear in the frame, and nothing is allocated by what it says.
 *
 * Colyseus 0.18 loops for ever on a negative slot length in an unreliable input packet (`14 01 ff`), and allocates up to
 * 2^32 stamps when a packet says so: both are refused here as `malformed`.
 */
export function refuseFrame(frame: Uint8Array, wire: InputWire | undefined): RefusedFrameReason | undefined {
  if (frame.length === 0) return "malformed";
  if (frame.length > MAX_MESSAGE_BYTES) return "too_large";
  const code = frame[0]! & CODE_MASK;
  if (!CLIENT_CODES.has(code)) return "unknown_code";
  if (code === Protocol.ROOM_INPUT_RELIABLE) return refuseInput(frame, wire);
  if (code === Protocol.ROOM_INPUT_UNRELIABLE) return refuseInputRing(frame, wire);
  return undefined;
}

/** `[code] (stamp: [Δ], and [u16] when there are two) [input]`. */
function refuseInput(frame: Uint8Array, wire: InputWire | undefined): RefusedFrameReason | undefined {
  if (frame.length > MAX_INPUT_BYTES) return "too_large";
  let at: number | undefined = 1;
  if (frame[0]! & TIMED) {
    at = numberEnd(frame, at);
    if (at !== undefined && wire?.hasTwoStamps) at += 2;
  }
  return wire && at !== undefined && isInputBody(wire, frame, at, frame.length) ? undefined : "malformed";
}

/** `[code] (stamps: [k][u32][Δ]×(k−1), and [u16][Δ]×(k−1) when there are two) [sequence] ([length][input])…`. */
function refuseInputRing(frame: Uint8Array, wire: InputWire | undefined): RefusedFrameReason | undefined {
  if (!wire) return "malformed";
  let at: number | undefined = 1;
  let stamps: number | undefined;
  if (frame[0]! & TIMED) {
    const count = readCount(frame, at, MAX_REPEATED_INPUTS);
    if (count === undefined || count.value === 0) return "malformed";
    stamps = count.value;
    at = numbersEnd(frame, count.end + 4, stamps - 1);
    if (at !== undefined && wire.hasTwoStamps) at = numbersEnd(frame, at + 2, stamps - 1);
    if (at === undefined) return "malformed";
  }
  const slots = ringSlots(frame, at, wire);
  return slots === undefined || (stamps !== undefined && slots !== stamps) ? "malformed" : undefined;
}

/** How many inputs the ring at `offset` holds, or `undefined` when it is not one. */
function ringSlots(frame: Uint8Array, offset: number, wire: InputWire): number | undefined {
  let at = numberEnd(frame, offset);
  for (let slots = 0; at !== undefined && slots <= MAX_REPEATED_INPUTS; slots++) {
    if (at === frame.length) return slots;
    const length = readCount(frame, at, MAX_INPUT_BYTES);
    const end: number | undefined = length && length.end + length.value;
    if (length === undefined || end === undefined || end > frame.length) return undefined;
    if (!isInputBody(wire, frame, length.end, end)) return undefined;
    at = end;
  }
  return undefined;
}
