// Colyseus' WebSocket transport with our checks around it: every frame is judged before Colyseus sees it, and counted.
import type { IncomingMessage, Server } from "node:http";
import { CloseCode, connectClientToRoom, createAuthContext, matchMaker } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import type { WebSocket } from "ws";
import { type AnyGameRoom, GameRoom } from "../../rooms/kit/index.ts";
import type { GameMetrics } from "../ops/metrics.ts";
import { refuseFrame } from "./frame-guard.ts";
import { GuardedClient } from "./guarded-client.ts";
import { type InputWire, inputWireOf } from "./input-wire.ts";

/** A peer that stops answering is ended after about this many intervals of this length. */
const HEARTBEAT = { intervalMs: 3_000, retries: 2 } as const;
const MAX_FRAME_BYTES = 4 * 1024;
/** Refused frames a connection may send before it is closed: a bug shows, an attack does not pay. */
const MAX_REFUSED_FRAMES = 8;
/** RFC 6455, section 7.4.1. */
const POLICY_VIOLATION = 1008;
const SEAT_PATH = /^\/[A-Za-z0-9_-]+\/([A-Za-z0-9_-]+)$/;

/** What the transport counts. */
export type TransportMetrics = Pick<GameMetrics, "messages" | "bytes" | "refusedFrames">;

type HeartbeatSocket = WebSocket & { pingCount: number };

/** The game port's WebSocket side, over an HTTP server that its owner listens with. */
export class GuardedWebSocketTransport extends WebSocketTransport {
  readonly #metrics: TransportMetrics;
  readonly #wires = new WeakMap<new () => object, InputWire>();

  constructor(server: Server, metrics: TransportMetrics) {
    super({
      server,
      maxPayload: MAX_FRAME_BYTES,
      pingInterval: HEARTBEAT.intervalMs,
      pingMaxRetries: HEARTBEAT.retries,
    });
    this.#metrics = metrics;
    this.wss.removeAllListeners("connection");
    this.wss.on("connection", (socket, request) => this.#accept(socket as HeartbeatSocket, request));
  }

  /** Connections that are open now. */
  get connectionCount(): number {
    return this.wss.clients.size;
  }

  async #accept(socket: HeartbeatSocket, request: IncomingMessage): Promise<void> {
    socket.on("error", () => socket.terminate());
    socket.pingCount = 0;
    socket.on("pong", () => {
      socket.pingCount = 0;
    });
    const seat = seatOf(request);
    if (!seat) return socket.close(POLICY_VIOLATION, "Ask for a seat first.");
    const room = matchMaker.getLocalRoomById(seat.roomId);
    this.#guard(socket, room instanceof GameRoom ? this.#wireOf(room) : undefined);
    const client = new GuardedClient(seat.sessionId, socket, this.#metrics);
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

  /** Every frame passes here before any listener hears of it, whichever channel emits it on this socket. */
  #guard(socket: WebSocket, wire: InputWire | undefined): void {
    const emit = socket.emit.bind(socket) as (event: string | symbol, ...args: unknown[]) => boolean;
    let refused = 0;
    socket.emit = (event: string | symbol, ...args: unknown[]): boolean => {
      if (event !== "message") return emit(event, ...args);
      const [frame, isBinary] = args as [Buffer, boolean | undefined];
      this.#metrics.messages.inc({ direction: "in" });
      this.#metrics.bytes.inc({ direction: "in" }, frame.length);
      const reason = isBinary === false ? "malformed" : refuseFrame(frame, wire);
      if (reason === undefined) return emit(event, ...args);
      this.#metrics.refusedFrames.inc({ reason });
      refused += 1;
      if (refused === MAX_REFUSED_FRAMES) socket.close(POLICY_VIOLATION, "Too many malformed frames.");
      return false;
    };
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
