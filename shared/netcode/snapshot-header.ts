// The first fields of a snapshot: whose, when, and what the server says about this client's inputs and clock.
import type { BitReader } from "./bit-reader.ts";
import type { BitWriter } from "./bit-writer.ts";
import { EPOCH_BITS, FrameKind, MAX_TICK } from "./frame-kind.ts";

/** Largest buffer depth that a snapshot can report; deeper buffers report this. */
export const MAX_REPORTED_DEPTH = 63;
/** A hold time of this many ms or more is reported as this, and such an echo is no round-trip sample. */
export const MAX_ECHO_HOLD_MS = 255;

const DEPTH_BITS = 6;
const STAMP_BITS = 16;
const HOLD_BITS = 8;

/** Most bits that a header takes. */
export const MAX_HEADER_BITS = 8 + EPOCH_BITS + 4 + 32 + 32 + DEPTH_BITS + STAMP_BITS + HOLD_BITS;

/** What the server says to one client with a snapshot ([SNAP4] of SPEC.md). */
export type SnapshotHeader = {
  /** Which life of this client's connection the snapshot belongs to, 0 to 15. */
  epoch: number;
  /** Tick of the simulation whose state this is. */
  tick: number;
  /** True when the snapshot holds every entity that this client does not have right yet, so that what is absent is at rest. */
  isComplete: boolean;
  /** True when the snapshot removes entities. */
  hasDespawns: boolean;
  /** Tick of the client's last input that is part of this state; -1 before the first. */
  inputTick: number;
  /** Inputs of this client that wait in the server's buffer after this tick, at most 63. */
  inputDepth: number;
  /** Clock stamp of the newest input frame that arrived, 16 bits of milliseconds; -1 before the first. */
  echoStamp: number;
  /** Milliseconds between that frame's arrival and this snapshot, at most 255. */
  echoHoldMs: number;
};

/** A header with nothing in it. */
export function emptyHeader(): SnapshotHeader {
  return {
    epoch: 0,
    tick: 0,
    isComplete: false,
    hasDespawns: false,
    inputTick: -1,
    inputDepth: 0,
    echoStamp: -1,
    echoHoldMs: 0,
  };
}

/** Bits that `writeHeader` takes. */
export function headerBits(header: SnapshotHeader): number {
  const input = header.inputTick >= 0 ? 32 + DEPTH_BITS : 0;
  const echo = header.echoStamp >= 0 ? STAMP_BITS + HOLD_BITS : 0;
  return 8 + EPOCH_BITS + 4 + 32 + input + echo;
}

/** Writes the header, the frame kind included. */
export function writeHeader(writer: BitWriter, header: SnapshotHeader): void {
  const hasInput = header.inputTick >= 0;
  const hasEcho = header.echoStamp >= 0;
  const flags =
    Number(header.isComplete) | (Number(header.hasDespawns) << 1) | (Number(hasInput) << 2) | (Number(hasEcho) << 3);
  writer.write(FrameKind.snapshot | (header.epoch << 8) | (flags << (8 + EPOCH_BITS)), 8 + EPOCH_BITS + 4);
  writer.write(header.tick, 32);
  if (hasInput) {
    writer.write(header.inputTick, 32);
    writer.write(clampWhole(header.inputDepth, MAX_REPORTED_DEPTH), DEPTH_BITS);
  }
  if (hasEcho) {
    const holdMs = clampWhole(header.echoHoldMs, MAX_ECHO_HOLD_MS);
    writer.write(header.echoStamp | (holdMs << STAMP_BITS), STAMP_BITS + HOLD_BITS);
  }
}

/** Reads a header into `header`; false when it is not one, and then `header` holds nothing of use. */
export function readHeader(reader: BitReader, header: SnapshotHeader): boolean {
  if (reader.read(8) !== FrameKind.snapshot) return false;
  header.epoch = reader.read(EPOCH_BITS);
  header.isComplete = reader.readBoolean();
  header.hasDespawns = reader.readBoolean();
  const hasInput = reader.readBoolean();
  const hasEcho = reader.readBoolean();
  header.tick = reader.read(32);
  header.inputTick = hasInput ? reader.read(32) : -1;
  header.inputDepth = hasInput ? reader.read(DEPTH_BITS) : 0;
  header.echoStamp = hasEcho ? reader.read(STAMP_BITS) : -1;
  header.echoHoldMs = hasEcho ? reader.read(HOLD_BITS) : 0;
  return !reader.overflowed && header.tick <= MAX_TICK && header.inputTick <= MAX_TICK;
}

function clampWhole(value: number, max: number): number {
  return value > max ? max : value > 0 ? Math.round(value) : 0;
}
