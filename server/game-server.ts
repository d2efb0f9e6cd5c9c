// A game server as one object: rooms behind a game port, an ops port, and a link to the platform.
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LocalDriver, LocalPresence, matchMaker } from "@colyseus/core";
import { getRequestListener } from "@hono/node-server";
import type { Logger } from "pino";
import { type AnyGameRoom, installRoomHost } from "../rooms/kit/index.ts";
import type { GameServerHeartbeat } from "../shared/schema/platform/index.ts";
import type { GameServerConfig } from "./config.ts";
import { type DrainOutcome, drainRooms } from "./drain.ts";
import { watchDatagrams } from "./ops/datagram-metrics.ts";
import { createMetrics, type GameMetrics } from "./ops/metrics.ts";
import { createOpsApp } from "./ops/ops-server.ts";
import { ProcessLoad } from "./ops/process-load.ts";
import { Heartbeat } from "./platform-link/heartbeat.ts";
import type { PlatformLink } from "./platform-link/platform-link.ts";
import { withPort } from "./process-config.ts";
import { OpenRooms } from "./seats/open-rooms.ts";
import { SeatDesk } from "./seats/seat-desk.ts";
import { createSeatRoutes } from "./seats/seat-routes.ts";
import type { TicketDesk } from "./seats/ticket-desk.ts";
import type { DatagramServer } from "./transport/datagrams/datagram-channel.ts";
import { HybridTransport } from "./transport/hybrid-transport.ts";

/** A connection that has not finished its request by then is ended; ms. */
const REQUEST_TIMEOUT_MS = 10_000;

/** The adapters that the composition root chose. */
export interface GameServerParts {
  readonly config: GameServerConfig;
  readonly log: Logger;
  readonly tickets: TicketDesk;
  readonly link: PlatformLink;
  /** Opens this process' datagram port; left out where there is none. */
  readonly openDatagrams?: (config: GameServerConfig, log: Logger) => Promise<DatagramServer | undefined>;
  /** Room classes by mode. */
  readonly rooms: Readonly<Record<string, new () => AnyGameRoom>>;
  /** What new rooms of a mode are created with. */
  readonly roomOptions: Readonly<Record<string, object>>;
}

/** One game server. One a process: Colyseus' matchmaker is global. */
export class GameServer {
  readonly #parts: GameServerParts;
  readonly #rooms = new OpenRooms();
  readonly #load = new ProcessLoad();
  /** By this the platform is known when it asks for seats: it never sends a key of its own. */
  readonly #controlKey = randomBytes(32).toString("base64url");
  readonly #metrics: GameMetrics;
  readonly #seats: SeatDesk;
  readonly #transport: HybridTransport;
  readonly #gameHttp: Server;
  readonly #opsHttp: Server;
  readonly #heartbeat: Heartbeat;
  #datagrams: DatagramServer | undefined;

  constructor(parts: GameServerParts) {
    const { config, log, link, rooms } = parts;
    this.#parts = parts;
    this.#metrics = createMetrics({
      rooms: () => this.#rooms.countByMode(),
      clients: () => this.#transport.connectionCount,
      load: () => this.#load.value,
    });
    this.#seats = new SeatDesk({
      rooms: this.#rooms,
      modes: Object.keys(rooms),
      maxRooms: config.MAX_ROOMS,
      optionsOf: (mode) => parts.roomOptions[mode] ?? {},
    });
    const seatRoutes = createSeatRoutes({
      isDraining: () => this.#seats.isDraining,
      onRefused: (code) => this.#metrics.refusedSeats.inc({ code }),
      signalling: () => this.#datagrams,
    });
    this.#gameHttp = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, getRequestListener(seatRoutes.fetch));
    this.#transport = new HybridTransport(this.#gameHttp, this.#metrics, config.DATAGRAMS);
    const ops = createOpsApp({
      registry: this.#metrics.registry,
      controlKeys: [config.SERVER_KEY, this.#controlKey],
      checks: () => this.#checks(),
      holdSeat: (request) => this.#seats.hold(request),
      onError: (error) => log.error({ event: "ops.error", err: error }, "an ops request failed"),
    });
    this.#opsHttp = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, getRequestListener(ops.fetch));
    this.#heartbeat = new Heartbeat(
      link,
      () => this.#describe(),
      (isUp, error) =>
        isUp
          ? log.info({ event: "platform.up" }, "the platform takes heartbeats")
          : log.warn(
              { event: "platform.down", reason: error?.message },
              "the platform does not take heartbeats; matches go on",
            ),
      () => this.#metrics.heartbeatFailures.inc(),
    );
  }

  get gamePort(): number {
    return portOf(this.#gameHttp);
  }

  get opsPort(): number {
    return portOf(this.#opsHttp);
  }

  /** Opens both ports and reports to the platform. Rejects when a port is taken. */
  async start(): Promise<void> {
    const { config, log, tickets, rooms } = this.#parts;
    installRoomHost({
      admit: (claim) => tickets.admit(claim),
      onRoomFailed: ({ error, ...room }) => {
        this.#metrics.roomFailures.inc({ mode: room.mode });
        log.error({ event: "room.failed", ...room, err: error }, "a room failed and was closed");
      },
      onInputs: (mode, applied, lost) => {
        this.#metrics.inputs.inc({ mode, outcome: "applied" }, applied);
        this.#metrics.inputs.inc({ mode, outcome: "lost" }, lost);
      },
      onTick: (mode, durationMs, isLate) => {
        this.#metrics.tickDuration.observe({ mode }, durationMs / 1000);
        if (isLate) this.#metrics.lateTicks.inc({ mode });
      },
      onWatchFailed: (error) => {
        log.error({ event: "room.unwatched", err: error }, "ticks are not counted rightly; told once");
      },
    });
    await matchMaker.setup(new LocalPresence(), new LocalDriver());
    for (const [mode, room] of Object.entries(rooms)) this.#rooms.follow(matchMaker.defineRoomType(mode, room));
    await matchMaker.accept();
    await this.#openDatagrams();
    await listen(this.#gameHttp, config.GAME_PORT, config.GAME_HOST, "GAME_PORT");
    await listen(this.#opsHttp, config.GAME_OPS_PORT, config.GAME_OPS_HOST, "GAME_OPS_PORT");
    void this.#heartbeat.beat();
  }

  async #openDatagrams(): Promise<void> {
    const { config, log, openDatagrams } = this.#parts;
    if (config.DATAGRAMS === "never" || !openDatagrams) return;
    this.#datagrams = await openDatagrams(config, log);
    if (!this.#datagrams) return;
    this.#transport.useDatagrams(this.#datagrams);
    watchDatagrams(this.#metrics.registry, this.#datagrams);
  }

  /** Drains: refuses new players at once, lets matches end until the deadline or `skip`, then closes everything. */
  async stop(deadlineMs: number, skip: AbortSignal): Promise<DrainOutcome> {
    this.#seats.drain();
    await this.#heartbeat.beat();
    const outcome = await drainRooms({ rooms: this.#rooms, deadlineMs, skip });
    await this.#heartbeat.stop();
    await matchMaker.gracefullyShutdown();
    await this.#datagrams?.close();
    this.#transport.shutdown();
    this.#gameHttp.closeAllConnections();
    this.#opsHttp.close();
    this.#opsHttp.closeAllConnections();
    return outcome;
  }

  #checks(): Record<string, string | undefined> {
    return {
      seats: this.#seats.isDraining ? "draining: no new players" : undefined,
      platform: this.#heartbeat.isUp ? undefined : "the platform does not take heartbeats (PLATFORM_URL, SERVER_KEY)",
    };
  }

  #describe(): GameServerHeartbeat {
    const { config } = this.#parts;
    return {
      endpoint: withPort(config.GAME_PUBLIC_ENDPOINT ?? "ws://localhost:{port}", this.gamePort),
      controlUrl: withPort(config.GAME_CONTROL_URL ?? "http://127.0.0.1:{port}", this.opsPort),
      controlKey: this.#controlKey,
      modes: Object.keys(this.#parts.rooms),
      rooms: this.#rooms.size,
      players: this.#rooms.clientCount,
      load: this.#load.sample(),
      freeSeats: this.#rooms.freeSeatsByMode(),
      isDraining: this.#seats.isDraining,
    };
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function listen(server: Server, port: number, host: string, variable: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new Error(`Port ${port} is taken by another process: stop it or set ${variable} to a free port.`, { cause })
          : cause,
      ),
    );
    server.listen(port, host, () => resolve());
  });
}
