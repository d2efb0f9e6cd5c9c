// A card as an element: its corner, its suit, and its name for whoever hears the page.
import { type Card, rankOf, type Suit, suitOf } from "../../shared/schema/cards/index.ts";
import { make } from "../dom.ts";

/** Text style, not emoji style, so that the page's colours count. */
const TEXT_STYLE = "\ufe0e";
const SIGNS: Readonly<Record<Suit, string>> = {
  clubs: `♣${TEXT_STYLE}`,
  diamonds: `♦${TEXT_STYLE}`,
  hearts: `♥${TEXT_STYLE}`,
  spades: `♠${TEXT_STYLE}`,
};

/** The sign of a suit. */
export function signOf(suit: Suit): string {
  return SIGNS[suit];
}

/** "queen of hearts". */
export function nameOf(card: Card): string {
  return `${rankOf(card)} of ${suitOf(card)}`;
}

/** Writes a card's face into an element. */
export function drawFace<Kind extends HTMLElement>(element: Kind, card: Card): Kind {
  const rank = rankOf(card);
  const short = Number.isNaN(Number(rank)) ? rank.slice(0, 1).toUpperCase() : rank;
  element.classList.add("face", suitOf(card));
  element.dataset["card"] = card;
  element.append(make("span", "rank", short), make("span", "suit", signOf(suitOf(card))));
  element.setAttribute("aria-label", nameOf(card));
  return element;
}

/** A card from behind. */
export function back(): HTMLElement {
  return make("span", "face back");
}
