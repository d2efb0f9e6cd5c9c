// The arena's contract: everything a client, a bot or the room needs of it.
import type { GameDefinition } from "../game.ts";
import { angle, boolean, grid, integer } from "../motion.ts";
import {
  MAX_PLAYERS,
  POSITION_STEPS_PER_METRE,
  PUSH_STEPS_PER_METRE,
  SHOT_INTERVAL_TICKS,
  TICK_HZ,
} from "./constants.ts";
import { ArenaInput } from "./input.ts";
import type { ArenaState, Player } from "./state.ts";
import { stepPlayer } from "./step.ts";

export * from "./constants.ts";
export * from "./input.ts";
export * from "./state.ts";
export * from "./step.ts";

/** Others are shown to the millimetre; the own player is predicted to the bit. */
const SHOWN = grid(-32, 1024, 16);
const POSITION = grid(-32, POSITION_STEPS_PER_METRE, 22);
const PUSH = grid(-64, PUSH_STEPS_PER_METRE, 15);
const AIM = angle(12);

/** What `connect()` needs to join an arena and predict it. */
export const arena: GameDefinition<ArenaState, Player, ArenaInput> = {
  mode: "arena",
  tickHz: TICK_HZ,
  Input: ArenaInput,
  players: "players",
  playerOf: (state, sessionId) => state.players.get(sessionId),
  position: ["x", "y"],
  teleportDistance: 3,
  netcode: {
    motion: { players: { x: SHOWN, y: SHOWN, aim: angle(8) } },
    self: {
      x: POSITION,
      y: POSITION,
      aim: AIM,
      pushX: PUSH,
      pushY: PUSH,
      cooldown: integer(0, SHOT_INTERVAL_TICKS),
      isAlive: boolean(),
    },
    input: { moveX: integer(-1, 1), moveY: integer(-1, 1), aim: AIM, fire: boolean() },
    // Everybody twice: as the others see them and as they know themselves, and ids that rest before they are used again.
    capacity: 8 * MAX_PLAYERS,
  },
  step: stepPlayer,
};
