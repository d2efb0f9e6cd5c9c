// Datagrams in memory, for tests: nothing moves until the test says so, and what is on its way is the test's to lose.
import type { Connection, SignalledPeer } from "../connection-book.ts";
import { KEEP_ALIVE_BYTE, MAX_BUFFERED_BYTES, MAX_DATAGRAM_BYTES } from "../datagram-channel.ts";
import { FrameGate } from "../frame-gate.ts";
import { type PeerHooks, SignalledDatagrams } from "../signalled-datagrams.ts";
import type { TestClient } from "./test-client.ts";

/** An answer that the guard takes; memory peers do not look at it. */
const ANSWER = [
  "a=ice-ufrag:abcd",
  "a=ice-pwd:abcdefghijklmnopqrstuv",
  `a=fingerprint:sha-256 ${Array(32).fill("00").join(":")}`,
  "a=setup:passive",
  "",
].join("\r\n");

/** What a protocol takes before anything waits; bytes. */
const PROTOCOL_BYTES = 4 * MAX_DATAGRAM_BYTES;

/** The server's end of one pair. */
export class MemoryPeer implements SignalledPeer {
  readonly offer = "v=0\r\na=setup:actpass\r\n";
  readonly gone: Promise<void>;
  /** Frames on their way to the client, in order: reorder, double or drop them before `flush()`. */
  readonly toClient: Uint8Array[] = [];
  /** The same towards the server. */
  readonly toServer: (Uint8Array | string)[] = [];
  readonly client: MemoryClient = new MemoryClient(this);
  /** True: the handshake never ends. */
  isMute = false;
  readonly #hooks: PeerHooks<MemoryPeer>;
  readonly #gate = new FrameGate();
  readonly #frameListeners: ((frame: Uint8Array) => void)[] = [];
  readonly #keepAliveListeners: (() => void)[] = [];
  readonly #closeListeners: (() => void)[] = [];
  readonly #resolveGone: () => void;
  #state: "waiting" | "answered" | "open" | "closing" | "closed" = "waiting";

  constructor(hooks: PeerHooks<MemoryPeer>) {
    this.#hooks = hooks;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    this.#resolveGone = resolve;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get bufferedBytes(): number {
    const onTheWay = this.toClient.reduce((sum, frame) => sum + frame.length, 0);
    return Math.max(0, onTheWay - PROTOCOL_BYTES);
  }

  answer(): boolean {
    if (this.#state !== "waiting") return false;
    this.#state = "answered";
    return true;
  }

  send(frame: Uint8Array): boolean {
    if (!this.isOpen || frame.length === 0 || frame.length > MAX_DATAGRAM_BYTES) return false;
    if (this.bufferedBytes > MAX_BUFFERED_BYTES) return false;
    this.toClient.push(frame.slice());
    return true;
  }

  keepAlive(): boolean {
    return this.send(Uint8Array.of(KEEP_ALIVE_BYTE));
  }

  close(): void {
    if (this.#state === "closing" || this.#state === "closed") return;
    this.#state = "closing";
    this.#resolveGone();
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

  /** Delivers everything that is on its way, and what has been opened or closed. */
  flush(): void {
    if (this.#state === "answered" && !this.isMute) {
      this.#state = "open";
      this.#hooks.onOpen(this);
    }
    for (const frame of this.toClient.splice(0)) this.client.take(frame);
    for (const message of this.toServer.splice(0)) this.#take(message);
    if (this.#state !== "closing") return;
    this.#state = "closed";
    this.#hooks.onClosed(this);
    for (const listener of this.#closeListeners) listener();
  }

  #take(message: Uint8Array | string): void {
    if (!this.isOpen) return;
    const verdict = this.#gate.judge(message, this.#hooks.now());
    if (verdict === "frame") for (const listener of this.#frameListeners) listener(message as Uint8Array);
    else if (verdict === "keep-alive") for (const listener of this.#keepAliveListeners) listener();
    else {
      this.#hooks.onDropped(verdict);
      if (this.#gate.isExhausted) this.close();
    }
  }
}

/** The client's end of one pair. It answers keep-alives as a real one does. */
export class MemoryClient implements TestClient {
  readonly frames: Uint8Array[] = [];
  readonly #peer: MemoryPeer;

  constructor(peer: MemoryPeer) {
    this.#peer = peer;
  }

  get isOpen(): boolean {
    return this.#peer.isOpen;
  }

  send(message: Uint8Array | string): void {
    if (this.isOpen) this.#peer.toServer.push(typeof message === "string" ? message : message.slice());
  }

  close(): void {
    this.#peer.close();
  }

  /** What the pair delivers. */
  take(frame: Uint8Array): void {
    if (frame.length === 1 && frame[0] === KEEP_ALIVE_BYTE) this.send(frame);
    else this.frames.push(frame);
  }
}

/** A datagram server whose clients are made by `connect()`. */
export class MemoryDatagrams extends SignalledDatagrams<MemoryPeer> {
  /** Every pair that was ever made, oldest first. */
  readonly pairs: MemoryPeer[];
  /** Milliseconds; the test's to move. */
  readonly clock: { nowMs: number };

  constructor() {
    const pairs: MemoryPeer[] = [];
    const clock = { nowMs: 0 };
    super({
      createPeer: async (hooks) => {
        const peer = new MemoryPeer(hooks);
        pairs.push(peer);
        return peer;
      },
      createId: () => String(pairs.length).padStart(24, "0"),
      now: () => clock.nowMs,
    });
    this.pairs = pairs;
    this.clock = clock;
  }

  /** Goes through signalling as a client does, and opens. Rejects when it is refused. */
  async connect(ticket: string, address = "192.0.2.1"): Promise<MemoryClient> {
    const headers = { Authorization: `Bearer ${ticket}` };
    const root = "http://server/.wrtc/v2/connections";
    const offered = await this.handle(new Request(root, { method: "POST", headers }), address);
    if (!offered?.ok) throw new Error(`No connection: ${offered?.status}.`);
    const { id } = (await offered.json()) as Pick<Connection, "id">;
    const pair = this.pairs.at(-1)!;
    const body = JSON.stringify({ type: "answer", sdp: ANSWER });
    await this.handle(new Request(`${root}/${id}/remote-description`, { method: "POST", headers, body }), address);
    pair.flush();
    return pair.client;
  }

  /** Delivers everything on every pair, until nothing is on its way. */
  flush(): void {
    for (const pair of this.pairs)
      do pair.flush();
      while (pair.isOpen && pair.toClient.length + pair.toServer.length > 0);
  }
}
