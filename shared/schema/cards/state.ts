// What lies on the table. A hand is in its owner's view and in nobody else's; the pile is not in the state at all.
import { type SchemaType, schema, t } from "@colyseus/schema";

/** One seat. */
export const CardPlayer = schema(
  {
    name: t.string().default(""),
    /** Cards by name; only their owner has them. */
    hand: t.array("string").view(),
    handCount: t.uint8().default(0),
    points: t.uint16().default(0),
    /** False until the next deal for somebody who came during a round. */
    isDealtIn: t.boolean().default(false),
    isConnected: t.boolean().default(true),
    /** Plays for the server, so that nobody must wait alone. */
    isHouse: t.boolean().default(false),
  },
  "CardsPlayer",
);
export type CardPlayer = SchemaType<typeof CardPlayer>;

/** A table. `phase` is `waiting`, `playing` or `over`. */
export const CardsState = schema(
  {
    phase: t.string().default("waiting"),
    round: t.uint16().default(0),
    /** Counts moves: a client that sees it change starts the clock of `turnSeconds` anew. */
    turn: t.uint32().default(0),
    turnSeconds: t.uint8().default(0),
    /** Session id of whoever is to move. */
    turnOf: t.string().default(""),
    hasDrawn: t.boolean().default(false),
    top: t.string().default(""),
    /** The suit that counts: the top card's, or what was named with an eight. */
    suit: t.string().default(""),
    pileCount: t.uint8().default(0),
    /** Name of the last round's winner, and of the match's when that was decided with it. */
    winner: t.string().default(""),
    matchWinner: t.string().default(""),
    /** By session id, in the order of turns. */
    players: t.map(CardPlayer),
  },
  "CardsState",
);
export type CardsState = SchemaType<typeof CardsState>;
