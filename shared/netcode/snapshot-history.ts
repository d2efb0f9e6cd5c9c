// The moving entities of a room: their quantised fields of the last ticks, kept once and shared by every client's encoder.
import { BitWriter } from "./bit-writer.ts";
import { MAX_FRAME_BYTES, MAX_TICK } from "./frame-kind.ts";
import { IdSet } from "./id-set.ts";
import { SharedKnowledge } from "./shared-knowledge.ts";
import { SnapshotCandidates } from "./snapshot-candidates.ts";
import { SnapshotDespawns } from "./snapshot-despawns.ts";
import { GENERATION_BITS, MAX_ENTITIES, type SnapshotSchema } from "./snapshot-schema.ts";
import { SnapshotSelection } from "./snapshot-selection.ts";

/** Ticks that stay in the history; a delta may refer to one of the 31 before the current ([SNAP6] of SPEC.md). */
export const HISTORY_TICKS = 32;
/** Oldest baseline, in ticks before the snapshot. */
export const MAX_BASELINE_AGE = HISTORY_TICKS - 1;
/** Ticks that the id of a removed entity rests before another gets it: no datagram that names it can still be taken. */
export const ID_REST_TICKS = 2 * HISTORY_TICKS;

const GENERATION_MASK = (1 << GENERATION_BITS) - 1;

/**
 * Struct-of-arrays storage of a room's moving entities. Set fields whenever the simulation changes them (they are quantised
 * there and then), and call `commit` once at the end of the tick: then every client's `SnapshotEncoder` may encode that tick.
 */
export class SnapshotHistory {
  readonly schema: SnapshotSchema;
  /** Ids are 0 to `capacity - 1`. */
  readonly capacity: number;
  /** Latest committed tick; -1 before the first. */
  tick = -1;
  /** Quantised fields of all entities in the last 32 ticks; the row of a tick starts at `rowOf(tick)`. */
  readonly rows: Int32Array;
  /** Last tick at which any field of the entity changed; -1 until its first commit. */
  readonly changeTick: Int32Array;
  /** Tells the users of one id apart. */
  readonly generation: Uint8Array;
  /** Kind number of each entity. */
  readonly kind: Uint8Array;
  /** 1 while the id belongs to an entity. */
  readonly isLive: Uint8Array;
  /** Ids of the entities that have a state at the latest tick and were not removed since. */
  readonly present: IdSet;
  /** What clients that see the same hold in common; `undefined` until there is anything that all see. */
  shared: SharedKnowledge | undefined;
  /** Working space that the encoders of the room share, because they run one after the other. */
  readonly candidates: SnapshotCandidates;
  /** Working space for choosing among the candidates. */
  readonly selection: SnapshotSelection;
  /** Working space for what is removed. */
  readonly despawns = new SnapshotDespawns();
  /** Working space for the snapshot itself. */
  readonly writer = new BitWriter(new Uint8Array(MAX_FRAME_BYTES));

  private readonly current: Int32Array;
  private readonly restingIds: number[] = [];
  private readonly restingSince: number[] = [];
  private usedIds = 0;
  private liveCount = 0;

  constructor(schema: SnapshotSchema, capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_ENTITIES) {
      throw new RangeError(`capacity ${capacity}: a room has room for 1 to ${MAX_ENTITIES} moving entities`);
    }
    this.schema = schema;
    this.capacity = capacity;
    this.rows = new Int32Array(HISTORY_TICKS * capacity * schema.stride);
    this.current = new Int32Array(capacity * schema.stride);
    this.changeTick = new Int32Array(capacity).fill(-1);
    this.generation = new Uint8Array(capacity);
    this.kind = new Uint8Array(capacity);
    this.isLive = new Uint8Array(capacity);
    this.present = new IdSet(capacity);
    this.candidates = new SnapshotCandidates(schema, capacity);
    this.selection = new SnapshotSelection(this.candidates);
  }

  /**
   * Says who is seen by everybody: what clients are sent of these is made once for all that hold the same. `ids` is kept up to date by
   * the caller, before the first snapshot of a tick. A client may all the same see a few more, or not see a few. Call it before encoders are made.
   */
  share(ids: IdSet): void {
    this.shared = new SharedKnowledge(this, ids);
  }

  /** Number of entities. */
  get size(): number {
    return this.liveCount;
  }

  /**
   * Adds an entity of kind number `kind` with every field at its lowest value, and gives its id, or -1 when there is no free id.
   * Ids that have rested long enough come first, so that ids stay dense. `generation[id]` is new.
   */
  add(kind: number): number {
    const id = this.takeId();
    if (id < 0) return -1;
    this.isLive[id] = 1;
    this.liveCount++;
    this.kind[id] = kind;
    this.changeTick[id] = -1;
    this.current.fill(0, id * this.schema.stride, (id + 1) * this.schema.stride);
    return id;
  }

  /** Removes an entity; every client that knows it is told by its own encoder. Unknown ids are ignored. */
  remove(id: number): void {
    if (this.isLive[id] !== 1) return;
    this.isLive[id] = 0;
    this.present.delete(id);
    this.liveCount--;
    this.changeTick[id] = -1;
    this.generation[id] = (this.generation[id]! + 1) & GENERATION_MASK;
    this.restingIds.push(id);
    this.restingSince.push(this.tick);
  }

  /** Sets one field (by its place in the kind's layout) of a live entity. */
  set(id: number, field: number, value: number): void {
    this.current[id * this.schema.stride + field] = this.schema.layouts[this.kind[id]!]!.quantize(field, value);
  }

  /** Ends a tick: what was set becomes the state of `tick`. Throws when ticks do not grow, which is a bug of the room. */
  commit(tick: number): void {
    if (!Number.isInteger(tick) || tick <= this.tick || tick > MAX_TICK) {
      throw new RangeError(`tick ${tick} cannot follow ${this.tick}: commit growing whole ticks up to ${MAX_TICK}`);
    }
    const { stride } = this.schema;
    const { rows, current } = this;
    const last = this.tick < 0 ? -1 : this.rowOf(this.tick);
    for (let id = 0; id < this.usedIds; id++) {
      if (this.isLive[id] !== 1) continue;
      if (last < 0 || this.changeTick[id]! < 0) {
        this.changeTick[id] = tick;
        this.present.add(id);
        continue;
      }
      const start = id * stride;
      for (let index = start; index < start + stride; index++) {
        if (rows[last + index] !== current[index]) {
          this.changeTick[id] = tick;
          break;
        }
      }
    }
    this.tick = tick;
    rows.set(this.usedIds === this.capacity ? current : current.subarray(0, this.usedIds * stride), this.rowOf(tick));
    this.candidates.begin(tick);
  }

  /** Where the row of `tick` starts in `rows`; valid for the latest 32 ticks. */
  rowOf(tick: number): number {
    return (tick & (HISTORY_TICKS - 1)) * this.current.length;
  }

  /** Quantised field of an entity at a tick of the history. */
  valueAt(tick: number, id: number, field: number): number {
    return this.rows[this.rowOf(tick) + id * this.schema.stride + field]!;
  }

  private takeId(): number {
    if (this.restingIds.length > 0 && this.tick - this.restingSince[0]! >= ID_REST_TICKS) {
      this.restingSince.shift();
      return this.restingIds.shift()!;
    }
    return this.usedIds < this.capacity ? this.usedIds++ : -1;
  }
}
