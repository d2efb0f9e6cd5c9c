// A TCP proxy on loopback that does to a connection what a lossy path would: nothing is lost, and everything after a lost
// segment waits for it.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { requireRange } from "./link-conditions.ts";
import type { LinkCounters } from "./link-model.ts";
import { type Address, LOOPBACK_HOST, requireLoopback, requirePort } from "./loopback.ts";
import { NetworkPath } from "./network-path.ts";
import { DIRECTIONS, type Direction, type Profile, type ProfileName } from "./profiles.ts";
import { ProxiedConnection, type StreamCounters } from "./proxied-connection.ts";

/** The most connections one proxy carries at once; further ones are reset and counted. */
export const MAX_TCP_CONNECTIONS = 1_024;

/** What one direction of a connection may have on its way before its source is not read, in bytes, and the bounds of it. */
export const DEFAULT_BUFFER_BYTES = 262_144;
export const MAX_BUFFER_BYTES = 1_048_576;

/** What a {@link TcpProxy} is made from. */
export interface TcpProxyOptions {
  /** Where connections go to. Loopback only. */
  readonly target: { readonly host?: string; readonly port: number };
  /** Where the proxy listens; port 0 (the default) lets the system choose. Loopback only. */
  readonly listen?: { readonly host?: string; readonly port?: number };
  readonly profile: ProfileName | Profile;
  /** Decides every loss and delay: 0 to 2³² - 1. */
  readonly seed: number;
  /** At most {@link MAX_TCP_CONNECTIONS}, which is also the default. */
  readonly maxConnections?: number;
  /** From 1 to {@link MAX_BUFFER_BYTES}; {@link DEFAULT_BUFFER_BYTES} when left out. One read (64 KiB) may come on top. */
  readonly bufferBytes?: number;
}

/** What a TCP proxy did so far; `link` counts packets, acknowledgements included, and their bytes with headers. */
export interface TcpProxyCounters {
  readonly connections: number;
  readonly connectionsAccepted: number;
  readonly connectionsRefused: number;
  readonly up: StreamCounters & { readonly link: LinkCounters };
  readonly down: StreamCounters & { readonly link: LinkCounters };
}

/**
 * Carries connections to one target, each over a modelled lossy path of its own. Bytes always arrive whole and in order;
 * loss, delay, jitter and bandwidth show as time. Made by {@link startTcpProxy}.
 */
export class TcpProxy {
  readonly #options: TcpProxyOptions;
  readonly #target: Address;
  readonly #server: Server;
  readonly #path: NetworkPath;
  readonly #connections = new Set<ProxiedConnection>();
  readonly #past = { up: emptyStreamCounters(), down: emptyStreamCounters() };
  #accepted = 0;
  #refused = 0;
  #closing: Promise<void> | undefined;

  /** Takes over a server that is not listening yet; use {@link startTcpProxy}. */
  constructor(options: TcpProxyOptions, server: Server, target: Address) {
    this.#options = options;
    this.#target = target;
    this.#server = server;
    this.#path = new NetworkPath(options);
    requireRange("maxConnections", options.maxConnections ?? 1, 1, MAX_TCP_CONNECTIONS);
    requireRange("bufferBytes", options.bufferBytes ?? 1, 1, MAX_BUFFER_BYTES);
    server.on("connection", (socket) => this.#admit(socket));
  }

  /** Where clients connect to. */
  get address(): Address {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy is closed, and has no address.");
    return { host: address.address, port: address.port };
  }

  /** Puts another profile in force for every connection, from the next segment on. */
  setProfile(next: ProfileName | Profile): void {
    this.#path.setProfile(next);
  }

  /** Lets no segment through for `lengthMs`, both ways or one. The senders notice, back off, and repeat what was lost. */
  blackout(lengthMs: number, directions?: readonly Direction[]): void {
    this.#path.blackout(lengthMs, directions);
  }

  /**
   * Makes every connection half-open: neither side is told anything, and no segment passes until {@link restore}. What was
   * written meanwhile comes when the sender repeats it, which its doubling timeout can put off by as long again.
   */
  freeze(directions?: readonly Direction[]): void {
    this.#path.block(directions);
  }

  /** Ends {@link freeze}. A side that went meanwhile is missed when the other one next sends something. */
  restore(directions?: readonly Direction[]): void {
    this.#path.unblock(directions);
  }

  /** Resets both ends of every connection at once. New connections are accepted as before. */
  cut(): void {
    for (const connection of [...this.#connections]) connection.cut();
  }

  /** What the proxy did so far, connections that have gone included. */
  counters(): TcpProxyCounters {
    const link = this.#path.counters();
    const total = { up: { ...this.#past.up }, down: { ...this.#past.down } };
    for (const connection of this.#connections) addConnection(total, connection);
    return {
      connections: this.#connections.size,
      connectionsAccepted: this.#accepted,
      connectionsRefused: this.#refused,
      up: { ...total.up, link: link.up },
      down: { ...total.down, link: link.down },
    };
  }

  /** Ends the proxy: every connection is reset, no socket and no timer is left. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  #admit(client: Socket): void {
    const limit = this.#options.maxConnections ?? MAX_TCP_CONNECTIONS;
    if (this.#connections.size >= limit || this.#closing !== undefined) {
      this.#refused += 1;
      client.resetAndDestroy();
      return;
    }
    this.#accepted += 1;
    const links = this.#path.createLinks();
    const connection = new ProxiedConnection({
      client,
      target: this.#target,
      links,
      bufferBytes: this.#options.bufferBytes ?? DEFAULT_BUFFER_BYTES,
      onClosed: () => {
        this.#connections.delete(connection);
        this.#path.release(links);
        addConnection(this.#past, connection);
      },
    });
    this.#connections.add(connection);
  }
}

/**
 * Starts a TCP proxy. Throws a RangeError for an address that is not loopback or a figure out of range, and rejects with
 * the system's error when the port is taken.
 */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const target = {
    host: requireLoopback("target.host", options.target.host ?? LOOPBACK_HOST),
    port: requirePort("target.port", options.target.port, 1),
  };
  const host = requireLoopback("listen.host", options.listen?.host ?? LOOPBACK_HOST);
  const port = requirePort("listen.port", options.listen?.port ?? 0);
  const server = createServer({ allowHalfOpen: true });
  const proxy = new TcpProxy(options, server, target);
  const listening = once(server, "listening");
  server.listen(port, host);
  await listening;
  return proxy;
}

function addConnection(total: Record<Direction, StreamCounters>, connection: ProxiedConnection): void {
  for (const direction of DIRECTIONS) {
    const sum = total[direction];
    const { longestWaitMs, ...counts } = connection.counters(direction);
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) sum[key] += counts[key];
    sum.longestWaitMs = Math.max(sum.longestWaitMs, longestWaitMs);
  }
}

function emptyStreamCounters(): StreamCounters {
  return {
    acceptedBytes: 0,
    deliveredBytes: 0,
    longestWaitMs: 0,
    segments: 0,
    retransmissions: 0,
    timeouts: 0,
    probes: 0,
  };
}
