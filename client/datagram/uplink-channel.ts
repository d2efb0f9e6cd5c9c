// Which channel inputs go by: the one that the server sends by, and never one that has fallen silent.

/** The two ways to the server. */
export type Channel = "websocket" | "datagram";

/**
 * Without a frame for this long, the datagram channel is taken for dead; ms. Four snapshots at 30 Hz: losing that many in
 * a row by chance is one in 160,000 at 5 % loss. A quarter of a second is the most a player should wait, and this leaves
 * 110 ms of it for the way.
 */
export const SILENCE_MS = 140;

/** The server's choice is the WebSocket as long as fast frames come by it; ms. Three snapshots at 30 Hz. */
export const FOLLOW_MS = 100;

/**
 * The client's side of the choice that the server makes (it sees the acks, we do not): inputs go back by the channel that
 * snapshots come by. Pure; times are milliseconds of any steady clock.
 */
export class UplinkChannel {
  #isOpen = false;
  #heardMs: Record<Channel, number> = { websocket: Number.NEGATIVE_INFINITY, datagram: Number.NEGATIVE_INFINITY };

  onChannelOpen(): void {
    this.#isOpen = true;
    this.#heardMs.datagram = Number.NEGATIVE_INFINITY;
  }

  onChannelClosed(): void {
    this.#isOpen = false;
  }

  /** A snapshot came by this channel. Keep-alives and everything else do not count. */
  onSnapshot(nowMs: number, channel: Channel): void {
    this.#heardMs[channel] = nowMs;
  }

  /** Where an input sent now goes. */
  channel(nowMs: number): Channel {
    const { websocket, datagram } = this.#heardMs;
    const isHeard = this.#isOpen && nowMs - datagram < SILENCE_MS;
    return isHeard && nowMs - websocket >= FOLLOW_MS ? "datagram" : "websocket";
  }
}
