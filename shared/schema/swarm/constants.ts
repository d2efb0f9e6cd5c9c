// The swarm's numbers, shared by the step, the rules and what is drawn. Metres, seconds, radians, ticks.

/** Fixed rate of simulation and input. */
export const TICK_HZ = 20;
/** The meadow is a square about the origin; this is half its side. */
export const MEADOW_HALF_SIZE = 200;
/** A player knows its own position in multiples of this part of a metre. */
export const POSITION_STEPS_PER_METRE = 4_096;
export const MAX_PLAYERS = 200;
export const PLAYER_RADIUS = 0.5;
export const RUN_SPEED = 8;
/** Speed of a player who creeps: movers do not mind it then. */
export const CREEP_SPEED = 3;

export const MOVER_COUNT = 1_000;
export const MOVER_RADIUS = 0.3;
export const WANDER_SPEED = 1.5;
/** A mover flees from a player that runs within this distance, at this speed. */
export const FLEE_RADIUS = 8;
export const FLEE_SPEED = 6;
/** Ticks for which a mover stays scared, and belongs to whoever scared it, after the last fright. */
export const SCARED_TICKS = 4 * TICK_HZ;

/** Beacons drift on circles; a scared mover within the radius of one is caught. */
export const BEACON_COUNT = 4;
export const BEACON_RADIUS = 6;
export const BEACON_SPEED = 1;

/** A mover or player is shown within the first distance, and until it is farther than the second. */
export const SIGHT_ENTER_RADIUS = 40;
export const SIGHT_LEAVE_RADIUS = 48;

/** A round ends after this long; the next begins at once with clean scores. */
export const ROUND_SECONDS = 300;
/** A dropped player's seat is kept this long. */
export const RECONNECTION_SECONDS = 20;
