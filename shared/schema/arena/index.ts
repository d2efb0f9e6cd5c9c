// The arena's contract: everything a client, a bot or the room needs of it.
import type { GameDefinition } from "../game.ts";
import { TICK_HZ } from "./constants.ts";
import { ArenaInput } from "./input.ts";
import type { ArenaState, Player } from "./state.ts";
import { stepPlayer } from "./step.ts";

export * from "./constants.ts";
export * from "./input.ts";
export * from "./state.ts";
export * from "./step.ts";

/** What `connect()` needs to join an arena and predict it. */
export const arena: GameDefinition<ArenaState, Player, ArenaInput> = {
  mode: "arena",
  tickHz: TICK_HZ,
  Input: ArenaInput,
  players: "players",
  playerOf: (state, sessionId) => state.players.get(sessionId),
  predicted: ["x", "y", "aim", "pushX", "pushY", "cooldown", "isAlive"],
  position: ["x", "y"],
  interpolated: { linear: ["x", "y"], angles: ["aim"] },
  teleportDistance: 3,
  step: stepPlayer,
};
