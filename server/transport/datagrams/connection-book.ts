// The connections that signalling has begun, with the caps and deadlines that keep strangers from piling them up.
import type { DatagramChannel, SignallingRefusal } from "./datagram-channel.ts";

/** Connections of one process, open ones included: four times the players that one process serves well. */
export const MAX_CONNECTIONS = 1_024;
/** Connections of one address: a school or a cafe behind one router, not a botnet's worth. */
export const MAX_CONNECTIONS_PER_ADDRESS = 64;
/** Connections that are not open yet. Each holds a native peer with a key pair of its own, about 100 kB. */
export const MAX_PENDING = 128;
/** The same for one address. */
export const MAX_PENDING_PER_ADDRESS = 16;

/** A client answers in one round trip; ms. */
export const ANSWER_DEADLINE_MS = 5_000;
/** From the answer on, the handshake takes four round trips, and repeats lost packets after one, two and four seconds; ms. */
export const OPEN_DEADLINE_MS = 10_000;

/** A peer that signalling made. */
export interface SignalledPeer extends DatagramChannel {
  readonly offer: string;
  /** Resolves when nothing of it is left. */
  readonly gone: Promise<void>;
  /** False: the answer was not good. */
  answer(sdp: string): boolean;
}

/** One connection from the moment its ticket was used. */
export interface Connection<Peer extends SignalledPeer = SignalledPeer> {
  readonly id: string;
  readonly sessionId: string;
  readonly address: string;
  /** The ticket that began it, and that its further requests must show. */
  readonly ticket: string;
  /** The ticket for one more try, should this one fail. */
  retryTicket?: string;
  state: "making" | "offered" | "answered" | "open";
  deadlineMs: number;
  /** Missing while it is being made. */
  peer?: Peer;
}

/** Every connection, by its id and by its session; at most one a session. */
export class ConnectionBook<Peer extends SignalledPeer = SignalledPeer> {
  readonly #byId = new Map<string, Connection<Peer>>();
  readonly #bySession = new Map<string, Connection<Peer>>();

  get size(): number {
    return this.#byId.size;
  }

  get openCount(): number {
    return this.#count(({ state }) => state === "open");
  }

  [Symbol.iterator](): IterableIterator<Connection<Peer>> {
    return this.#byId.values();
  }

  byId(id: string): Connection<Peer> | undefined {
    return this.#byId.get(id);
  }

  bySession(sessionId: string): Connection<Peer> | undefined {
    return this.#bySession.get(sessionId);
  }

  /** Whether this ticket has begun a connection that is still here. */
  hasUsed(ticket: string): boolean {
    return this.#count((connection) => connection.ticket === ticket) > 0;
  }

  /** Why no connection may begin for this session and address now. The session's older one makes room for it. */
  refusal(sessionId: string, address: string): SignallingRefusal | undefined {
    const others = [...this.#byId.values()].filter((connection) => connection.sessionId !== sessionId);
    const near = others.filter((connection) => connection.address === address);
    if (near.length >= MAX_CONNECTIONS_PER_ADDRESS || near.filter(isPending).length >= MAX_PENDING_PER_ADDRESS)
      return "too_many_from_address";
    return others.length >= MAX_CONNECTIONS || others.filter(isPending).length >= MAX_PENDING ? "too_many" : undefined;
  }

  add(connection: Connection<Peer>): void {
    this.#byId.set(connection.id, connection);
    this.#bySession.set(connection.sessionId, connection);
  }

  /** Forgets a connection; does nothing when it was forgotten before. */
  remove(connection: Connection<Peer>): void {
    this.#byId.delete(connection.id);
    if (this.#bySession.get(connection.sessionId) === connection) this.#bySession.delete(connection.sessionId);
  }

  /** Those that have been waiting past their deadline. */
  overdue(nowMs: number): Connection<Peer>[] {
    return [...this.#byId.values()].filter((connection) => isPending(connection) && nowMs >= connection.deadlineMs);
  }

  #count(holds: (connection: Connection<Peer>) => boolean): number {
    let count = 0;
    for (const connection of this.#byId.values()) if (holds(connection)) count += 1;
    return count;
  }
}

function isPending({ state }: Connection): boolean {
  return state !== "open";
}
