// Players of the platform: so many connections that each ask, wait for the answer, and ask again.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Distribution } from "../run/distribution.ts";
import { type Ask, JsonClient } from "./json-client.ts";

/** Requests under way at once, each on a connection that is kept. */
export const CONNECTIONS = 32;
/** A game server that is silent for five seconds is forgotten; ms. */
const HEARTBEAT_MS = 1_000;
const MODE = "bench";
const MAX_TOLD_FAULTS = 3;

/** What players ask for. */
export const PLATFORM_REQUESTS = {
  "sign in, new device": "a guest's first sign-in: a player is made, a token signed",
  "sign in, known device": "a guest's return: a player is found, a token signed",
  "public keys": "the JSON Web Key Set, by which game servers verify tokens and tickets",
  "matchmaking ticket": "a token verified, a ticket opened, a seat asked of a game server, a join ticket signed",
  "ticket status": "a token verified, a ticket read",
} as const;

/** Name of a request. */
export type PlatformRequest = keyof typeof PLATFORM_REQUESTS;

/** Where the platform is. */
export interface PlatformAddress {
  readonly port: number;
  readonly serverKey: string;
}

/** What was seen of one kind of request over one measured stretch. */
export interface PlatformFigures {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one core that the load took, the game server's answers included. */
  readonly loadCpuShare: number;
  readonly faults: readonly string[];
}

/** One player with what signing in and joining gave. */
interface Player {
  readonly deviceId: string;
  token: string;
  ticketId: string;
}

/** All players of one trial, and the game server that has a seat for each. */
export class PlatformLoad {
  readonly #client: JsonClient;
  readonly #address: PlatformAddress;
  readonly #players: Player[] = [];
  #isAsking = false;
  #loops: Promise<unknown> | undefined;
  #durations = new Distribution();
  #faults: string[] = [];
  #beganMs = 0;
  #cpu = process.cpuUsage();

  private constructor(address: PlatformAddress) {
    this.#address = address;
    this.#client = new JsonClient(address.port, CONNECTIONS);
  }

  /** Signs everybody in and gives each a ticket. Rejects when the platform refuses one. */
  static async start(address: PlatformAddress): Promise<PlatformLoad> {
    const load = new PlatformLoad(address);
    await load.#serveSeats();
    for (let index = 0; index < CONNECTIONS; index++) {
      const player = { deviceId: randomUUID(), token: "", ticketId: "" };
      player.token = (await load.#signIn(player.deviceId)).accessToken;
      player.ticketId = (await load.#join(player)).ticketId;
      load.#players.push(player);
    }
    return load;
  }

  /** Begins to ask. */
  ask(what: PlatformRequest): void {
    this.#isAsking = true;
    this.#loops = Promise.all(this.#players.map((player) => this.#loop(player, what)));
  }

  /** Begins to measure. */
  begin(): void {
    this.#durations = new Distribution();
    this.#faults = [];
    this.#beganMs = performance.now();
    this.#cpu = process.cpuUsage();
  }

  /** The figures since `begin`. The players go on asking until `rest`. */
  end(): PlatformFigures {
    const seconds = (performance.now() - this.#beganMs) / 1_000;
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      requests: this.#durations.count,
      seconds,
      p50Ms: this.#durations.percentile(0.5),
      p99Ms: this.#durations.percentile(0.99),
      loadCpuShare: (user + system) / 1e6 / seconds,
      faults: [...new Set(this.#faults)].slice(0, MAX_TOLD_FAULTS),
    };
  }

  /** Stops asking; resolves when every answer has come. */
  async rest(): Promise<void> {
    this.#isAsking = false;
    await this.#loops;
  }

  async #loop(player: Player, what: PlatformRequest): Promise<void> {
    while (this.#isAsking) {
      const beganMs = performance.now();
      try {
        await this.#once(player, what);
        this.#durations.add(performance.now() - beganMs);
      } catch (error) {
        this.#faults.push((error as Error).message);
        return;
      }
    }
  }

  async #once(player: Player, what: PlatformRequest): Promise<void> {
    if (what === "sign in, new device") await this.#signIn(randomUUID());
    else if (what === "sign in, known device") await this.#signIn(player.deviceId);
    else if (what === "public keys") await this.#send("GET", "/.well-known/jwks.json");
    else if (what === "matchmaking ticket") player.ticketId = (await this.#join(player)).ticketId;
    else await this.#send("GET", `/v1/matchmaking/status?ticketId=${player.ticketId}`, player.token);
  }

  #signIn(deviceId: string): Promise<{ accessToken: string }> {
    return this.#send("POST", "/v1/auth/guest", undefined, { deviceId });
  }

  async #join(player: Player): Promise<{ ticketId: string }> {
    const ticket = await this.#send<{ ticketId: string; status: string }>(
      "POST",
      "/v1/matchmaking/join",
      player.token,
      { mode: MODE },
    );
    if (ticket.status !== "matched") throw new Error(`a ticket is ${ticket.status} though there are seats`);
    return ticket;
  }

  /** A game server that has a seat for everybody, and says that it lives. */
  async #serveSeats(): Promise<void> {
    const seats = createServer((asked, answer) => {
      asked.resume();
      asked.on("end", () => answer.setHeader("Content-Type", "application/json").end('{"roomId":"room-1"}'));
    });
    seats.listen(0, "127.0.0.1");
    await once(seats, "listening");
    const heartbeat = {
      endpoint: "ws://127.0.0.1:1",
      controlKey: "the-control-key-of-the-load-generator",
      controlUrl: `http://127.0.0.1:${(seats.address() as AddressInfo).port}`,
      modes: [MODE],
      rooms: 1,
      players: 0,
      load: 0,
      freeSeats: {},
      isDraining: false,
    };
    const path = `/v1/servers/${randomUUID()}`;
    const beat = (): Promise<unknown> => this.#send("PUT", path, this.#address.serverKey, heartbeat);
    await beat();
    setInterval(() => beat().catch((error: Error) => this.#faults.push(error.message)), HEARTBEAT_MS);
  }

  #send<Value>(method: Ask["method"], path: string, token?: string, body?: object): Promise<Value> {
    return this.#client.send({
      method,
      path,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { body }),
    });
  }
}
