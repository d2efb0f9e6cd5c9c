// One client over two channels: what must arrive goes by the WebSocket, what the next frame replaces by the better one.
import { encodeControl } from "../../shared/netcode/index.ts";
import { ChannelPolicy, type DatagramMode, type FastChannel } from "./datagrams/channel-policy.ts";
import type { DatagramChannel } from "./datagrams/datagram-channel.ts";
import { GuardedClient } from "./guarded-client.ts";
import type { TransportMetrics } from "./hybrid-transport.ts";
import type { LeanWebSocket } from "./websocket/lean-web-socket.ts";

/** Frames whose acknowledgement may still come. */
const RING_FRAMES = 64;
/** A client that lost its channel is given another ticket at most this often; ms. */
const OFFER_INTERVAL_MS = 5_000;

/** What a hybrid client has of its surroundings. */
export interface HybridClientOptions {
  readonly sessionId: string;
  readonly socket: LeanWebSocket;
  readonly metrics: TransportMetrics;
  readonly mode: DatagramMode;
  /** Snapshots and inputs a second. */
  readonly tickHz: number;
  /** A channel ticket for this session; `undefined` when this process has no datagrams. */
  readonly issueTicket: (() => string) | undefined;
}

/** A client that plays over its WebSocket from the start, and over datagrams when they serve better. */
export class HybridClient extends GuardedClient {
  readonly #options: HybridClientOptions;
  readonly #policy: ChannelPolicy;
  #channel: DatagramChannel | undefined;
  #offeredMs = Number.NEGATIVE_INFINITY;
  #isAsked = true;
  readonly #sentTick = new Float64Array(RING_FRAMES).fill(-1);
  readonly #sentMs = new Float64Array(RING_FRAMES);
  readonly #sentBy: FastChannel[] = new Array(RING_FRAMES).fill("websocket");

  constructor(options: HybridClientOptions) {
    super(options.sessionId, options.socket, options.metrics);
    this.#options = options;
    this.#policy = new ChannelPolicy(options.issueTicket ? options.mode : "never", options.tickHz);
  }

  /** The channel that fast frames take now. */
  get fastChannel(): FastChannel {
    return this.#policy.channel(performance.now());
  }

  /** Sends what may be dropped. It never is on a WebSocket, so a client without datagrams misses nothing. */
  rawUnreliable(frame: Uint8Array): void {
    if (this.fastChannel !== "datagram") this.raw(frame);
    else this.#sendDatagram(frame);
  }

  /**
   * Sends the snapshot of `tick` by the channel that serves better now. A data channel that cannot take it now loses it: the
   * next one is on its way, and piled onto the WebSocket it would only come late.
   */
  sendFast(frame: Uint8Array, tick: number): void {
    const nowMs = performance.now();
    this.offerChannel(nowMs);
    const channel = this.#policy.channel(nowMs);
    if (channel === "websocket") this.raw(frame);
    const isDatagram = (channel === "datagram" || this.#policy.isCopied(nowMs)) && this.#sendDatagram(frame);
    if (isDatagram) this.#policy.onSent(nowMs, "datagram");
    if (channel === "websocket") this.#policy.onSent(nowMs, "websocket");
    if (channel === "websocket" || isDatagram) this.#noteSent(tick, nowMs, channel);
    if (this.#policy.claimKeepAlive(nowMs)) this.#channel?.keepAlive();
  }

  /** The client has acknowledged the snapshot of `tick`, for the first time. */
  onAcknowledged(tick: number): void {
    const place = tick % RING_FRAMES;
    if (this.#sentTick[place] !== tick) return;
    const nowMs = performance.now();
    this.#policy.onAck(nowMs, { rttMs: nowMs - this.#sentMs[place]!, channel: this.#sentBy[place]! });
  }

  /** Anything of this client's came by `channel`. Its WebSocket may stall for seconds meanwhile, answers to pings and all. */
  onHeard(channel: FastChannel): void {
    this.#options.socket.heardMs = performance.now();
    this.#policy.onHeard(performance.now(), channel);
  }

  /** Offers the client a datagram channel, unless it has one or was offered one a moment ago. */
  offerChannel(nowMs: number = performance.now()): void {
    const { issueTicket, mode } = this.#options;
    if (!issueTicket || mode === "never" || this.#channel || nowMs - this.#offeredMs < OFFER_INTERVAL_MS) return;
    if (!this.#isAsked) return;
    this.#isAsked = false;
    this.#offeredMs = nowMs;
    this.raw(encodeControl({ type: "channel-offer", ticket: issueTicket() }));
  }

  /** The client asks for another channel; it gets an offer when the last one is old enough. */
  requestChannel(): void {
    this.#isAsked = true;
    this.offerChannel();
  }

  /** The datagram channel is open; `onFrame` takes what it brings. */
  attach(channel: DatagramChannel, onFrame: (frame: Uint8Array) => void): void {
    this.#channel = channel;
    this.#policy.onChannelOpen(performance.now());
    channel.onFrame((frame) => {
      this.onHeard("datagram");
      onFrame(frame);
    });
    channel.onKeepAlive(() => {
      this.#options.socket.heardMs = performance.now();
      this.#policy.onKeepAlive(performance.now());
    });
    channel.onClose(() => {
      if (this.#channel !== channel) return;
      this.#channel = undefined;
      this.#policy.onChannelClosed(performance.now());
    });
  }

  #noteSent(tick: number, nowMs: number, channel: FastChannel): void {
    const place = tick % RING_FRAMES;
    this.#sentTick[place] = tick;
    this.#sentMs[place] = nowMs;
    this.#sentBy[place] = channel;
  }

  #sendDatagram(frame: Uint8Array): boolean {
    if (!this.#channel?.send(frame)) return false;
    this.#options.metrics.frames.count("out", "datagram", frame.byteLength);
    return true;
  }
}
