// The real game server with the real arena on this machine, by the clock; a test can make it refuse, or fall silent.
import { randomUUID } from "node:crypto";
import { type AuthContext, matchMaker, ServerError, type StepContext } from "@colyseus/core";
import { Client } from "@colyseus/sdk";
import { ArenaRoom } from "../../rooms/arena/arena-room.ts";
import { TestGameServer } from "../../server/testing/test-game-server.ts";
import { type ArenaState, arena } from "../../shared/schema/arena/index.ts";
import type { Assignment } from "../../shared/schema/platform/index.ts";
import type { GameRoom } from "../game-room.ts";
import { GameSession, joinOptions } from "../game-session.ts";
import type { ArenaSession } from "./frame-loop.ts";

/** How the fixture's rooms behave; shared by all of them, reset by `LocalArena.start()`. */
interface Behaviour {
  /** True: no tick runs, and so nothing is sent. */
  isSilent: boolean;
  /** Throws to refuse a ticket. */
  admit: (ticket: string) => void;
}

let behaviour: Behaviour;

/** An arena that does what the test says before it does what an arena does. */
export class LocalArenaRoom extends ArenaRoom {
  static override async onAuth(ticket: string, options: unknown, context: AuthContext) {
    behaviour.admit(ticket);
    return ArenaRoom.onAuth(ticket, options, context);
  }

  override advance(context: StepContext): void {
    if (!behaviour.isSilent) super.advance(context);
  }
}

/** A game server on a free port of this machine. One at a time in a process, as Colyseus has it. */
export class LocalArena {
  readonly behaviour: Behaviour;
  readonly #game: TestGameServer;

  private constructor(game: TestGameServer) {
    this.behaviour = behaviour;
    this.#game = game;
  }

  static async start(): Promise<LocalArena> {
    behaviour = { isSilent: false, admit: () => undefined };
    return new LocalArena(await TestGameServer.start({}, { arena: LocalArenaRoom }));
  }

  /** Where clients connect. */
  get endpoint(): string {
    return this.#game.endpoint;
  }

  async createRoom(): Promise<LocalArenaRoom> {
    const { roomId } = await matchMaker.createRoom("arena", {});
    return matchMaker.getLocalRoomById(roomId) as LocalArenaRoom;
  }

  /** The way to a seat in a room, as the platform would give it. */
  async assign(roomId: string, playerId: string): Promise<Assignment> {
    return { endpoint: this.endpoint, roomId, ticket: await this.#game.ticket({ roomId, playerId }) };
  }

  /** A session in a room, without a platform. */
  async join(roomId: string): Promise<ArenaSession> {
    const playerId = randomUUID();
    const { endpoint, ticket } = await this.assign(roomId, playerId);
    const client = new Client(endpoint);
    client.auth.token = ticket;
    const room = (await client.joinById(roomId, joinOptions(arena, playerId))) as unknown as GameRoom<ArenaState>;
    return new GameSession({ room, game: arena, playerId, linkSeed: 1 });
  }

  /** The game server's metrics, as Prometheus reads them. */
  metrics(): Promise<string> {
    return this.#game.metrics();
  }

  async stop(): Promise<void> {
    await this.#game.stop();
  }
}

/** What the game server throws at a bad ticket: our code first in the message. */
export function refusal(code: string, detail: string): ServerError {
  return new ServerError(401, `${code}: ${detail}`);
}
