// Colyseus' WebSocket transport with our checks around it: every frame is judged before Colyseus sees it, and counted.
import type { IncomingMessage, Server } from "node:http";
import { CloseCode, connectClientToRoom, createAuthContext, matchMaker } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import type { WebSocket } from "ws";
import { type AnyGameRoom, GameRoom } from "../../rooms/kit/index.ts";
import { frameKindOf } from "../../shared/netcode/index.ts";
import type { GameMetrics, RefusedFrameReason } from "../ops/metrics.ts";
import { refuseFrame } from "./frame-guard.ts";
import { FrameRate } from "./frame-rate.ts";
import { GuardedClient } from "./guarded-client.ts";
import { type InputWire, inputWireOf } from "./input-wire.ts";

/** A peer that stops answering is ended after about this many intervals of this length. */
const HEARTBEAT = { intervalMs: 3_000, retries: 2 } as const;
const MAX_FRAME_BYTES = 4 * 1024;
/** Refused frames a connection may send before it is closed: a bug shows, an attack does not pay. */
const MAX_REFUSED_FRAMES = 8;
/** Input frames and control messages of one client in a second, over all its channels; the rest is dropped unread. */
const MAX_FRAMES_PER_SECOND = 150;
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
    this.#guard(socket, seat.sessionId, room instanceof GameRoom ? room : undefined);
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

  /**
   * Every frame passes here before any listener hears of it, whichever channel emits it on this socket. Frames of ours go to
   * the room, Colyseus' own to Colyseus; what is malformed goes nowhere, and too much of it closes the connection.
   */
  #guard(socket: WebSocket, sessionId: string, room: AnyGameRoom | undefined): void {
    const emit = socket.emit.bind(socket) as (event: string | symbol, ...args: unknown[]) => boolean;
    const wire = room && this.#wireOf(room);
    const rate = new FrameRate(MAX_FRAMES_PER_SECOND);
    let refused = 0;
    const refuse = (reason: RefusedFrameReason): false => {
      this.#metrics.refusedFrames.inc({ reason });
      if (reason === "flood") return false;
      refused += 1;
      if (refused === MAX_REFUSED_FRAMES) socket.close(POLICY_VIOLATION, "Too many malformed frames.");
      return false;
    };
    socket.emit = (event: string | symbol, ...args: unknown[]): boolean => {
      if (event !== "message") return emit(event, ...args);
      const [frame, isBinary] = args as [Buffer, boolean | undefined];
      this.#metrics.messages.inc({ direction: "in" });
      this.#metrics.bytes.inc({ direction: "in" }, frame.length);
      if (isBinary === false) return refuse("malformed");
      if (frameKindOf(frame) === undefined) {
        const reason = refuseFrame(frame, wire);
        return reason === undefined ? emit(event, ...args) : refuse(reason);
      }
      if (!rate.take(performance.now())) return refuse("flood");
      return room?.receiveFrame(sessionId, frame) || refuse("malformed");
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
