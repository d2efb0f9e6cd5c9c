// One direction of a test's network: frames wait here until the test says what becomes of them.

/** Frames under way, oldest first. */
export class FrameQueue {
  readonly #frames: Uint8Array[] = [];
  readonly #onDelivered: (frame: Uint8Array) => void;
  readonly #onPushed: ((frame: Uint8Array) => void) | undefined;

  /** `onPushed` sees every frame as it sets out, whatever becomes of it. */
  constructor(onDelivered: (frame: Uint8Array) => void, onPushed?: (frame: Uint8Array) => void) {
    this.#onDelivered = onDelivered;
    this.#onPushed = onPushed;
  }

  get length(): number {
    return this.#frames.length;
  }

  /** Bytes of all frames under way. */
  get byteLength(): number {
    return this.#frames.reduce((sum, frame) => sum + frame.byteLength, 0);
  }

  /** A copy is kept: senders reuse their buffers. */
  push(frame: Uint8Array): void {
    const copy = frame.slice();
    this.#frames.push(copy);
    this.#onPushed?.(copy);
  }

  /** Delivers the oldest `count` frames in order; all that wait now by default. */
  deliver(count: number = this.#frames.length): void {
    for (const frame of this.#frames.splice(0, count)) this.#onDelivered(frame);
  }

  /** Loses the frame at `index`. */
  drop(index: number): void {
    this.#frames.splice(index, 1);
  }

  /** Brings the frame at `from` to the place `to`. */
  move(from: number, to: number): void {
    this.#frames.splice(to, 0, ...this.#frames.splice(from, 1));
  }
}
