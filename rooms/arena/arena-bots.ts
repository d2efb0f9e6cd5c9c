// Fills an arena with bots and gives way to people.
import type { MapSchema } from "@colyseus/schema";
import type { ArenaInput, Player } from "../../shared/schema/arena/index.ts";
import { BotSeats, type Random } from "../kit/index.ts";
import { BotMind } from "./bot-mind.ts";

const BOT_NAMES = ["Ada", "Blaise", "Carl", "Donald", "Edsger", "Frances", "Grace", "Hedy"];

/** What the bots need of their room. */
export interface ArenaBotsOptions {
  /** How many fighters the bots make the room up to. */
  readonly fighters: number;
  readonly random: Random;
  readonly onOpen: (sessionId: string, name: string) => void;
  readonly onClose: (sessionId: string) => void;
}

/** The bots of one arena. */
export class ArenaBots {
  readonly #seats: BotSeats<ArenaInput>;
  readonly #minds = new Map<string, BotMind>();
  readonly #options: ArenaBotsOptions;
  #named = 0;

  constructor(room: object, options: ArenaBotsOptions) {
    this.#seats = new BotSeats(room);
    this.#options = options;
  }

  /** Opens or closes bot seats until there are as many fighters as wanted, people first. */
  fill(players: MapSchema<Player>): void {
    const { fighters, onOpen, onClose } = this.#options;
    while (players.size < fighters) {
      const sessionId = this.#seats.open();
      this.#minds.set(sessionId, new BotMind(this.#options.random));
      onOpen(sessionId, `${BOT_NAMES[this.#named++ % BOT_NAMES.length]} (bot)`);
    }
    for (const sessionId of [...this.#seats.sessionIds]) {
      if (players.size <= fighters) return;
      this.#seats.close(sessionId);
      this.#minds.delete(sessionId);
      onClose(sessionId);
    }
  }

  /** One tick: each bot sends one input, as a client would. */
  think(players: MapSchema<Player>): void {
    for (const [sessionId, mind] of this.#minds) {
      const self = players.get(sessionId);
      if (self) this.#seats.send(sessionId, mind.think(self, players.values()));
    }
  }
}
