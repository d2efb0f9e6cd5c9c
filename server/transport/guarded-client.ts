// One client's way out: frames are copied where Colyseus shares buffers, counted, and never pile up.
import { WebSocketClient } from "@colyseus/ws-transport";
import type { TransportMetrics } from "./hybrid-transport.ts";
import type { LeanWebSocket } from "./websocket/lean-web-socket.ts";

/** Bytes that may wait for a client that reads too slowly; past this it is ended. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** A WebSocket client whose output is bounded. */
export class GuardedClient extends WebSocketClient {
  readonly #metrics: TransportMetrics;

  constructor(sessionId: string, socket: LeanWebSocket, metrics: TransportMetrics) {
    super(sessionId, socket);
    this.#metrics = metrics;
  }

  /**
   * Sends `data` reliably and in order. The socket copies it: Colyseus writes the next patch into the same buffer, and a
   * frame that waits under back-pressure would change on its way.
   */
  override raw(data: Uint8Array, options?: { afterNextPatch?: boolean }, onSent?: (error?: Error) => void): void {
    const socket = this.ref as LeanWebSocket;
    if (socket.queuedBytes > MAX_BUFFERED_BYTES) {
      socket.terminate();
      return;
    }
    this.#metrics.frames.count("out", "websocket", data.byteLength);
    if (onSent) super.raw(Buffer.from(data), options, onSent);
    else socket.send(data);
  }
}
