// A whole game server for tests: real ports, real rooms, a platform that is a key pair and a notebook.
import { randomUUID } from "node:crypto";
import { Client, CloseCode, type Room } from "@colyseus/sdk";
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import { pino } from "pino";
import { ROOMS } from "../../rooms/index.ts";
import type { ArenaState } from "../../shared/schema/arena/index.ts";
import type { GameServerHeartbeat, JoinTicketClaims, SeatRequest } from "../../shared/schema/platform/index.ts";
import {
  type EnvironmentId,
  FIRST_ENVIRONMENT,
  JOIN_TICKET_AUDIENCE,
  TOKEN_ISSUER,
} from "../../shared/schema/platform/index.ts";
import { type GameServerConfig, parseConfig } from "../config.ts";
import { GameServer, type GameServerParts } from "../game-server.ts";
import { openDatagrams } from "../open-datagrams.ts";
import { createLogger, routeColyseusLogs } from "../ops/log.ts";
import { HttpPlatformLink } from "../platform-link/http-platform-link.ts";
import { platformKeys, TicketDesk } from "../seats/ticket-desk.ts";

const SERVER_KEY = "a-server-key-for-tests-only-0123456789";
const TICKET_SECONDS = 20;

/** What a ticket says; every part can be wrong on purpose. */
export interface TicketOptions {
  roomId: string;
  playerId?: string;
  name?: string;
  expiresInSeconds?: number;
  audience?: string;
  jti?: string;
  env?: EnvironmentId;
  /** Signed by a key that this platform does not have. */
  isForged?: boolean;
}

/** Resolves when the room's state is as `holds` says: now, or with a later patch. */
export function untilState(room: Room<unknown, ArenaState>, holds: (state: ArenaState) => boolean): Promise<void> {
  if (holds(room.state)) return Promise.resolve();
  return new Promise((resolve) => {
    const onChange = (state: ArenaState): void => {
      if (!holds(state)) return;
      room.onStateChange.remove(onChange);
      resolve();
    };
    room.onStateChange(onChange);
  });
}

/** Cuts a client's socket as a lost network does: no goodbye to the room, and the SDK may try to come back. */
export function dropSocket(room: Room<unknown, ArenaState>): void {
  room.connection.close(CloseCode.MAY_TRY_RECONNECT);
}

type Sign = (claims: Omit<JoinTicketClaims, "exp">, options: TicketOptions) => Promise<string>;

/** A running game server, and what a platform would do with it. */
export class TestGameServer {
  readonly server: GameServer;
  readonly heartbeats: GameServerHeartbeat[];
  /** Log lines of the server, parsed. */
  readonly logs: Record<string, unknown>[];
  readonly #sign: Sign;

  private constructor(parts: Pick<TestGameServer, "server" | "logs" | "heartbeats">, sign: Sign) {
    this.server = parts.server;
    this.logs = parts.logs;
    this.heartbeats = parts.heartbeats;
    this.#sign = sign;
  }

  /**
   * Starts one on free ports, with the registry's rooms or others. What is given of the configuration makes it more like a real one:
   * it has a datagram port where `DATAGRAMS` is; with `LOG_LEVEL` its log lines go to standard output, and neither they nor heartbeats
   * are kept; with `PLATFORM_URL`, of a platform that runs and has its `SERVER_KEY`, that takes the heartbeats, and tickets of
   * `ticket()` do not count.
   */
  static async start(
    config: Partial<Record<keyof GameServerConfig, string>> = {},
    rooms: GameServerParts["rooms"] = ROOMS,
  ): Promise<TestGameServer> {
    const [ours, theirs] = await Promise.all([generateKeyPair("ES256"), generateKeyPair("ES256")]);
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(ours.publicKey)), kid: "test", alg: "ES256" }] });
    const logs: Record<string, unknown>[] = [];
    const log = config.LOG_LEVEL
      ? createLogger(config.LOG_LEVEL)
      : pino({ level: "debug" }, { write: (line: string) => void logs.push(JSON.parse(line)) });
    routeColyseusLogs(log);
    const heartbeats: GameServerHeartbeat[] = [];
    const parsed = parseConfig({
      GAME_PORT: "0",
      GAME_OPS_PORT: "0",
      GAME_HOST: "127.0.0.1",
      UDP_PORT: "0",
      SERVER_KEY,
      ARENA_FIGHTERS: "0",
      ...config,
    });
    const platformUrl = config.PLATFORM_URL;
    const server = new GameServer({
      config: parsed,
      log,
      rooms,
      ...(config.DATAGRAMS !== undefined && { openDatagrams }),
      roomOptions: { arena: { fighters: parsed.ARENA_FIGHTERS } },
      tickets: new TicketDesk(
        platformUrl ? platformKeys(platformUrl, parsed.ENVIRONMENT, (error) => log.warn({ err: error })) : keys,
        parsed.ENVIRONMENT,
      ),
      link: platformUrl
        ? new HttpPlatformLink({
            platformUrl,
            environment: parsed.ENVIRONMENT,
            serverKey: parsed.SERVER_KEY,
            serverId: randomUUID(),
          })
        : {
            heartbeat: async (heartbeat) => void (config.LOG_LEVEL || heartbeats.push(heartbeat)),
            leave: async () => undefined,
          },
    });
    const sign: Sign = (claims, options) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "ES256", kid: "test" })
        .setIssuer(TOKEN_ISSUER)
        .setAudience(options.audience ?? JOIN_TICKET_AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + (options.expiresInSeconds ?? TICKET_SECONDS))
        .sign(options.isForged ? theirs.privateKey : ours.privateKey);
    await server.start();
    return new TestGameServer({ server, logs, heartbeats }, sign);
  }

  get endpoint(): string {
    return `ws://127.0.0.1:${this.server.gamePort}`;
  }

  get opsUrl(): string {
    return `http://127.0.0.1:${this.server.opsPort}`;
  }

  /** Asks for a seat as the platform does. */
  askSeat(request: Partial<SeatRequest>, serverKey = SERVER_KEY): Promise<Response> {
    return fetch(`${this.opsUrl}/v1/seats`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${serverKey}` },
      body: JSON.stringify({ mode: "arena", playerId: randomUUID(), ...request }),
    });
  }

  /** A signed join ticket. */
  ticket(options: TicketOptions): Promise<string> {
    const { roomId, playerId = randomUUID(), name = "Tess", jti = randomUUID(), env = FIRST_ENVIRONMENT } = options;
    return this.#sign({ sub: playerId, jti, env, name, mode: "arena", roomId }, options);
  }

  /** A seat for a player and the way to it: what `POST /v1/matchmaking/join` would give. */
  async assign(
    player: { playerId?: string; name?: string } = {},
    mode = "arena",
  ): Promise<{ endpoint: string; roomId: string; ticket: string; playerId: string }> {
    const playerId = player.playerId ?? randomUUID();
    const answer = await this.askSeat({ mode, playerId });
    if (!answer.ok) throw new Error(`no seat: ${await answer.text()}`);
    const { roomId } = (await answer.json()) as { roomId: string };
    return {
      endpoint: this.endpoint,
      roomId,
      playerId,
      ticket: await this.ticket({ roomId, playerId, ...(player.name ? { name: player.name } : {}) }),
    };
  }

  /** Joins with the unmodified SDK and waits for the first state. */
  async join(player: { playerId?: string; name?: string } = {}, mode = "arena") {
    const { endpoint, roomId, ticket, playerId } = await this.assign(player, mode);
    const client = new Client(endpoint);
    client.auth.token = ticket;
    const room = await client.joinById<ArenaState>(roomId);
    room.onMessage("*", () => undefined);
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
    return { room, playerId, client };
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.opsUrl}/metrics`)).text();
  }

  /** Ends it at once. */
  stop() {
    return this.server.stop(0, AbortSignal.abort());
  }
}
