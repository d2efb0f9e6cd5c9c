// The swarm's contract: everything a client, a bot or the room needs of it.
import type { GameDefinition } from "../game.ts";
import { angle, boolean, grid, integer } from "../motion.ts";
import { BEACON_COUNT, MAX_PLAYERS, MOVER_COUNT, POSITION_STEPS_PER_METRE, TICK_HZ } from "./constants.ts";
import { SwarmInput } from "./input.ts";
import type { Herder, SwarmState } from "./state.ts";
import { stepHerder } from "./step.ts";

export * from "./constants.ts";
export * from "./input.ts";
export * from "./state.ts";
export * from "./step.ts";

/** What is seen is shown to 1.6 cm; the own herder is predicted to the bit. */
const SHOWN = grid(-256, 64, 15);
const POSITION = grid(-256, POSITION_STEPS_PER_METRE, 21);
const FACING = integer(0, 7);

/** What `connect()` needs to join a swarm and predict the own herder. */
export const swarm: GameDefinition<SwarmState, Herder, SwarmInput> = {
  mode: "swarm",
  tickHz: TICK_HZ,
  Input: SwarmInput,
  players: "players",
  playerOf: (state, sessionId) => state.players.get(sessionId),
  position: ["x", "y"],
  teleportDistance: 5,
  netcode: {
    motion: {
      players: { x: SHOWN, y: SHOWN, facing: FACING, isCreeping: boolean() },
      movers: { x: SHOWN, y: SHOWN, heading: angle(6), isScared: boolean() },
      beacons: { x: SHOWN, y: SHOWN },
    },
    self: { x: POSITION, y: POSITION, facing: FACING, isCreeping: boolean() },
    input: { moveX: integer(-1, 1), moveY: integer(-1, 1), creep: boolean() },
    // Every player as the others see it and as it knows itself, each twice, because an id rests before it is used again.
    capacity: MOVER_COUNT + BEACON_COUNT + 4 * MAX_PLAYERS,
  },
  step: stepHerder,
};
