// The conditions all clients of one proxy share, and the links made under them: changed while traffic runs.
import { clockMs } from "./alarm.ts";
import { checkConditions, requireRange } from "./link-conditions.ts";
import { addLinkCounters, emptyLinkCounters, type LinkCounters, LinkModel } from "./link-model.ts";
import { DIRECTIONS, type Direction, type Profile, type ProfileName, profile } from "./profiles.ts";
import { deriveSeed, MAX_SEED } from "./random.ts";

/** The longest single blackout, in milliseconds; to cut for longer, block. */
export const MAX_BLACKOUT_MS = 3_600_000;

/** The two links of one client. */
export type Links = Readonly<Record<Direction, LinkModel>>;

/** Makes the links of each client from one profile and one seed, and changes all of them at once. */
export class NetworkPath {
  readonly #seed: number;
  readonly #links = new Set<Links>();
  readonly #blocked = new Set<Direction>();
  readonly #darkUntilMs: Record<Direction, number> = { up: 0, down: 0 };
  readonly #released = { up: emptyLinkCounters(), down: emptyLinkCounters() };
  #profile: Profile;
  #made = 0;

  /** Throws a RangeError naming the field when the profile or the seed is out of range. */
  constructor(options: { readonly profile: ProfileName | Profile; readonly seed: number }) {
    requireRange("seed", options.seed, 0, MAX_SEED);
    this.#seed = options.seed;
    this.#profile = resolveProfile(options.profile);
  }

  /** Links for one more client, under whatever is in force now. The n-th client has the same links in every run. */
  createLinks(): Links {
    const seed = deriveSeed(this.#seed, this.#made);
    this.#made += 1;
    const links = {
      up: new LinkModel({ conditions: this.#profile.up, seed: deriveSeed(seed, 1) }),
      down: new LinkModel({ conditions: this.#profile.down, seed: deriveSeed(seed, 2) }),
    };
    for (const direction of DIRECTIONS) {
      if (this.#blocked.has(direction)) links[direction].block();
      links[direction].darken(this.#darkUntilMs[direction]);
    }
    this.#links.add(links);
    return links;
  }

  /** Forgets the links of a client that went, and keeps their counts. */
  release(links: Links): void {
    if (!this.#links.delete(links)) return;
    for (const direction of DIRECTIONS) addLinkCounters(this.#released[direction], links[direction].counters);
  }

  /** Puts another profile in force for every client, from the next packet on. */
  setProfile(next: ProfileName | Profile): void {
    this.#profile = resolveProfile(next);
    for (const links of this.#links) {
      for (const direction of DIRECTIONS) links[direction].setConditions(this.#profile[direction]);
    }
  }

  /** Drops every packet sent in the next `lengthMs`, of clients that are here and that come. */
  blackout(lengthMs: number, directions: readonly Direction[] = DIRECTIONS): void {
    requireRange("lengthMs", lengthMs, 0, MAX_BLACKOUT_MS);
    const untilMs = clockMs() + lengthMs;
    for (const direction of directions) {
      this.#darkUntilMs[direction] = Math.max(this.#darkUntilMs[direction], untilMs);
      for (const links of this.#links) links[direction].darken(untilMs);
    }
  }

  /** Drops every packet from now on, until {@link unblock}. */
  block(directions: readonly Direction[] = DIRECTIONS): void {
    for (const direction of directions) {
      this.#blocked.add(direction);
      for (const links of this.#links) links[direction].block();
    }
  }

  /** Ends {@link block}. */
  unblock(directions: readonly Direction[] = DIRECTIONS): void {
    for (const direction of directions) {
      this.#blocked.delete(direction);
      for (const links of this.#links) links[direction].unblock();
    }
  }

  /** What all links did so far, in packets, those of clients that went included. */
  counters(): Record<Direction, LinkCounters> {
    const total = { up: { ...this.#released.up }, down: { ...this.#released.down } };
    for (const links of this.#links) {
      for (const direction of DIRECTIONS) addLinkCounters(total[direction], links[direction].counters);
    }
    return total;
  }
}

function resolveProfile(source: ProfileName | Profile): Profile {
  const resolved = typeof source === "string" ? profile(source) : source;
  for (const direction of DIRECTIONS) checkConditions(resolved[direction]);
  return resolved;
}
