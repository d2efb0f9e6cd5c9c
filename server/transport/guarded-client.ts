// One client's way out: frames are copied where Colyseus shares buffers, counted, and never pile up.
import { WebSocketClient } from "@colyseus/ws-transport";
import type { WebSocket } from "ws";
import type { TransportMetrics } from "./hybrid-transport.ts";

/** Bytes that may wait for a client that reads too slowly; past this it is ended. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** A WebSocket client whose output is bounded. */
export class GuardedClient extends WebSocketClient {
  readonly #metrics: TransportMetrics;

  constructor(sessionId: string, socket: WebSocket, metrics: TransportMetrics) {
    super(sessionId, socket);
    this.#metrics = metrics;
  }

  /**
   * Sends `data` reliably and in order. It is copied: Colyseus writes the next patch into the same buffer, and a frame
   * that waits under back-pressure would change on its way.
   */
  override raw(data: Uint8Array, options?: { afterNextPatch?: boolean }, onSent?: (error?: Error) => void): void {
    if (this.ref.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.ref.terminate();
      return;
    }
    this.#metrics.messages.inc({ direction: "out", channel: "websocket" });
    this.#metrics.bytes.inc({ direction: "out", channel: "websocket" }, data.byteLength);
    super.raw(Buffer.from(data), options, onSent);
  }
}
