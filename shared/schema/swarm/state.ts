// What there is in a meadow. Distances are in metres, angles in radians counter-clockwise from +x.
import { type SchemaType, schema, t } from "@colyseus/schema";

/** One herder. Everybody knows its name and score, and only who is near knows where it is. */
export const Herder = schema(
  {
    name: t.string().default(""),
    /** What snapshots call this herder: its id and generation. */
    entityId: t.uint32().default(0),
    score: t.uint16().default(0),
    /** False while the seat waits for its player to reconnect. */
    isConnected: t.boolean().default(true),
    // Motion is in the patches of clients that do not speak snapshots, and in nobody else's.
    x: t.float32().default(0).view(),
    y: t.float32().default(0).view(),
    /** Eighths of a turn counter-clockwise from +x, 0 to 7. */
    facing: t.uint8().default(0).view(),
    isCreeping: t.boolean().default(false).view(),
  },
  "SwarmHerder",
);
export type Herder = SchemaType<typeof Herder>;

/** One of the many. */
export const Mover = schema(
  {
    x: t.float32().default(0),
    y: t.float32().default(0),
    heading: t.float32().default(0),
    isScared: t.boolean().default(false),
  },
  "SwarmMover",
);
export type Mover = SchemaType<typeof Mover>;

/** A place to drive movers to. Everybody sees it from everywhere. */
export const Beacon = schema(
  {
    x: t.float32().default(0).view(),
    y: t.float32().default(0).view(),
  },
  "SwarmBeacon",
);
export type Beacon = SchemaType<typeof Beacon>;

/** A whole meadow. */
export const SwarmState = schema(
  {
    round: t.uint16().default(1),
    secondsLeft: t.uint16().default(0),
    /** Name of the last round's winner; empty when there was none. */
    winner: t.string().default(""),
    players: t.map(Herder),
    beacons: t.map(Beacon),
    /** Those near the client, for clients that do not speak snapshots; empty for the others, who have them in snapshots. */
    movers: t.map(Mover).view(),
  },
  "SwarmState",
);
export type SwarmState = SchemaType<typeof SwarmState>;
