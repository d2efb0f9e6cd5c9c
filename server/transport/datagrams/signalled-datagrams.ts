// The guard around peers: tickets, caps, deadlines and counts. Whatever makes the peers, these rules are the same.
import { ChannelTickets, MAX_ATTEMPTS } from "./channel-tickets.ts";
import {
  ANSWER_DEADLINE_MS,
  type Connection,
  ConnectionBook,
  OPEN_DEADLINE_MS,
  type SignalledPeer,
} from "./connection-book.ts";
import type {
  DatagramChannel,
  DatagramServer,
  DatagramStats,
  DroppedFrameReason,
  SignallingRefusal,
} from "./datagram-channel.ts";
import { noDrops, noRefusals } from "./refusal-counts.ts";
import { answerFrom, offerFor, type PublicAddress } from "./session-description.ts";
import { readAnswer, readRequest, refuse, type SignallingRequest } from "./signalling.ts";

/** How often what is overdue is looked for; ms. */
const REAP_INTERVAL_MS = 1_000;
/** How long `close()` waits for peers that do not say that they are gone; ms. */
const GONE_TIMEOUT_MS = 2_000;

/** What a new peer reports to. */
export interface PeerHooks<Peer> {
  readonly now: () => number;
  readonly onOpen: (peer: Peer) => void;
  readonly onClosed: (peer: Peer) => void;
  readonly onDropped: (reason: DroppedFrameReason) => void;
}

/** What the guard needs. */
export interface SignalledDatagramsOptions<Peer extends SignalledPeer> {
  /** Rejects when there is no peer to be had. */
  readonly createPeer: (hooks: PeerHooks<Peer>) => Promise<Peer>;
  /** 24 letters and digits, different each time. */
  readonly createId: () => string;
  readonly now: () => number;
  readonly publicAddress?: PublicAddress;
  /** Gives back what peers shared. Called once, when every peer is gone. */
  readonly letGo?: () => void;
}

/** A datagram server whose peers come from `createPeer`. */
export class SignalledDatagrams<Peer extends SignalledPeer> implements DatagramServer {
  readonly #options: SignalledDatagramsOptions<Peer>;
  readonly #tickets = new ChannelTickets();
  readonly #book = new ConnectionBook<Peer>();
  readonly #listeners: ((sessionId: string, channel: DatagramChannel) => void)[] = [];
  readonly #counts = { opened: 0, closed: 0, reaped: 0 };
  readonly #refusals = noRefusals();
  readonly #drops = noDrops();
  /** Resolve when a peer is gone: of each that is being made, lives, or is closing. */
  readonly #lives = new Set<Promise<void>>();
  readonly #reaper: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  constructor(options: SignalledDatagramsOptions<Peer>) {
    this.#options = options;
    this.#reaper = setInterval(() => this.reap(), REAP_INTERVAL_MS);
    this.#reaper.unref();
  }

  get stats(): DatagramStats {
    return {
      openChannels: this.#book.openCount,
      connections: this.#book.size,
      tickets: this.#tickets.size,
      ...this.#counts,
      refusedSignalling: { ...this.#refusals },
      droppedFrames: { ...this.#drops },
    };
  }

  issueTicket(sessionId: string): string {
    return this.#tickets.issue(sessionId, this.#options.now());
  }

  onChannel(listener: (sessionId: string, channel: DatagramChannel) => void): void {
    this.#listeners.push(listener);
  }

  revoke(sessionId: string): void {
    this.#tickets.revoke(sessionId);
    const connection = this.#book.bySession(sessionId);
    if (connection) this.#end(connection);
  }

  async handle(request: Request, remoteAddress: string): Promise<Response | undefined> {
    const asked = readRequest(request);
    if (asked === undefined) return undefined;
    const answer = typeof asked === "string" ? asked : await this.#answer(asked, request, remoteAddress);
    if (typeof answer !== "string") return answer;
    this.#refusals[answer] += 1;
    return refuse(answer);
  }

  /** Ends what has waited past its deadline. Runs by itself every second. */
  reap(): void {
    const nowMs = this.#options.now();
    for (const connection of this.#book.overdue(nowMs)) {
      this.#counts.reaped += 1;
      this.#end(connection);
    }
    this.#tickets.forgetExpired(nowMs);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#reaper);
    for (const connection of [...this.#book]) this.#end(connection);
    let timeout: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timeout = setTimeout(resolve, GONE_TIMEOUT_MS);
    });
    await Promise.race([Promise.all(this.#lives), patience]);
    clearTimeout(timeout);
    this.#options.letGo?.();
  }

  async #answer(
    asked: SignallingRequest,
    request: Request,
    remoteAddress: string,
  ): Promise<Response | SignallingRefusal> {
    if (this.#closing) return "closing";
    if (asked.step === "connect") return this.#connect(asked.ticket, remoteAddress);
    const connection = this.#book.byId(asked.connectionId);
    // One refusal for both, so that nobody learns which connections there are.
    if (!connection || connection.ticket !== asked.ticket) return "wrong_connection";
    if (asked.step === "close") {
      this.#end(connection);
      return Response.json({});
    }
    return this.#takeAnswer(connection, request);
  }

  /** Uses a ticket up and makes the peer that it allows. */
  async #connect(ticket: string, address: string): Promise<Response | SignallingRefusal> {
    const nowMs = this.#options.now();
    const admission = this.#tickets.check(ticket, nowMs);
    if (typeof admission === "string") return this.#book.hasUsed(ticket) ? "used_ticket" : admission;
    const { sessionId, attempt } = admission;
    const refusal = this.#book.refusal(sessionId, address);
    if (refusal) return refusal;
    this.revoke(sessionId);
    const connection: Connection<Peer> = {
      id: this.#options.createId(),
      sessionId,
      address,
      ticket,
      state: "making",
      deadlineMs: nowMs + ANSWER_DEADLINE_MS,
    };
    // Before anything is awaited: a second request with this ticket, or over a cap, must already see it.
    this.#book.add(connection);
    if (attempt < MAX_ATTEMPTS) connection.retryTicket = this.#tickets.issue(sessionId, nowMs, attempt + 1);
    const peer = await this.#makePeer(connection);
    if (!peer) return "failed";
    connection.state = "offered";
    return Response.json({
      id: connection.id,
      localDescription: { type: "offer", sdp: offerFor(peer.offer, this.#options.publicAddress) },
      userData: { retryTicket: connection.retryTicket },
    });
  }

  async #makePeer(connection: Connection<Peer>): Promise<Peer | undefined> {
    const making = this.#options.createPeer({
      now: this.#options.now,
      onOpen: () => this.#open(connection),
      onClosed: () => this.#end(connection),
      onDropped: (reason) => {
        this.#drops[reason] += 1;
      },
    });
    this.#outlive(making);
    const peer = await making.catch(() => undefined); // The caller counts it; the native library has no more to say.
    // Revoked, reaped or replaced while it was being made.
    if (peer && this.#book.byId(connection.id) !== connection) {
      peer.close();
      return undefined;
    }
    if (peer) connection.peer = peer;
    else this.#end(connection);
    return peer;
  }

  /** Makes `close()` wait for this peer. */
  #outlive(making: Promise<Peer>): void {
    const life = making.then(
      ({ gone }) => gone,
      () => undefined, // There is nothing to wait for.
    );
    this.#lives.add(life);
    void life.then(() => this.#lives.delete(life));
  }

  async #takeAnswer(connection: Connection<Peer>, request: Request): Promise<Response | SignallingRefusal> {
    if (connection.state !== "offered") return "already_answered";
    connection.state = "answered";
    connection.deadlineMs = this.#options.now() + OPEN_DEADLINE_MS;
    const body = await readAnswer(request);
    const sdp = typeof body === "string" ? undefined : answerFrom(body.sdp);
    if (sdp !== undefined && connection.peer?.answer(sdp)) return Response.json({});
    this.#end(connection);
    return typeof body === "string" ? body : "malformed";
  }

  #open(connection: Connection<Peer>): void {
    if (this.#book.byId(connection.id) !== connection || !connection.peer) return;
    connection.state = "open";
    this.#counts.opened += 1;
    if (connection.retryTicket) this.#tickets.void(connection.retryTicket);
    for (const listener of this.#listeners) listener(connection.sessionId, connection.peer);
  }

  #end(connection: Connection<Peer>): void {
    if (this.#book.byId(connection.id) !== connection) return;
    this.#book.remove(connection);
    if (connection.state === "open") this.#counts.closed += 1;
    connection.peer?.close();
  }
}
