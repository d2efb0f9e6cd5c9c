// One client's way out: frames are counted, and copied where Colyseus shares buffers.
import { WebSocketClient } from "@colyseus/ws-transport";
import type { TransportMetrics } from "./hybrid-transport.ts";
import type { LeanWebSocket } from "./websocket/lean-web-socket.ts";

/** A WebSocket client whose output is counted, and bounded by its socket. */
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
    this.#metrics.frames.count("out", "websocket", data.byteLength);
    if (onSent) super.raw(Buffer.from(data), options, onSent);
    else (this.ref as LeanWebSocket).send(data);
  }
}
