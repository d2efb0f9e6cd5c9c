// The wire form of an input frame: what its header says and how long it may be.
import type { BitReader } from "./bit-reader.ts";
import type { BitWriter } from "./bit-writer.ts";
import type { FieldLayout } from "./field-layout.ts";
import { EPOCH_BITS, FrameKind, MAX_TICK } from "./frame-kind.ts";

/**
 * Most inputs that a client may have unconfirmed, that a frame carries and that the server holds ([INP2] and [INP5] of SPEC.md): at
 * 30 Hz those of two seconds. A client that has as many waits until some are confirmed, so that none is lost on its way.
 */
export const MAX_UNCONFIRMED_INPUTS = 64;
/** Longest input frame; bytes. Layouts so large that 64 inputs would be longer have fewer. */
const MAX_FRAME_BYTES = 1_150;

const COUNT_BITS = 7;
const STAMP_BITS = 16;
const RESERVED_BITS = 1;
const VIEW_BITS = 10;
/** Parts of a tick in which a frame says what its player saw ([INP7] of SPEC.md). */
export const VIEW_STEPS_PER_TICK = 16;
/** Oldest view that a frame can tell, in those parts before its newest snapshot. */
export const MAX_VIEW_AGE = (1 << VIEW_BITS) - 1;
const MAX_HEADER_BITS = 8 + EPOCH_BITS + 3 + RESERVED_BITS + 64 + VIEW_BITS + STAMP_BITS + COUNT_BITS + 32;

/** What an input frame says beside its inputs. */
export type InputHeader = {
  /** Which life of the client's connection the frame belongs to, 0 to 15. */
  epoch: number;
  /** Newest snapshot tick that arrived; -1 for none. */
  snapshotTick: number;
  /** Which of the 32 ticks before it arrived, bit 0 being the latest. */
  snapshotMask: number;
  /** How far before the newest snapshot the moment lay that the player saw with the newest input, in 1/16 tick; -1 for none. */
  viewAge: number;
  /** The client's clock when it sent the frame, 16 bits of milliseconds; -1 for none. */
  stamp: number;
  /** Number of inputs, 0 to 64. */
  count: number;
  /** Tick of the last of them; the others are the ticks before it. Of no meaning when there are none. */
  newestTick: number;
};

/** A header with nothing in it. */
export function emptyInputHeader(): InputHeader {
  return { epoch: 0, snapshotTick: -1, snapshotMask: 0, viewAge: -1, stamp: -1, count: 0, newestTick: -1 };
}

/** How many inputs of a layout may be unconfirmed: 64, or as many as fit in 1,150 bytes, which are at least 23. */
export function maxUnconfirmedInputs(layout: FieldLayout): number {
  const fitting = Math.floor((8 * MAX_FRAME_BYTES - MAX_HEADER_BITS) / (1 + layout.totalBits));
  return Math.min(MAX_UNCONFIRMED_INPUTS, fitting);
}

/** Bytes of the longest frame of a layout. */
export function maxInputFrameBytes(layout: FieldLayout): number {
  return Math.ceil((MAX_HEADER_BITS + maxUnconfirmedInputs(layout) * (1 + layout.totalBits)) / 8);
}

/** Writes the header, the frame kind included. */
export function writeInputHeader(writer: BitWriter, header: InputHeader): void {
  const hasAck = header.snapshotTick >= 0;
  const hasStamp = header.stamp >= 0;
  const hasView = hasAck && header.viewAge >= 0;
  writer.write(FrameKind.input, 8);
  writer.write(header.epoch, EPOCH_BITS);
  writer.writeBoolean(hasAck);
  writer.writeBoolean(hasStamp);
  writer.writeBoolean(hasView);
  writer.write(0, RESERVED_BITS);
  if (hasAck) {
    writer.write(header.snapshotTick, 32);
    writer.write(header.snapshotMask, 32);
  }
  if (hasView) writer.write(Math.min(Math.round(header.viewAge), MAX_VIEW_AGE), VIEW_BITS);
  if (hasStamp) writer.write(header.stamp, STAMP_BITS);
  writer.write(header.count, COUNT_BITS);
  if (header.count > 0) writer.write(header.newestTick, 32);
}

/** Reads a header into `header`; false when it is not one, and then `header` holds nothing of use. */
export function readInputHeader(reader: BitReader, header: InputHeader): boolean {
  if (reader.read(8) !== FrameKind.input) return false;
  header.epoch = reader.read(EPOCH_BITS);
  const hasAck = reader.readBoolean();
  const hasStamp = reader.readBoolean();
  const hasView = reader.readBoolean();
  if (reader.read(RESERVED_BITS) !== 0 || (hasView && !hasAck)) return false;
  header.snapshotTick = hasAck ? reader.read(32) : -1;
  header.snapshotMask = hasAck ? reader.read(32) : 0;
  header.viewAge = hasView ? reader.read(VIEW_BITS) : -1;
  header.stamp = hasStamp ? reader.read(STAMP_BITS) : -1;
  header.count = reader.read(COUNT_BITS);
  header.newestTick = header.count > 0 ? reader.read(32) : -1;
  if (reader.overflowed || header.count > MAX_UNCONFIRMED_INPUTS) return false;
  const isOldestValid = header.count === 0 || header.newestTick - header.count + 1 >= 0;
  return isOldestValid && header.snapshotTick <= MAX_TICK && header.newestTick <= MAX_TICK;
}
