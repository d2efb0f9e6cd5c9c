// Checks a client's frame before Colyseus decodes it. Two of its decoders trust lengths that a client wrote.
import { Protocol } from "@colyseus/core";
import type { RefusedFrameReason } from "../ops/metrics.ts";

/** Protocol codes live in the low five bits of the first byte; the rest are modifiers. */
const CODE_MASK = 0x1f;
const TIMED = 0x80;

/** One input with its stamp is far below this; bytes. */
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
 * Why `frame` must not reach Colyseus, or `undefined` when it may. Looks at lengths only, in time linear in the frame.
 *
 * Colyseus 0.18 loops for ever on a negative slot length in an unreliable input packet (`14 01 ff`), and allocates up to
 * 2^32 stamps when a packet says so: both are refused here as `malformed`.
 */
export function refuseFrame(frame: Uint8Array): RefusedFrameReason | undefined {
  if (frame.length === 0) return "malformed";
  const code = frame[0]! & CODE_MASK;
  if (!CLIENT_CODES.has(code)) return "unknown_code";
  if (code === Protocol.ROOM_INPUT_RELIABLE) return frame.length > MAX_INPUT_BYTES ? "too_large" : undefined;
  if (code === Protocol.ROOM_INPUT_UNRELIABLE) return refuseInputRing(frame);
  return frame.length > MAX_MESSAGE_BYTES ? "too_large" : undefined;
}

/** `[code] (stamps: [k][u32][Δ]×(k−1), once or twice) [base seq] ([length][input])…`, in Colyseus' self-describing numbers. */
function refuseInputRing(frame: Uint8Array): RefusedFrameReason | undefined {
  if (frame.length > MAX_MESSAGE_BYTES) return "too_large";
  if ((frame[0]! & TIMED) === 0) return ringAt(frame, 1) === undefined ? "malformed" : undefined;

  const count = readCount(frame, 1, MAX_REPEATED_INPUTS);
  if (count === undefined || count.value === 0) return "malformed";
  const afterStamps = skipNumbers(frame, count.end + 4, count.value - 1);
  if (afterStamps === undefined) return "malformed";
  // The room's kind of lag compensation decides whether a second series follows; either reading may be the right one.
  const afterDeltas = skipNumbers(frame, afterStamps + 2, count.value - 1);
  const readings = [ringAt(frame, afterStamps), afterDeltas === undefined ? undefined : ringAt(frame, afterDeltas)];
  return readings.includes(count.value) && readings.every((slots) => slots === undefined || slots === count.value)
    ? undefined
    : "malformed";
}

/** How many slots the ring at `offset` holds, or `undefined` when it is not one. */
function ringAt(frame: Uint8Array, offset: number): number | undefined {
  let at = skipNumbers(frame, offset, 1);
  for (let slots = 0; at !== undefined && slots <= MAX_REPEATED_INPUTS; slots++) {
    if (at === frame.length) return slots;
    const length = readCount(frame, at, MAX_INPUT_BYTES);
    if (length === undefined || length.end + length.value > frame.length) return undefined;
    at = length.end + length.value;
  }
  return undefined;
}

/** A whole number of 0 to `max` in one of the widths an encoder chooses for it. */
function readCount(frame: Uint8Array, offset: number, max: number): { value: number; end: number } | undefined {
  const prefix = frame[offset];
  if (prefix === undefined) return undefined;
  if (prefix < 0x80) return prefix <= max ? { value: prefix, end: offset + 1 } : undefined;
  const isWide = prefix === 0xcd;
  if (prefix !== 0xcc && !isWide) return undefined;
  const end = offset + (isWide ? 3 : 2);
  if (end > frame.length) return undefined;
  const value = frame[offset + 1]! | (isWide ? frame[offset + 2]! << 8 : 0);
  return value <= max ? { value, end } : undefined;
}

/** Bytes that follow each number prefix of the encoding. */
const NUMBER_WIDTHS: ReadonlyMap<number, number> = new Map([
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
]);

function skipNumbers(frame: Uint8Array, offset: number, count: number): number | undefined {
  let at = offset;
  for (let index = 0; index < count; index++) {
    const prefix = frame[at];
    if (prefix === undefined) return undefined;
    const isSmall = prefix < 0x80 || prefix >= 0xe0;
    const width = isSmall ? 0 : NUMBER_WIDTHS.get(prefix);
    if (width === undefined) return undefined;
    at += 1 + width;
  }
  return at <= frame.length ? at : undefined;
}
