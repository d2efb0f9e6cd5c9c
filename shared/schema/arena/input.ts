// One tick of a fighter's intent.
import { type SchemaType, schema, t } from "@colyseus/schema";

/** What a player wants this tick. The server clamps it; it never carries a position, a time or a hit. */
export const ArenaInput = schema(
  {
    moveX: t.int8<-1 | 0 | 1>().default(0),
    moveY: t.int8<-1 | 0 | 1>().default(0),
    /** Radians in [-π, π]. */
    aim: t.float32().default(0),
    fire: t.boolean().default(false),
  },
  "ArenaInput",
);
export type ArenaInput = SchemaType<typeof ArenaInput>;
