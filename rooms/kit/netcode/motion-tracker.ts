// Follows a room's moving entities into its snapshot history: who there is, under which id, and where.
import { type GameWire, SnapshotHistory } from "../../../shared/netcode/index.ts";

/** An entity as snapshots know it: an object with named numbers and booleans. */
export type Moving = object;

/** Where the entities of each kind are found, tick after tick. */
export type MotionSources = Readonly<Record<string, () => Iterable<Moving>>>;

/** Ids have 14 bits; the generation goes above them. */
const ID_RANGE = 16_384;

/** The history of a room's entities, and the way from an entity to its id. */
export class MotionTracker {
  readonly history: SnapshotHistory;
  /** The entity of each id; `undefined` where there is none. */
  readonly entities: (Moving | undefined)[];
  /** Tick at which each id's entity came; before it there is nothing to rewind to. */
  readonly addedAt: Float64Array;
  readonly #ids = new Map<Moving, number>();
  readonly #sources: { kind: number; names: readonly string[]; read: () => Iterable<Moving> }[];
  readonly #metAt: Float64Array;

  constructor(wire: GameWire, sources: MotionSources) {
    this.history = new SnapshotHistory(wire.snapshots, wire.capacity);
    this.entities = new Array(wire.capacity).fill(undefined);
    this.addedAt = new Float64Array(wire.capacity);
    this.#metAt = new Float64Array(wire.capacity).fill(-1);
    this.#sources = Object.entries(sources).map(([name, read]) => {
      const kind = wire.snapshots.kindOf(name);
      return { kind, names: wire.snapshots.layouts[kind]!.names, read };
    });
  }

  /** Ids of the entities that the sources list. */
  ids(): Iterable<number> {
    return this.#ids.values();
  }

  /** The id of an entity that a source lists, or -1. */
  idOf(entity: Moving): number {
    return this.#ids.get(entity) ?? -1;
  }

  /** What clients call an id: with its generation, so that two users of one id differ. */
  wireIdOf(id: number): number {
    return this.history.generation[id]! * ID_RANGE + id;
  }

  /** Takes an id for an entity that no source lists. Throws when the room's capacity is used up: its author must raise it. */
  reserve(kind: number): number {
    const id = this.history.add(kind);
    if (id >= 0) return id;
    throw new RangeError(
      `All ${this.history.capacity} entity ids of this room are taken: raise the game's netcode.capacity.`,
    );
  }

  /** Gives an id back; every client that knows its entity is told. */
  release(id: number): void {
    this.history.remove(id);
  }

  /** Reads an entity's fields into the history. */
  read(id: number, entity: Moving, names: readonly string[]): void {
    for (let field = 0; field < names.length; field++) {
      this.history.set(id, field, Number((entity as Record<string, unknown>)[names[field]!]));
    }
  }

  /**
   * Meets every entity of the sources: new ones get an id, gone ones lose theirs, and the fields of the rest are read. Call
   * it before `history.commit`; calling it again in a tick is harmless.
   */
  gather(
    tick: number,
    onAdd: (entity: Moving, id: number) => void,
    onRemove: (entity: Moving, id: number) => void,
  ): void {
    for (const { kind, names, read } of this.#sources) {
      for (const entity of read()) {
        let id = this.idOf(entity);
        if (id < 0) {
          id = this.reserve(kind);
          this.#ids.set(entity, id);
          this.entities[id] = entity;
          this.addedAt[id] = tick;
          onAdd(entity, id);
        }
        this.#metAt[id] = tick;
        this.read(id, entity, names);
      }
    }
    for (const [entity, id] of this.#ids) {
      if (this.#metAt[id] === tick) continue;
      onRemove(entity, id);
      this.#ids.delete(entity);
      this.entities[id] = undefined;
      this.release(id);
    }
  }
}
