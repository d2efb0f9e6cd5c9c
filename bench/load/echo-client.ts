// A client of the bare peers that speak WebSocket.
import { EchoPlay } from "./echo-play.ts";
import type { LoadClient } from "./load-client.ts";
import { SocketClient } from "./socket-client.ts";

/** A client that sends and counts. */
export class EchoClient extends SocketClient implements LoadClient {
  readonly #play = new EchoPlay(this.counters);

  join(port: number): Promise<void> {
    return this.open(port, "/");
  }

  sendInput(): void {
    this.sendFrame(this.#play.nextInput());
  }

  places(): undefined {
    return undefined;
  }

  protected override onFrame(frame: Buffer): void {
    this.#play.take(frame);
  }
}
