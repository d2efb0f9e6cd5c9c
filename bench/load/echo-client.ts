// A client of the bare peers: numbered inputs out, frames with the newest of them and a tick in.
import { ECHO_HEADER_BYTES } from "../servers/bare-options.ts";
import type { LoadClient } from "./load-client.ts";
import { SocketClient } from "./socket-client.ts";

/** About as long as an input frame of a real game. */
const INPUT_BYTES = 20;

/** A client that sends and counts. */
export class EchoClient extends SocketClient implements LoadClient {
  readonly #input = Buffer.alloc(INPUT_BYTES);
  #sent = 0;
  #tick = -1;
  #confirmed = 0;

  join(port: number): Promise<void> {
    return this.open(port, "/");
  }

  sendInput(): void {
    this.#sent += 1;
    this.#input.writeUInt32LE(this.#sent, 0);
    this.counters.timing?.sent(this.#sent);
    this.sendFrame(this.#input);
  }

  places(): undefined {
    return undefined;
  }

  protected override onFrame(frame: Buffer): void {
    if (frame.length < ECHO_HEADER_BYTES) {
      this.counters.fault(`a frame of ${frame.length} bytes`);
      return;
    }
    const confirmed = frame.readUInt32LE(0);
    const tick = frame.readUInt32LE(4);
    if (this.#tick >= 0 && tick !== this.#tick + 1) this.counters.fault(`tick ${tick} came after ${this.#tick}`);
    if (confirmed < this.#confirmed || confirmed > this.#sent) this.counters.fault(`input ${confirmed} was never sent`);
    this.#tick = tick;
    this.#confirmed = confirmed;
    this.counters.snapshot(frame.length, confirmed);
  }
}
