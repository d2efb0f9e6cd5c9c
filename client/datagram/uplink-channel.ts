// Which channel inputs go by: the one that the server sends by, and never one that has fallen silent.

/** The two ways to the server. */
export type Channel = "websocket" | "datagram";

/**
 * Without a frame for this long, the datagram channel is taken for dead; ms. Four snapshots at 30 Hz: losing that many in
 * a row by chance is one in 160,000 at 5 % loss. A quarter of a second is the most a player should wait, and this leaves
 * 110 ms of it for the way.
 */
export const SILENCE_MS = 140;

/**
 * The client's side of the choice that the server makes (it sees the acks, we do not): inputs go back by the channel that
 * the newest snapshot came by. Pure; times are milliseconds of any steady clock.
 */
export class UplinkChannel {
  #isOpen = false;
  #newestTick = Number.NEGATIVE_INFINITY;
  #newestBy: Channel = "websocket";
  #heardMs = Number.NEGATIVE_INFINITY;

  onChannelOpen(): void {
    this.#isOpen = true;
  }

  onChannelClosed(): void {
    this.#isOpen = false;
    this.#newestBy = "websocket";
  }

  /**
   * A snapshot of this tick came by this channel. Older ones than the newest say nothing: a WebSocket that stalled brings
   * them in a bunch, after the server has turned to datagrams because of it.
   */
  onSnapshot(nowMs: number, tick: number, channel: Channel): void {
    if (channel === "datagram") this.#heardMs = nowMs;
    if (tick <= this.#newestTick) return;
    this.#newestTick = tick;
    this.#newestBy = channel;
  }

  /** Ticks are counted anew: another life of the seat. */
  restart(): void {
    this.#newestTick = Number.NEGATIVE_INFINITY;
    this.#newestBy = "websocket";
  }

  /** Where an input sent now goes. */
  channel(nowMs: number): Channel {
    if (!this.#isOpen || this.#newestBy === "websocket") return "websocket";
    return nowMs - this.#heardMs < SILENCE_MS ? "datagram" : "websocket";
  }
}
