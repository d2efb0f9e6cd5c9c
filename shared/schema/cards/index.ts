// The card game's contract: everything a client or the room needs of it.
import type { GameDefinition } from "../game.ts";
import type { CardPlayer, CardsState } from "./state.ts";

export * from "./card.ts";
export * from "./constants.ts";
export * from "./messages.ts";
export * from "./state.ts";

/** There is nothing to hold down in a card game: moves are messages. */
export class NoInput {}

/** What `connect()` needs to join a table. Nothing moves, so nothing is predicted, and there is no tick. */
export const cards: GameDefinition<CardsState, CardPlayer, NoInput> = {
  mode: "cards",
  tickHz: 1,
  Input: NoInput,
  players: "players",
  playerOf: (state, sessionId) => state.players.get(sessionId),
  position: [],
  teleportDistance: 0,
  step: () => false,
};
