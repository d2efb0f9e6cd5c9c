// What a client of the bare peers says and checks, whatever carries it: numbered inputs out, frames with the newest of them and a tick in.
import { ECHO_HEADER_BYTES } from "../servers/bare-options.ts";
import type { Counters } from "./counters.ts";

/** About as long as an input frame of a real game. */
const INPUT_BYTES = 20;

/** One client's side of the echo. */
export class EchoPlay {
  readonly #counters: Counters;
  readonly #isLossy: boolean;
  readonly #input = Buffer.alloc(INPUT_BYTES);
  #sent = 0;
  #tick = -1;
  #confirmed = 0;

  /** `isLossy`: the channel may drop frames and change their order, so that neither is a fault. */
  constructor(counters: Counters, isLossy = false) {
    this.#counters = counters;
    this.#isLossy = isLossy;
  }

  /** The next input; valid until the next call. */
  nextInput(): Buffer {
    this.#sent += 1;
    this.#input.writeUInt32LE(this.#sent, 0);
    this.#counters.timing?.sent(this.#sent);
    return this.#input;
  }

  /** A frame has come. */
  take(frame: Buffer): void {
    if (frame.length < ECHO_HEADER_BYTES) {
      this.#counters.fault(`a frame of ${frame.length} bytes`);
      return;
    }
    const confirmed = frame.readUInt32LE(0);
    const tick = frame.readUInt32LE(4);
    const isNext = this.#tick < 0 || tick === this.#tick + 1;
    if (!isNext && !this.#isLossy) this.#counters.fault(`tick ${tick} came after ${this.#tick}`);
    const isBack = confirmed < this.#confirmed && !this.#isLossy;
    if (isBack || confirmed > this.#sent) this.#counters.fault(`input ${confirmed} was never sent`);
    this.#tick = tick;
    this.#confirmed = confirmed;
    this.#counters.snapshot(frame.length, confirmed);
  }
}
