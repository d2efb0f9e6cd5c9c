// What an open channel lets in: binary frames of a sane size at a sane rate. Everything else is counted and dropped.
import { type DroppedFrameReason, KEEP_ALIVE_BYTE, MAX_RECEIVED_BYTES } from "./datagram-channel.ts";

/** Frames a client may send in one second: inputs at 60 Hz, acks and keep-alives, and twice that again after a hitch. */
export const MAX_FRAMES_A_SECOND = 240;
/** Frames that a channel may have dropped before it is closed. A fault shows in the counts; an attack does not pay. */
export const MAX_DROPPED_FRAMES = 64;
const SECOND_MS = 1_000;

/** What to do with what arrived. */
export type GateVerdict = "frame" | "keep-alive" | DroppedFrameReason;

/** Judges what arrives on one channel. Time is an argument, in milliseconds. */
export class FrameGate {
  #secondBeganMs = Number.NEGATIVE_INFINITY;
  #frames = 0;
  #dropped = 0;

  /** Whether the channel has had so much dropped that it should be closed. */
  get isExhausted(): boolean {
    return this.#dropped >= MAX_DROPPED_FRAMES;
  }

  judge(message: unknown, nowMs: number): GateVerdict {
    if (nowMs - this.#secondBeganMs >= SECOND_MS) {
      this.#secondBeganMs = nowMs;
      this.#frames = 0;
    }
    this.#frames += 1;
    const verdict = this.#frames > MAX_FRAMES_A_SECOND ? "too_fast" : verdictOn(message);
    if (verdict !== "frame" && verdict !== "keep-alive") this.#dropped += 1;
    return verdict;
  }
}

function verdictOn(message: unknown): GateVerdict {
  if (!(message instanceof Uint8Array)) return "text";
  if (message.length === 0) return "empty";
  if (message.length > MAX_RECEIVED_BYTES) return "too_large";
  return message.length === 1 && message[0] === KEEP_ALIVE_BYTE ? "keep-alive" : "frame";
}
