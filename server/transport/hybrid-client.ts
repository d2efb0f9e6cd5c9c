// Colyseus' idea of one of our clients: a session, and the link that its frames take.
import { WebSocketClient } from "@colyseus/ws-transport";
import { HybridLink, type HybridLinkOptions } from "./hybrid-link.ts";

/** What a hybrid client has of its surroundings. */
export interface HybridClientOptions extends HybridLinkOptions {
  readonly sessionId: string;
}

/** A client whose frames go by a `HybridLink`. */
export class HybridClient extends WebSocketClient {
  readonly link: HybridLink;

  constructor(options: HybridClientOptions) {
    super(options.sessionId, options.socket);
    this.link = new HybridLink(options);
  }

  /** Sends what may be dropped. It never is on a WebSocket, so a client without datagrams misses nothing. */
  rawUnreliable(frame: Uint8Array): void {
    this.link.sendUnreliable(frame);
  }

  /**
   * Sends `data` reliably and in order. The socket copies it: Colyseus writes the next patch into the same buffer, and a
   * frame that waits under back-pressure would change on its way.
   */
  override raw(data: Uint8Array, options?: { afterNextPatch?: boolean }, onSent?: (error?: Error) => void): void {
    if (!onSent) {
      this.link.sendReliable(data);
      return;
    }
    this.link.countSent(data.byteLength);
    super.raw(Buffer.from(data), options, onSent);
  }
}
