// The arena's numbers, shared by the step, the rules and what is drawn. Metres, seconds, radians, ticks.

/** Fixed rate of simulation and input. */
export const TICK_HZ = 30;
/** The arena is a square about the origin; this is half its side. */
export const ARENA_HALF_SIZE = 20;
/** A player knows its own position in multiples of this part of a metre, and its push in that part of a metre a second. */
export const POSITION_STEPS_PER_METRE = 65_536;
export const PUSH_STEPS_PER_METRE = 256;
export const PLAYER_RADIUS = 0.5;
export const RUN_SPEED = 6;
export const MAX_HEALTH = 100;
export const MAX_PLAYERS = 16;

/** Ticks between two shots of one player: five shots a second. */
export const SHOT_INTERVAL_TICKS = 6;
export const SHOT_RANGE = 30;
export const SHOT_DAMAGE = 20;
/** Speed that a hit gives its target along the shot, in metres a second; it dies away by `PUSH_DECAY` a tick. */
export const SHOT_PUSH_SPEED = 6;
export const PUSH_DECAY = 0.8;
/** Below this speed a push is over. */
export const PUSH_MIN_SPEED = 0.05;
/** However many hits fall into one tick. */
export const MAX_PUSH_SPEED = 60;

/** Ticks from death to respawn, and ticks after a spawn in which a player cannot be hurt. */
export const RESPAWN_TICKS = 2 * TICK_HZ;
export const SPAWN_PROTECTION_TICKS = 2 * TICK_HZ;

/** A round ends when somebody has this many frags or after this many ticks; the next begins after a pause. */
export const FRAGS_TO_WIN = 20;
export const ROUND_TICKS = 180 * TICK_HZ;
export const ROUND_PAUSE_TICKS = 6 * TICK_HZ;

/** A dropped player's seat is kept this long. */
export const RECONNECTION_SECONDS = 20;
