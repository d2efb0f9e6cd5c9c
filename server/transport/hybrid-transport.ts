// Colyseus' WebSocket transport with our checks around it, and a datagram channel beside each connection.
import type { IncomingMessage, Server } from "node:http";
import { CloseCode, connectClientToRoom, createAuthContext, matchMaker } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { type AnyGameRoom, GameRoom } from "../../rooms/kit/index.ts";
import type { GameMetrics } from "../ops/metrics.ts";
import type { DatagramMode } from "./datagrams/channel-policy.ts";
import type { DatagramServer } from "./datagrams/datagram-channel.ts";
import { FrameDoor } from "./frame-door.ts";
import { HybridClient } from "./hybrid-client.ts";
import { type InputWire, inputWireOf } from "./input-wire.ts";
import { LeanWebSocket } from "./websocket/lean-web-socket.ts";

/**
 * A peer of which nothing at all is heard is ended after this many intervals of this length, and up to one more. On a link that
 * loses a fifth of its packets, TCP's repeats come 0.4, 1.3, 3, 7 and 14 s after the first loss: with 6 s, two of
 * seven runs of half a minute on such a link, which lived, were ended.
 */
const HEARTBEAT = { intervalMs: 3_000, retries: 4 } as const;
const MAX_FRAME_BYTES = 4 * 1024;
const DEFAULT_TICK_HZ = 30;
/** RFC 6455, section 7.4.1. */
const POLICY_VIOLATION = 1008;
const SEAT_PATH = /^\/[A-Za-z0-9_-]+\/([A-Za-z0-9_-]+)$/;

/** What the transport counts. */
export type TransportMetrics = Pick<GameMetrics, "frames" | "refusedFrames">;

/** A seated connection and the door of its frames. */
interface Seated {
  readonly client: HybridClient;
  readonly door: FrameDoor;
}

/** The game port's way to clients: WebSockets over an HTTP server that its owner listens with, and datagrams when given. */
export class HybridTransport extends WebSocketTransport {
  readonly #metrics: TransportMetrics;
  readonly #mode: DatagramMode;
  readonly #seated = new Map<string, Seated>();
  readonly #doors = new WeakMap<HybridClient, FrameDoor>();
  #datagrams: DatagramServer | undefined;
  readonly #wires = new WeakMap<new () => object, InputWire>();

  /** `mode` is the deployment's word on datagrams; where it is `auto`, each room has its own. */
  constructor(server: Server, metrics: TransportMetrics, mode: DatagramMode) {
    super({
      server,
      WebSocket: LeanWebSocket,
      maxPayload: MAX_FRAME_BYTES,
      pingInterval: HEARTBEAT.intervalMs,
      pingMaxRetries: HEARTBEAT.retries,
    });
    this.#metrics = metrics;
    this.#mode = mode;
    this.wss.removeAllListeners("connection");
    this.wss.on("connection", (socket, request) => this.#accept(socket as unknown as LeanWebSocket, request));
  }

  /** Connections that are open now. */
  get connectionCount(): number {
    return this.wss.clients.size;
  }

  /** From now on clients that speak snapshots are offered a datagram channel. */
  useDatagrams(datagrams: DatagramServer): void {
    this.#datagrams = datagrams;
    datagrams.onChannel((sessionId, channel) => {
      const seated = this.#seated.get(sessionId);
      if (seated) seated.client.link.attach(channel, (frame) => seated.door.fromDatagram(frame, performance.now()));
      else channel.close();
    });
  }

  /**
   * Ends who has said nothing for a whole heartbeat and then does not answer pings either. Who plays is heard all the time
   * and is never asked. Colyseus calls it when the server listens.
   */
  protected override autoTerminateUnresponsiveClients(intervalMs: number, retries: number): void {
    this["pingInterval"] = setInterval(() => {
      const nowMs = performance.now();
      for (const socket of this.wss.clients as unknown as Set<LeanWebSocket>) {
        const silentMs = nowMs - socket.heardMs;
        if (silentMs > (retries + 1) * intervalMs) socket.terminate();
        else if (silentMs > intervalMs) socket.ping();
      }
    }, intervalMs);
  }

  async #accept(socket: LeanWebSocket, request: IncomingMessage): Promise<void> {
    socket.on("error", () => socket.terminate());
    const seat = seatOf(request);
    if (!seat) return socket.close(POLICY_VIOLATION, "Ask for a seat first.");
    const room = matchMaker.getLocalRoomById(seat.roomId);
    const client = this.#seat(seat.sessionId, socket, room instanceof GameRoom ? room : undefined);
    const context = createAuthContext({
      headers: request.headers as Record<string, string | undefined>,
      ...(request.socket.remoteAddress ? { remoteAddress: request.socket.remoteAddress } : {}),
    });
    try {
      await connectClientToRoom(room, client, context, {
        ...(seat.reconnectionToken ? { reconnectionToken: seat.reconnectionToken } : {}),
        skipHandshake: seat.skipHandshake,
      });
    } catch (error) {
      const { code, message } = error as { code?: number; message?: string };
      client.error(code ?? 0, message ?? "", () =>
        socket.close(seat.reconnectionToken ? CloseCode.FAILED_TO_RECONNECT : CloseCode.WITH_ERROR),
      );
    }
  }

  /** The shape of a room's inputs, worked out once a class. */
  #wireOf(room: AnyGameRoom): InputWire | undefined {
    const declared = room.inputDeclaration;
    if (!declared) return undefined;
    let wire = this.#wires.get(declared.type);
    if (!wire) {
      wire = inputWireOf(declared.type, declared.hasTwoStamps);
      this.#wires.set(declared.type, wire);
    }
    return wire;
  }

  /** Puts a door before every listener of the socket: no frame reaches one but through it. */
  #seat(sessionId: string, socket: LeanWebSocket, room: AnyGameRoom | undefined): HybridClient {
    const datagrams = this.#datagrams;
    const client = new HybridClient({
      sessionId,
      socket,
      metrics: this.#metrics,
      tickHz: room?.tickHz ?? DEFAULT_TICK_HZ,
      mode: this.#mode === "auto" ? (room?.datagrams ?? "auto") : this.#mode,
      issueTicket: datagrams && (() => this.#ticketFor(sessionId, client, datagrams)),
    });
    const { link } = client;
    const door = new FrameDoor({
      metrics: this.#metrics,
      sessionId,
      room,
      wire: room && this.#wireOf(room),
      onAbuse: () => socket.close(POLICY_VIOLATION, "Too many malformed frames."),
      onChannelRequest: () => link.requestChannel(),
    });
    socket.onFrame = (frame, isBinary, nowMs) => {
      const verdict = door.fromWebSocket(frame, isBinary, nowMs);
      if (verdict !== "refused") link.onHeard("websocket", nowMs);
      return verdict === "colyseus";
    };
    this.#doors.set(client, door);
    return client;
  }

  /**
   * A ticket for the connection that is seated now. Whoever asks for one has been sent snapshots, so it holds the seat; a
   * connection that was replaced by a newer one of the same session loses its channel to it.
   */
  #ticketFor(sessionId: string, client: HybridClient, datagrams: DatagramServer): string {
    const door = this.#doors.get(client)!;
    this.#seated.set(sessionId, { client, door });
    client.ref.once("close", () => {
      if (this.#seated.get(sessionId)?.client !== client) return;
      this.#seated.delete(sessionId);
      datagrams.revoke(sessionId);
    });
    return datagrams.issueTicket(sessionId);
  }
}

/** The seat that an upgrade request claims: `/{processId}/{roomId}?sessionId=…`. */
function seatOf(request: IncomingMessage) {
  if (!URL.canParse(request.url ?? "", "ws://server")) return undefined;
  const { pathname, searchParams } = new URL(request.url ?? "", "ws://server");
  const roomId = SEAT_PATH.exec(pathname)?.[1];
  const sessionId = searchParams.get("sessionId");
  if (!roomId || !sessionId) return undefined;
  return {
    roomId,
    sessionId,
    reconnectionToken: searchParams.get("reconnectionToken"),
    skipHandshake: searchParams.has("skipHandshake"),
  };
}
