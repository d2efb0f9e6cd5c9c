// A card is its name in words, "hearts-queen": readable on the wire, on screen and in a test.

export const SUITS = ["clubs", "diamonds", "hearts", "spades"] as const;
export type Suit = (typeof SUITS)[number];

export const RANKS = ["ace", "2", "3", "4", "5", "6", "7", "8", "9", "10", "jack", "queen", "king"] as const;
export type Rank = (typeof RANKS)[number];

export type Card = `${Suit}-${Rank}`;

/** All 52, in order. */
export const DECK: readonly Card[] = SUITS.flatMap((suit) => RANKS.map((rank): Card => `${suit}-${rank}`));

export function suitOf(card: Card): Suit {
  return card.slice(0, card.indexOf("-")) as Suit;
}

export function rankOf(card: Card): Rank {
  return card.slice(card.indexOf("-") + 1) as Rank;
}

/** Whether `card` may be laid on a pile whose top is `top` and on which `suit` counts: an eight always may. */
export function fits(card: Card, top: Card, suit: Suit): boolean {
  const rank = rankOf(card);
  return rank === "8" || suitOf(card) === suit || rank === rankOf(top);
}
