// What everybody in an arena knows. Distances are in metres, angles in radians counter-clockwise from +x.
import { type SchemaType, schema, t } from "@colyseus/schema";
import { MAX_HEALTH } from "./constants.ts";

/** One fighter, person or bot. */
export const Player = schema(
  {
    name: t.string().default(""),
    /** What snapshots call this fighter: its id and generation. */
    entityId: t.uint32().default(0),
    // Motion is in the patches of clients that do not speak snapshots, and in nobody else's.
    x: t.float32().default(0).view(),
    y: t.float32().default(0).view(),
    /** Where the gun points, in [-π, π]. */
    aim: t.float32().default(0).view(),
    health: t.uint8().default(MAX_HEALTH),
    frags: t.uint16().default(0),
    deaths: t.uint16().default(0),
    /** Speed that hits gave this player, in metres a second; the step spends it. */
    pushX: t.float32().default(0).view(),
    pushY: t.float32().default(0).view(),
    /** Ticks until the next shot. */
    cooldown: t.uint8().default(0).view(),
    isAlive: t.boolean().default(true),
    isProtected: t.boolean().default(false),
    isBot: t.boolean().default(false),
    /** False while the seat waits for its player to reconnect. */
    isConnected: t.boolean().default(true),
  },
  "ArenaPlayer",
);
export type Player = SchemaType<typeof Player>;

/** A whole arena. `phase` is `playing` or `over`; `ticksLeft` counts down the phase. */
export const ArenaState = schema(
  {
    tick: t.uint32().default(0),
    phase: t.string().default("playing"),
    round: t.uint16().default(1),
    ticksLeft: t.uint32().default(0),
    /** Name of the last round's winner; empty when there was none. */
    winner: t.string().default(""),
    players: t.map(Player),
  },
  "ArenaState",
);
export type ArenaState = SchemaType<typeof ArenaState>;
