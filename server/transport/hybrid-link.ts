// The way to one client: over its WebSocket from the start, and over datagrams when they serve better.
import { encodeControl } from "../../shared/netcode/index.ts";
import { ChannelPolicy, type DatagramMode, type FastChannel } from "./datagrams/channel-policy.ts";
import type { DatagramChannel } from "./datagrams/datagram-channel.ts";
import type { TransportMetrics } from "./hybrid-transport.ts";
import type { LeanWebSocket } from "./websocket/lean-web-socket.ts";

/** Frames whose acknowledgement may still come. */
const RING_FRAMES = 64;
/** A client that lost its channel is given another ticket at most this often; ms. */
const OFFER_INTERVAL_MS = 5_000;

/** What a link has of its surroundings. */
export interface HybridLinkOptions {
  readonly socket: LeanWebSocket;
  readonly metrics: TransportMetrics;
  readonly mode: DatagramMode;
  /** Snapshots and inputs a second. */
  readonly tickHz: number;
  /** A channel ticket for this session; `undefined` when this process has no datagrams. */
  readonly issueTicket: (() => string) | undefined;
}

/**
 * Sends what a game sends all the time. It is apart from Colyseus' client object, which is slow to look into: Colyseus
 * deletes a field of it at the join, and from then on it is a dictionary to the engine.
 */
export class HybridLink {
  readonly #socket: LeanWebSocket;
  readonly #metrics: TransportMetrics;
  readonly #issueTicket: (() => string) | undefined;
  /** What chooses the channel; `undefined` where there is nothing to choose. */
  readonly #policy: ChannelPolicy | undefined;
  #channel: DatagramChannel | undefined;
  #offeredMs = Number.NEGATIVE_INFINITY;
  #isAsked = true;
  /** By which channel the snapshots of the last ticks were sent, if by any. */
  readonly #sentBy: (FastChannel | undefined)[] = [];

  constructor(options: HybridLinkOptions) {
    const { socket, metrics, issueTicket, mode, tickHz } = options;
    this.#socket = socket;
    this.#metrics = metrics;
    this.#issueTicket = issueTicket;
    if (issueTicket && mode !== "never") this.#policy = new ChannelPolicy(mode, tickHz);
  }

  /** The channel that fast frames take now. */
  get fastChannel(): FastChannel {
    return this.#policy?.channel(performance.now()) ?? "websocket";
  }

  /** Sends what may be dropped. It never is on a WebSocket, so a client without datagrams misses nothing. */
  sendUnreliable(frame: Uint8Array): void {
    if (this.fastChannel !== "datagram") this.sendReliable(frame);
    else this.#sendDatagram(frame);
  }

  /** Sends a frame that must arrive, in order; the socket copies it. */
  sendReliable(frame: Uint8Array): void {
    this.#metrics.frames.count("out", "websocket", frame.byteLength);
    this.#socket.send(frame);
  }

  /** Counts a frame of `bytes` bytes that went by the WebSocket another way. */
  countSent(bytes: number): void {
    this.#metrics.frames.count("out", "websocket", bytes);
  }

  /**
   * Sends the snapshot of `tick` by the channel that serves better now. A data channel that cannot take it now loses it: the
   * next one is on its way, and piled onto the WebSocket it would only come late.
   */
  sendFast(frame: Uint8Array, tick: number): void {
    const policy = this.#policy;
    if (!policy) {
      this.sendReliable(frame);
      return;
    }
    const nowMs = performance.now();
    this.offerChannel(nowMs);
    const channel = policy.channel(nowMs);
    if (channel === "websocket") this.sendReliable(frame);
    const isDatagram = (channel === "datagram" || policy.isCopied(nowMs)) && this.#sendDatagram(frame);
    if (isDatagram) policy.onSent(nowMs, "datagram");
    if (channel === "websocket") policy.onSent(nowMs, "websocket");
    this.#sentBy[tick % RING_FRAMES] = channel === "websocket" || isDatagram ? channel : undefined;
    if (policy.claimKeepAlive(nowMs)) this.#channel?.keepAlive();
  }

  /** The client has acknowledged the snapshot of `tick`, for the first time, `rttMs` after it was sent. */
  onAcknowledged(tick: number, rttMs: number): void {
    const channel = this.#sentBy[tick % RING_FRAMES];
    if (channel) this.#policy?.onAck(performance.now(), { rttMs, channel });
  }

  /** Anything of this client's came by `channel`. Its WebSocket may stall for seconds meanwhile, answers to pings and all. */
  onHeard(channel: FastChannel, nowMs: number = performance.now()): void {
    this.#socket.heardMs = nowMs;
    this.#policy?.onHeard(nowMs, channel);
  }

  /** Offers the client a datagram channel, unless it has one or was offered one a moment ago. */
  offerChannel(nowMs: number = performance.now()): void {
    const issueTicket = this.#issueTicket;
    if (!this.#isAsked || this.#channel || nowMs - this.#offeredMs < OFFER_INTERVAL_MS) return;
    if (!issueTicket || !this.#policy) return;
    this.#isAsked = false;
    this.#offeredMs = nowMs;
    this.sendReliable(encodeControl({ type: "channel-offer", ticket: issueTicket() }));
  }

  /** The client asks for another channel; it gets an offer when the last one is old enough. */
  requestChannel(): void {
    this.#isAsked = true;
    this.offerChannel();
  }

  /** The datagram channel is open; `onFrame` takes what it brings. Without a policy it is closed again: nothing would use it. */
  attach(channel: DatagramChannel, onFrame: (frame: Uint8Array) => void): void {
    const policy = this.#policy;
    if (!policy) {
      channel.close();
      return;
    }
    this.#channel = channel;
    policy.onChannelOpen(performance.now());
    channel.onFrame((frame) => {
      this.onHeard("datagram");
      onFrame(frame);
    });
    channel.onKeepAlive(() => {
      const nowMs = performance.now();
      this.#socket.heardMs = nowMs;
      policy.onKeepAlive(nowMs);
    });
    channel.onClose(() => {
      if (this.#channel !== channel) return;
      this.#channel = undefined;
      policy.onChannelClosed(performance.now());
    });
  }

  #sendDatagram(frame: Uint8Array): boolean {
    if (!this.#channel?.send(frame)) return false;
    this.#metrics.frames.count("out", "datagram", frame.byteLength);
    return true;
  }
}
