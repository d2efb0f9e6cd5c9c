// A datagram channel over a simulated link: frames are late, overtake each other, and are lost for good.
import { clampConditions, type LinkConditions } from "../link-schedule.ts";
import type { ClientDatagramChannel } from "./client-datagram-channel.ts";

/** Frames under way in one direction; what is more is lost, as in a full queue. */
const MAX_UNDER_WAY = 256;

/** What the simulation is made of. `random` gives numbers in [0, 1). */
export interface SimulatedDatagramOptions {
  /** Read for every frame; all zero passes frames straight through. */
  readonly conditions: () => Readonly<LinkConditions>;
  readonly random: () => number;
  readonly onFrameOut: (bytes: number) => void;
  readonly onFrameIn: (bytes: number) => void;
}

/** Wraps a channel; the same conditions as the WebSocket's, as datagrams meet them. */
export class SimulatedDatagramChannel implements ClientDatagramChannel {
  readonly #channel: ClientDatagramChannel;
  readonly #options: SimulatedDatagramOptions;
  #underWay = 0;

  constructor(channel: ClientDatagramChannel, options: SimulatedDatagramOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#channel.isOpen;
  }

  get bufferedBytes(): number {
    return this.#channel.bufferedBytes;
  }

  /** A frame that is lost on its way was sent all the same. */
  send(frame: Uint8Array): boolean {
    if (!this.isOpen) return false;
    this.#options.onFrameOut(frame.byteLength);
    const waitMs = this.#waitMs();
    if (waitMs === 0) return this.#channel.send(frame);
    if (waitMs !== undefined) {
      const copy = frame.slice();
      this.#later(waitMs, () => this.#channel.send(copy));
    }
    return true;
  }

  close(): void {
    this.#channel.close();
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.#channel.onFrame((frame) => {
      this.#options.onFrameIn(frame.byteLength);
      const waitMs = this.#waitMs();
      if (waitMs === 0) listener(frame);
      else if (waitMs !== undefined) this.#later(waitMs, () => listener(frame));
    });
  }

  onClose(listener: () => void): void {
    this.#channel.onClose(listener);
  }

  /** How long a frame is under way; `undefined` when it is lost. */
  #waitMs(): number | undefined {
    const { latencyMs, jitterMs, lossPercent } = clampConditions(this.#options.conditions());
    if (this.#options.random() * 100 < lossPercent || this.#underWay >= MAX_UNDER_WAY) return undefined;
    return (latencyMs + this.#options.random() * jitterMs) / 2;
  }

  #later(waitMs: number, arrive: () => void): void {
    this.#underWay += 1;
    setTimeout(() => {
      this.#underWay -= 1;
      arrive();
    }, waitMs);
  }
}
