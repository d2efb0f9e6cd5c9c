// What a player may say at the table. Each is a request: it is done, or refused with a reason.
import { z } from "zod";
import { type Card, DECK, SUITS } from "./card.ts";

const CARDS: ReadonlySet<unknown> = new Set(DECK);
/** A card by its name. Not an enum: a refusal would list all 52. */
const CardName = z.custom<Card>((value) => CARDS.has(value), "not a card of the deck");

/** Lay a card; with an eight, name the suit that counts from now on (the eight's own when left out). */
export const Play = z.strictObject({ card: CardName, suit: z.enum(SUITS).optional() });
export type Play = z.infer<typeof Play>;

/** Draw one card, or pass after drawing. Nothing to say beside that. */
export const Nothing = z.strictObject({}).optional();

/** Why a move was refused. */
export const REFUSALS = {
  "not-playing": "The cards are not dealt yet.",
  "not-your-turn": "Somebody else is to move.",
  "not-in-hand": "You do not hold that card.",
  "does-not-fit": "Lay the suit or the rank of the top card, or an eight.",
  "has-drawn": "You have drawn already: lay a card or pass.",
  "must-draw": "Draw a card before you pass.",
  "nothing-to-draw": "There is no card left to draw: lay one or pass.",
} as const;
export type Refusal = keyof typeof REFUSALS;
