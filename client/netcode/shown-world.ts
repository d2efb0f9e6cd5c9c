// Everything that snapshots tell of, at the instant that is drawn.
import type { EntityTrack, SnapshotDecoder, SnapshotSchema } from "../../shared/netcode/index.ts";
import { type DrawnInstant, entityIdOf, ShownEntity, type SnapshotEntity, wireIdOf } from "./shown-entity.ts";

/** What of a game decides how its entities are drawn. */
export interface ShownWorldOptions {
  readonly schema: SnapshotSchema;
  /** Number of the kind that is the own player's state. */
  readonly selfKind: number;
  /** Names of the position's fields. */
  readonly position: readonly string[];
  /** A jump of more than this is shown at once. */
  readonly teleportDistance: number;
}

/** The entities of one decoder after the other: a reconnected client begins with none. */
export class ShownWorld {
  /** The own player's state as the server has it; drawn only while prediction is off. */
  self: ShownEntity | undefined;
  readonly #options: ShownWorldOptions;
  readonly #instant: DrawnInstant & { tick: number; version: number } = {
    tick: Number.POSITIVE_INFINITY,
    version: 0,
  };
  readonly #entities = new Map<number, ShownEntity>();

  constructor(options: ShownWorldOptions) {
    this.#options = options;
  }

  /** Fractional tick that is drawn; infinite while the newest states are. */
  get tick(): number {
    return this.#instant.tick;
  }

  /** Sets the instant of this frame. */
  show(tick: number): void {
    this.#instant.tick = Number.isNaN(tick) ? Number.POSITIVE_INFINITY : tick;
    this.#instant.version += 1;
  }

  /** Forgets everything: what comes next is told from its beginning. */
  clear(): void {
    this.#entities.clear();
    this.self = undefined;
  }

  /** Takes over what a snapshot changed; `decoder` has just taken it. */
  update({ spawned, despawned, entities, header }: SnapshotDecoder): void {
    for (const track of despawned) this.#forget(track);
    for (const track of spawned) this.#add(track);
    const { position, teleportDistance } = this.#options;
    for (const track of entities.values()) {
      if (track.newestTick !== header.tick) continue;
      this.#entities.get(track.id)?.onState(position, teleportDistance);
    }
    this.#instant.version += 1;
  }

  /** The entity of that name, if this client may know of it. */
  get(entityId: number): ShownEntity | undefined {
    const entity = this.#entities.get(wireIdOf(entityId));
    return entity?.id === entityId ? entity : undefined;
  }

  /** Entities of a kind, in no particular order. */
  *ofKind(kind: string): Generator<SnapshotEntity> {
    for (const entity of this.#entities.values()) if (entity.kind === kind) yield entity;
  }

  #add(track: EntityTrack): void {
    const { schema, selfKind } = this.#options;
    const entity = new ShownEntity(track, schema.kindNames[track.kind]!, this.#instant);
    this.#entities.set(track.id, entity);
    if (track.kind === selfKind) this.self = entity;
  }

  #forget(track: EntityTrack): void {
    if (this.#entities.get(track.id)?.id === entityIdOf(track)) this.#entities.delete(track.id);
    if (this.self?.track === track) this.self = undefined;
  }
}
