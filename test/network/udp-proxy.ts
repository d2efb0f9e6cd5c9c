// A UDP proxy on loopback that does to datagrams what a network would, for any client and server that do not know it.
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { Alarm, clockMs } from "./alarm.ts";
import { requireRange } from "./link-conditions.ts";
import type { LinkCounters } from "./link-model.ts";
import { type Address, LOOPBACK_HOST, requireLoopback, requirePort } from "./loopback.ts";
import { type Links, NetworkPath } from "./network-path.ts";
import type { Direction, Profile, ProfileName } from "./profiles.ts";
import { TimeQueue } from "./time-queue.ts";

/** The most clients one proxy serves at once; datagrams of further ones are counted and dropped. */
export const MAX_UDP_CLIENTS = 1_024;

/** The most datagrams one proxy holds on their way; what comes on top is counted and dropped. */
export const MAX_DATAGRAMS_ON_THE_WAY = 65_536;

/** A client that sends and gets nothing for this long is forgotten, in milliseconds, unless `idleMs` says otherwise. */
export const DEFAULT_IDLE_MS = 60_000;

/** What a datagram adds on the wire, in bytes: IPv4 and UDP headers. */
export const DATAGRAM_HEADER_BYTES = 28;

/** What a {@link UdpProxy} is made from. */
export interface UdpProxyOptions {
  /** Where datagrams go to. Loopback only. */
  readonly target: { readonly host?: string; readonly port: number };
  /** Where the proxy listens; port 0 (the default) lets the system choose. Loopback only. */
  readonly listen?: { readonly host?: string; readonly port?: number };
  readonly profile: ProfileName | Profile;
  /** Decides every loss and delay: 0 to 2³² - 1. */
  readonly seed: number;
  /** At most {@link MAX_UDP_CLIENTS}, which is also the default. */
  readonly maxClients?: number;
  readonly idleMs?: number;
}

/** What a UDP proxy did so far; `up` and `down` count datagrams and their bytes with headers. */
export interface UdpProxyCounters {
  readonly clients: number;
  readonly clientsRefused: number;
  readonly clientsExpired: number;
  /** Datagrams dropped because {@link MAX_DATAGRAMS_ON_THE_WAY} were already held. */
  readonly overflowed: number;
  /** Datagrams the system would not send. */
  readonly failed: number;
  readonly up: LinkCounters;
  readonly down: LinkCounters;
}

interface Client {
  readonly address: Address;
  readonly upstream: Socket;
  readonly links: Links;
  seenMs: number;
  isGone: boolean;
}

interface Datagram {
  readonly client: Client;
  readonly direction: Direction;
  readonly bytes: Buffer;
}

/**
 * Passes datagrams between clients and one target, through a link model for each direction of each client. Each client
 * has a socket of its own towards the target, as behind a NAT, and links of its own, as behind an access line.
 * Made by {@link startUdpProxy}.
 */
export class UdpProxy {
  readonly #target: Address;
  readonly #socket: Socket;
  readonly #path: NetworkPath;
  readonly #clients = new Map<string, Client>();
  readonly #onTheWay = new TimeQueue<Datagram>(MAX_DATAGRAMS_ON_THE_WAY);
  readonly #alarm = new Alarm(() => this.#pass());
  readonly #idleMs: number;
  readonly #idleTimer: NodeJS.Timeout;
  readonly #maxClients: number;
  readonly #counts = { clientsRefused: 0, clientsExpired: 0, overflowed: 0, failed: 0 };
  #closing: Promise<void> | undefined;

  /** Takes over a bound socket; use {@link startUdpProxy}. */
  constructor(options: UdpProxyOptions, socket: Socket, target: Address) {
    this.#socket = socket;
    this.#target = target;
    this.#path = new NetworkPath(options);
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
    this.#maxClients = options.maxClients ?? MAX_UDP_CLIENTS;
    requireRange("idleMs", this.#idleMs, 1, 3_600_000);
    requireRange("maxClients", this.#maxClients, 1, MAX_UDP_CLIENTS);
    socket.on("message", (bytes, from) => this.#fromClient(bytes, from));
    socket.on("error", () => this.#countFailure());
    this.#idleTimer = setInterval(() => this.#expire(), Math.max(1, this.#idleMs / 4));
  }

  /** Where clients send to. */
  get address(): Address {
    const { address, port } = this.#socket.address();
    return { host: address, port };
  }

  /** Puts another profile in force for every client, from the next datagram on. */
  setProfile(next: ProfileName | Profile): void {
    this.#path.setProfile(next);
  }

  /** Drops every datagram sent in the next `lengthMs`, both ways or one, of clients that are here and that come. */
  blackout(lengthMs: number, directions?: readonly Direction[]): void {
    this.#path.blackout(lengthMs, directions);
  }

  /** Drops every datagram from now on, both ways or one, until {@link unblock}: what a firewall does to UDP. */
  block(directions?: readonly Direction[]): void {
    this.#path.block(directions);
  }

  /** Ends {@link block}, both ways or one. */
  unblock(directions?: readonly Direction[]): void {
    this.#path.unblock(directions);
  }

  /** What the proxy did so far, clients that have gone included. */
  counters(): UdpProxyCounters {
    return { clients: this.#clients.size, ...this.#counts, ...this.#path.counters() };
  }

  /** Ends the proxy: what is on its way is lost, every socket is closed, no timer is left. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    clearInterval(this.#idleTimer);
    this.#alarm.close();
    this.#onTheWay.clear();
    const closed = [once(this.#socket, "close")];
    for (const [key, client] of this.#clients) {
      closed.push(once(client.upstream, "close"));
      this.#forget(key, client);
    }
    this.#socket.close();
    await Promise.all(closed);
  }

  #fromClient(bytes: Buffer, from: RemoteInfo): void {
    const key = `${from.address} ${from.port}`;
    const client = this.#clients.get(key) ?? this.#admit(key, from);
    if (client === undefined) this.#counts.clientsRefused += 1;
    else this.#offer({ client, direction: "up", bytes });
  }

  #admit(key: string, from: RemoteInfo): Client | undefined {
    if (this.#clients.size >= this.#maxClients) return undefined;
    const isSix = isIPv6(this.#target.host);
    const upstream = createSocket(isSix ? "udp6" : "udp4");
    const address = { host: from.address, port: from.port };
    const client = { address, upstream, links: this.#path.createLinks(), seenMs: clockMs(), isGone: false };
    this.#clients.set(key, client);
    upstream.on("message", (bytes, sender) => {
      const isTarget = sender.port === this.#target.port && sender.address === this.#target.host;
      if (isTarget) this.#offer({ client, direction: "down", bytes });
    });
    upstream.on("error", () => this.#countFailure());
    // Bound to loopback: an unbound socket would take datagrams from every interface.
    upstream.bind(0, isSix ? "::1" : LOOPBACK_HOST);
    return client;
  }

  #offer(datagram: Datagram): void {
    const nowMs = clockMs();
    const { client, direction, bytes } = datagram;
    client.seenMs = nowMs;
    const outcome = client.links[direction].offer(bytes.length + DATAGRAM_HEADER_BYTES, nowMs);
    if (!outcome.isDelivered) return;
    for (const atMs of outcome.arrivalsMs) {
      if (!this.#onTheWay.add(atMs, datagram)) this.#counts.overflowed += 1;
    }
    this.#pass();
  }

  #pass(): void {
    const nowMs = clockMs();
    for (let due = this.#onTheWay.takeDue(nowMs); due !== undefined; due = this.#onTheWay.takeDue(nowMs)) {
      this.#send(due.item);
    }
    this.#alarm.set(this.#onTheWay.nextMs);
  }

  #send({ client, direction, bytes }: Datagram): void {
    if (client.isGone) return;
    const onSent = (error: Error | null): void => {
      if (error !== null && !client.isGone) this.#countFailure();
    };
    if (direction === "up") client.upstream.send(bytes, this.#target.port, this.#target.host, onSent);
    else this.#socket.send(bytes, client.address.port, client.address.host, onSent);
  }

  #expire(): void {
    const deadlineMs = clockMs() - this.#idleMs;
    for (const [key, client] of this.#clients) {
      if (client.seenMs > deadlineMs) continue;
      this.#counts.clientsExpired += 1;
      this.#forget(key, client);
    }
  }

  #forget(key: string, client: Client): void {
    this.#clients.delete(key);
    this.#path.release(client.links);
    client.isGone = true;
    client.upstream.close();
  }

  #countFailure(): void {
    this.#counts.failed += 1;
  }
}

/**
 * Starts a UDP proxy. Throws a RangeError for an address that is not loopback or a figure out of range, and rejects with
 * the system's error when the port is taken.
 */
export async function startUdpProxy(options: UdpProxyOptions): Promise<UdpProxy> {
  const target = {
    host: requireLoopback("target.host", options.target.host ?? LOOPBACK_HOST),
    port: requirePort("target.port", options.target.port, 1),
  };
  const host = requireLoopback("listen.host", options.listen?.host ?? LOOPBACK_HOST);
  const port = requirePort("listen.port", options.listen?.port ?? 0);
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
  try {
    const listening = once(socket, "listening");
    socket.bind(port, host);
    await listening;
    return new UdpProxy(options, socket, target);
  } catch (error) {
    socket.close();
    throw error;
  }
}
