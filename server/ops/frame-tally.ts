// Frames and bytes of all clients, counted where every frame passes: two additions, and the metrics read them when scraped.

/** The channels of a client. */
export const FRAME_CHANNELS = ["websocket", "datagram"] as const;
export type FrameChannel = (typeof FRAME_CHANNELS)[number];
/** As seen from the server. */
export const FRAME_DIRECTIONS = ["in", "out"] as const;
export type FrameDirection = (typeof FRAME_DIRECTIONS)[number];

/** What passed one way. */
interface Passed {
  frames: number;
  bytes: number;
}

/** Counts since the process began. */
export class FrameTally {
  readonly #passed: Readonly<Record<FrameDirection, Record<FrameChannel, Passed>>> = {
    in: { websocket: { frames: 0, bytes: 0 }, datagram: { frames: 0, bytes: 0 } },
    out: { websocket: { frames: 0, bytes: 0 }, datagram: { frames: 0, bytes: 0 } },
  };

  /** A frame of `bytes` bytes, without transport headers, passed. */
  count(direction: FrameDirection, channel: FrameChannel, bytes: number): void {
    const passed = this.#passed[direction][channel];
    passed.frames += 1;
    passed.bytes += bytes;
  }

  /** What passed one way so far. */
  of(direction: FrameDirection, channel: FrameChannel): Readonly<Passed> {
    return this.#passed[direction][channel];
  }
}
