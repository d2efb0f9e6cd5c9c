// The way out for inputs over two channels: the one that the newest snapshot came by.
import { type ClientDatagramChannel, UplinkChannel } from "../datagram/index.ts";
import type { ChannelKind, FastLink } from "./fast-link.ts";

/** Sends by the datagram channel while the server does, and by the WebSocket otherwise. */
export class HybridUplink implements FastLink {
  readonly #choice = new UplinkChannel();
  readonly #webSocket: FastLink;
  readonly #now: () => number;
  #datagrams: ClientDatagramChannel | undefined;

  /** `now` is the clock of arrivals, in ms. */
  constructor(webSocket: FastLink, now: () => number) {
    this.#webSocket = webSocket;
    this.#now = now;
  }

  get channel(): ChannelKind {
    return this.#choice.channel(this.#now());
  }

  send(frame: Uint8Array): void {
    if (this.channel === "datagram" && this.#datagrams?.send(frame)) return;
    this.#webSocket.send(frame);
  }

  /** A datagram channel has opened. */
  attach(datagrams: ClientDatagramChannel): void {
    this.#datagrams = datagrams;
    this.#choice.onChannelOpen();
    datagrams.onClose(() => {
      if (this.#datagrams !== datagrams) return;
      this.#datagrams = undefined;
      this.#choice.onChannelClosed();
    });
  }

  /** The snapshot of `tick`, or an older one, came by `channel`. */
  onSnapshot(tick: number, channel: ChannelKind): void {
    this.#choice.onSnapshot(this.#now(), tick, channel);
  }

  /** Another life of the seat: ticks are counted anew. */
  restart(): void {
    this.#choice.restart();
  }
}
