// One WebRTC peer as a datagram channel: made by geckos.io, read and closed by us.
import WebRTCConnection from "@geckos.io/server/lib/wrtc/webrtcConnection.js";
import type { DataChannel, PeerConnection, RtcConfig } from "node-datachannel";
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

/** As geckos.io's clients look for it. */
const LABEL = "geckos.io";

/**
 * A peer from its offer to its end.
 *
 * geckos.io makes the connection. What its server class would add is left out: it reads text messages as events (a client's
 * `{"disconnect":1}` is one, and `null` ends the process), rejects without a listener when states arrive in an unlucky
 * order, polls for its offer, and has no way to say how much SCTP may queue.
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

  /** Makes a peer and its offer. Rejects when it could not. */
  static async create(id: string, config: RtcConfig, hooks: GeckosPeerHooks): Promise<GeckosPeer> {
    const connection = await new WebRTCConnection(id, config, new Map(), undefined).init();
    const gathering = gathered(connection);
    const channel = connection.createDataChannel(LABEL, { unordered: true, maxRetransmits: 0 });
    await gathering;
    const offer = connection.localDescription()?.sdp;
    if (offer !== undefined) return new GeckosPeer(offer, connection, channel, hooks);
    connection.close();
    throw new Error("The connection made no offer.");
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
  return new Promise((resolve) => {
    const timeout = setTimeout(resolve, GATHERING_TIMEOUT_MS);
    connection.onGatheringStateChange((state) => {
      if (state !== "complete") return;
      clearTimeout(timeout);
      resolve();
    });
  });
}
