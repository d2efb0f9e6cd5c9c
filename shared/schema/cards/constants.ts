// The numbers of the card game, shared by the rules and what is drawn. Seconds, cards, points.

export const MIN_PLAYERS = 2;
export const MAX_PLAYERS = 4;
/** Cards dealt to each of two players, and to each of more. */
export const HAND_OF_TWO = 7;
export const HAND_OF_MORE = 5;

/** Who has not moved by then draws and passes. */
export const TURN_SECONDS = 20;
/** The same for somebody whose connection is lost. */
export const ABSENT_TURN_SECONDS = 4;
/** From the second player's arrival to the deal, so that others may come; with four it is dealt at once. */
export const START_SECONDS = 5;
/** From the end of a round to the next deal. */
export const PAUSE_SECONDS = 8;
/** Who waits alone for this long plays against the house, until somebody comes. */
export const HOUSE_SECONDS = 4;
/** How long the house thinks. */
export const HOUSE_THINKS_SECONDS = 1.5;

/** Points that an eight and a court card in another's hand are worth; others are worth their number, an ace 1. */
export const EIGHT_POINTS = 50;
export const COURT_POINTS = 10;
/** Who has this many points wins the match; then points begin anew. */
export const POINTS_TO_WIN = 100;

/** A dropped player's seat is kept this long. */
export const RECONNECTION_SECONDS = 60;
