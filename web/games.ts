// The games that this page can play, and which one its address asks for.
import type { Screen } from "./hud/screen.ts";
import type { Options } from "./options.ts";

/** A game as the page offers it. Its code is fetched when it is played. */
export interface GameEntry {
  readonly title: string;
  /** How to play, in a few words, for a keyboard and for two thumbs. */
  readonly keys: readonly string[];
  readonly touch: readonly string[];
  /** Plays for as long as the page lives. Rejects when that is impossible. */
  readonly play: (screen: Screen, options: Options) => Promise<never>;
}

/** By the name that stands in the address. The first is played when it names none. */
export const GAMES = {
  arena: {
    title: "Arena",
    keys: ["WASD moves", "mouse aims", "hold to fire"],
    touch: ["Left thumb moves", "Right thumb aims and fires"],
    play: async (screen, options) => (await import("./arena/play.ts")).playArena(screen, options),
  },
  swarm: {
    title: "Swarm",
    keys: ["WASD runs", "hold Space to creep", "drive movers into a beacon"],
    touch: ["Left thumb runs", "Pull the right stick to creep"],
    play: async (screen, options) => (await import("./swarm/play.ts")).playSwarm(screen, options),
  },
  cards: {
    title: "Cards",
    keys: ["Suit or rank fits", "eights are wild", "first to lay all cards wins"],
    touch: ["Suit or rank fits", "eights are wild"],
    play: async (screen) => (await import("./cards/play.ts")).playCards(screen),
  },
} as const satisfies Record<string, GameEntry>;

export type GameName = keyof typeof GAMES;

/** Reads `?game=swarm`. What there is not, is the arena. */
export function gameFromQuery(query: string): GameName {
  const name = new URLSearchParams(query).get("game");
  return name !== null && Object.hasOwn(GAMES, name) ? (name as GameName) : "arena";
}
