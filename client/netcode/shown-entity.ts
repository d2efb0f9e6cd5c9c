// One entity of the snapshots as it is drawn: sampled at most once a frame, and never gliding through a teleport.
import type { EntityTrack } from "../../shared/netcode/index.ts";

/** An entity as games see it: those that live in snapshots only are drawn from here. */
export interface SnapshotEntity {
  /** Names the entity for good: equal to `entityId` of the state's instance where there is one. */
  readonly id: number;
  readonly kind: string;
  /** Names of the fields, in the order of `sample`. */
  readonly fields: readonly string[];
  /** Writes the fields as they are to be drawn in this frame. */
  sample(into: Float64Array | number[]): void;
  /** One field as it is to be drawn in this frame; `undefined` when the entity has none of that name. */
  value(field: string): number | undefined;
  /** One field as the server said last. */
  newest(field: string): number | undefined;
}

/** The instant that is drawn, the same for all entities. */
export interface DrawnInstant {
  /** Fractional tick; infinite to draw the newest states. */
  readonly tick: number;
  /** Changes whenever entities must be sampled anew. */
  readonly version: number;
}

/** Ids have 14 bits; the generation goes above them. */
const ID_RANGE = 16_384;

/** The name of an entity for good, from its id and generation. */
export function entityIdOf({ id, generation }: Pick<EntityTrack, "id" | "generation">): number {
  return generation * ID_RANGE + id;
}

/** The id of an entity that is so named. */
export function wireIdOf(entityId: number): number {
  return entityId % ID_RANGE;
}

/** A track and what was sampled of it. */
export class ShownEntity implements SnapshotEntity {
  readonly id: number;
  readonly kind: string;
  readonly track: EntityTrack;
  readonly #instant: DrawnInstant;
  readonly #values: Float64Array;
  #version = -1;
  /** Nothing from before this tick is drawn any more. */
  #cutTick = Number.NEGATIVE_INFINITY;

  constructor(track: EntityTrack, kind: string, instant: DrawnInstant) {
    this.track = track;
    this.id = entityIdOf(track);
    this.kind = kind;
    this.#instant = instant;
    this.#values = new Float64Array(track.layout.size);
  }

  get fields(): readonly string[] {
    return this.track.layout.names;
  }

  sample(into: Float64Array | number[]): void {
    this.#refresh();
    for (let field = 0; field < this.#values.length; field++) into[field] = this.#values[field]!;
  }

  value(field: string): number | undefined {
    this.#refresh();
    return this.#values[this.fields.indexOf(field)];
  }

  newest(field: string): number | undefined {
    const { track } = this;
    const index = this.fields.indexOf(field);
    return index < 0 ? undefined : track.layout.dequantize(index, track.quantizedAt(track.length - 1, index));
  }

  /** Whether `field` is one of this entity's and holds no number. */
  isBoolean(field: string): boolean {
    return this.track.layout.specs[this.fields.indexOf(field)]?.type === "boolean";
  }

  /** A state has arrived: when it is farther than `teleportDistance` from the one before, the way between is never drawn. */
  onState(position: readonly string[], teleportDistance: number): void {
    const { track } = this;
    if (track.length < 2 || track.newestTick === this.#cutTick) return;
    let squares = 0;
    for (const name of position) {
      const field = this.fields.indexOf(name);
      if (field < 0) return;
      const now = track.layout.dequantize(field, track.quantizedAt(track.length - 1, field));
      squares += (now - track.layout.dequantize(field, track.quantizedAt(track.length - 2, field))) ** 2;
    }
    if (squares > teleportDistance ** 2) this.#cutTick = track.newestTick;
  }

  #refresh(): void {
    const { version, tick } = this.#instant;
    if (version === this.#version) return;
    this.#version = version;
    this.track.sample(Math.max(tick, this.#cutTick), this.#values);
  }
}
