// What a measured game is like: how many, how often, and who sees whom. Plain data, so that it can be handed to a process.

/** A scene that every peer plays. Distances in metres. */
export interface Scene {
  /** Rate of simulation, inputs and snapshots. */
  readonly tickHz: number;
  /** Clients in one room. */
  readonly roomSize: number;
  /** Entities that the server moves by itself, in each room. */
  readonly movers: number;
  /** The field is a square about the origin; half its side. */
  readonly halfSize: number;
  /** Who is farther away is not seen; 0 when everybody sees everybody. */
  readonly sightRadius: number;
  /** Ids of entities beside the usual: where many come and go, each takes two, and they rest for 64 ticks before others get them. */
  readonly spareIds?: number;
}

/** Sight is lost at this multiple of the distance at which it begins. */
const SIGHT_LEAVE_RATIO = 1.1;
/** Positions on the wire reach this far from the origin, at both sides. */
export const MAX_HALF_SIZE = 256;

/** Radii of a scene's sight. Throws for one in which everybody sees everybody. */
export function sightOf({ sightRadius }: Scene): { enter: number; leave: number } {
  if (sightRadius <= 0) throw new RangeError("sightRadius is 0: in this scene everybody sees everybody.");
  return { enter: sightRadius, leave: sightRadius * SIGHT_LEAVE_RATIO };
}

/** A scene from a program's argument. Throws when it is not one. */
export function parseScene(text: string | undefined): Scene {
  const scene = JSON.parse(text ?? "{}") as Partial<Record<keyof Scene, unknown>>;
  for (const name of ["tickHz", "roomSize", "movers", "halfSize", "sightRadius"] as const) {
    if (typeof scene[name] !== "number") throw new Error(`The scene's ${name} must be a number.`);
  }
  return scene as Scene;
}
