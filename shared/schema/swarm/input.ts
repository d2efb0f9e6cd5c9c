// One tick of a herder's intent.
import { type SchemaType, schema, t } from "@colyseus/schema";

/** What a player wants this tick. The server clamps it; it never carries a position. */
export const SwarmInput = schema(
  {
    moveX: t.int8<-1 | 0 | 1>().default(0),
    moveY: t.int8<-1 | 0 | 1>().default(0),
    /** Slow, and without scaring anybody. */
    creep: t.boolean().default(false),
  },
  "SwarmInput",
);
export type SwarmInput = SchemaType<typeof SwarmInput>;
