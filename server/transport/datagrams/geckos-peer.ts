// One WebRTC peer as a datagram channel: made by geckos.io, read and closed by us.
import type { GeckosServer } from "@geckos.io/server";
import type { DataChannel, PeerConnection } from "node-datachannel";
import {
  type DatagramChannel,
  type DroppedFrameReason,
  KEEP_ALIVE_BYTE,
  MAX_BUFFERED_BYTES,
  MAX_DATAGRAM_BYTES,
} from "./datagram-channel.ts";
import { FrameGate } from "./frame-gate.ts";

/** Host addresses are known at once; a machine that takes longer than this to name them has a fault; ms. */
const GATHERING_TIMEOUT_MS = 500;
const KEEP_ALIVE = Uint8Array.of(KEEP_ALIVE_BYTE);

/** What the peer tells its owner. */
export interface GeckosPeerHooks {
  readonly now: () => number;
  readonly onOpen: (peer: GeckosPeer) => void;
  /** Once, whoever closed it, and whether or not it had ever opened. */
  readonly onClosed: (peer: GeckosPeer) => void;
  readonly onDropped: (reason: DroppedFrameReason) => void;
}

/**
 * A peer from its offer to its end.
 *
 * geckos.io makes the connection, its data channel and the offer. Its own listeners are replaced before a client can
 * reach them: they take a text `{"disconnect":1}` for an event of the server's, die of the text `null`, and reject
 * without a listener when states arrive in an unlucky order.
 */
export class GeckosPeer implements DatagramChannel {
  /** Our offer: complete, with every address. */
  readonly offer: string;
  /** Resolves when the native peer is gone; it then holds neither port nor thread. */
  readonly gone: Promise<void>;
  readonly #connection: PeerConnection;
  readonly #channel: DataChannel;
  readonly #hooks: GeckosPeerHooks;
  readonly #gate = new FrameGate();
  readonly #frameListeners: ((frame: Uint8Array) => void)[] = [];
  readonly #keepAliveListeners: (() => void)[] = [];
  readonly #closeListeners: (() => void)[] = [];
  #state: "waiting" | "open" | "closed" = "waiting";

  private constructor(offer: string, connection: PeerConnection, channel: DataChannel, hooks: GeckosPeerHooks) {
    this.offer = offer;
    this.#connection = connection;
    this.#channel = channel;
    this.#hooks = hooks;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    connection.onStateChange((state) => {
      if (state === "closed") resolve();
      if (state === "closed" || state === "failed" || state === "disconnected") this.close();
    });
    channel.onMessage((message) => this.#take(message));
    channel.onOpen(() => this.#open());
    channel.onClosed(() => this.close());
    channel.onError(() => this.close());
  }

  /** Has geckos.io make a connection. Rejects when it could not. */
  static async create(server: GeckosServer, hooks: GeckosPeerHooks): Promise<GeckosPeer> {
    const manager = server.connectionsManager;
    // The request and the response are for its own authorization hook, which is not used.
    const { connection: made } = await manager.createConnection(undefined, undefined as never, undefined as never);
    const connection = made && manager.getConnection(made.id);
    if (!connection) throw new Error("geckos.io made no connection.");
    manager.connections.delete(connection.id);
    await gathered(connection.peerConnection);
    const offer = connection.peerConnection.localDescription()?.sdp;
    if (offer === undefined) throw new Error("The connection made no offer.");
    return new GeckosPeer(offer, connection.peerConnection, connection.channel.dataChannel as never, hooks);
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get bufferedBytes(): number {
    return this.isOpen ? this.#channel.bufferedAmount() : 0;
  }

  /** Takes the client's answer. Returns false when the native parser refuses it. */
  answer(sdp: string): boolean {
    if (this.#state !== "waiting") return false;
    try {
      this.#connection.setRemoteDescription(sdp, "answer");
      return true;
    } catch {
      return false; // The parser's word on what a stranger wrote.
    }
  }

  send(frame: Uint8Array): boolean {
    if (!this.isOpen || frame.length === 0 || frame.length > MAX_DATAGRAM_BYTES) return false;
    try {
      if (this.#channel.bufferedAmount() > MAX_BUFFERED_BYTES) return false;
      this.#channel.sendMessageBinary(frame);
      return true;
    } catch {
      return false; // It closed between the question and the send; `onClosed` is on its way.
    }
  }

  keepAlive(): boolean {
    return this.send(KEEP_ALIVE);
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    // Not from inside one of their own callbacks, which closing destroys.
    setImmediate(() => {
      this.#channel.close();
      this.#connection.close();
      this.#hooks.onClosed(this);
      for (const listener of this.#closeListeners) listener();
    });
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.#frameListeners.push(listener);
  }

  onKeepAlive(listener: () => void): void {
    this.#keepAliveListeners.push(listener);
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener);
  }

  #open(): void {
    if (this.#state !== "waiting") return;
    this.#state = "open";
    this.#hooks.onOpen(this);
  }

  #take(message: unknown): void {
    // The native library says "open" and "message" by different ways, and the message may be faster.
    if (this.#state === "waiting") this.#open();
    if (!this.isOpen) return;
    const verdict = this.#gate.judge(message, this.#hooks.now());
    if (verdict === "frame") {
      for (const listener of this.#frameListeners) listener(message as Uint8Array);
    } else if (verdict === "keep-alive") {
      for (const listener of this.#keepAliveListeners) listener();
    } else {
      this.#hooks.onDropped(verdict);
      if (this.#gate.isExhausted) this.close();
    }
  }
}

/** Resolves when every address of this machine is in the offer. */
function gathered(connection: PeerConnection): Promise<void> {
  if (connection.gatheringState() === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timeout = setTimeout(resolve, GATHERING_TIMEOUT_MS);
    connection.onGatheringStateChange((state) => {
      if (state !== "complete") return;
      clearTimeout(timeout);
      resolve();
    });
  });
}
