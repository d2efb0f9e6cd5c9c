// A client of the bare peer that speaks through WebRTC data channels.
import { Counters } from "./counters.ts";
import { DatagramLink } from "./datagram-link.ts";
import { EchoPlay } from "./echo-play.ts";
import type { LoadClient } from "./load-client.ts";

/** The same as the client of a WebSocket, through a channel that may lose frames. */
export class ChannelEchoClient implements LoadClient {
  readonly counters = new Counters();
  readonly #play = new EchoPlay(this.counters, true);
  readonly #index: number;
  #link: DatagramLink | undefined;
  #openMs: number | undefined;

  constructor(index: number) {
    this.#index = index;
  }

  get channelOpenMs(): number | undefined {
    return this.#openMs;
  }

  async join(port: number): Promise<void> {
    const beganMs = performance.now();
    this.#link = await DatagramLink.open({
      port,
      index: this.#index,
      onFrame: (frame) => {
        this.counters.bytes += frame.length;
        this.#play.take(frame);
      },
      onFault: (what) => this.counters.fault(what),
    });
    this.#openMs = performance.now() - beganMs;
  }

  sendInput(): void {
    this.#link?.send(this.#play.nextInput());
  }

  places(): undefined {
    return undefined;
  }
}
