// What one client's snapshot might carry this tick, with the exact cost of each record. One working space a room.
import type { BitWriter } from "./bit-writer.ts";
import { DeltaCache } from "./delta-cache.ts";
import { CODE_BITS } from "./delta-code.ts";
import { IdGaps } from "./id-list.ts";
import { GENERATION_BITS, type SnapshotSchema } from "./snapshot-schema.ts";

/** Bits of a baseline age ([SNAP6] of SPEC.md); age 0 is a keyframe. */
export const AGE_BITS = 5;
const AGES = 1 << AGE_BITS;

/**
 * The candidates of one snapshot in ascending order of id. Fill it with `addKeyframe` and `addDelta`, call `settleAge`, then ask
 * for costs and write records. Sized once for a room's capacity; nothing allocates afterwards.
 */
export class SnapshotCandidates {
  count = 0;
  /** Entity id of each candidate. */
  readonly ids: Int32Array;
  /** The row of each candidate in what its client knows. */
  readonly rows: Int32Array;
  /** The gaps between the ids of all. */
  readonly gaps = new IdGaps();
  /** Urgency of each candidate; filled when not all of them fit. */
  readonly priorities: Float32Array;
  /** Baseline age of each candidate in ticks; 0 for a keyframe. */
  readonly ages: Uint8Array;
  /** Kind number of each candidate. */
  readonly kinds: Uint8Array;
  /** 1 where the candidate goes into the snapshot: all, until a selection says otherwise. */
  readonly isChosen: Uint8Array;
  /** The age that most candidates have: it is said once, in the header. */
  commonAge = 0;
  /** Kinds of which a candidate is a delta, so that the codes of their fields must be described: bit `k` for kind `k`. */
  deltaKinds = 0;

  private readonly schema: SnapshotSchema;
  private readonly deltas: DeltaCache;
  /** Where a keyframe's fields start, or the place of a change. */
  private readonly sources: Int32Array;
  /** Bits of all records but their ids and ages. */
  private bodyBits = 0;
  private readonly ageCounts = new Uint32Array(AGES);

  constructor(schema: SnapshotSchema, capacity: number) {
    this.schema = schema;
    this.deltas = new DeltaCache(schema, capacity, AGES);
    this.ids = new Int32Array(capacity);
    this.rows = new Int32Array(capacity);
    this.priorities = new Float32Array(capacity);
    this.ages = new Uint8Array(capacity);
    this.kinds = new Uint8Array(capacity);
    this.isChosen = new Uint8Array(capacity);
    this.sources = new Int32Array(capacity);
  }

  /** Begins a tick of the room. */
  begin(tick: number): void {
    this.deltas.begin(tick);
  }

  /** Empties the list. */
  reset(): void {
    this.count = 0;
    this.bodyBits = 0;
    this.gaps.reset();
    this.ageCounts.fill(0);
    this.deltaKinds = 0;
  }

  /** Adds a record with whole fields, which start at `rows[start]`. */
  addKeyframe(id: number, row: number, kind: number, start: number): void {
    const bits = this.schema.kindBits + GENERATION_BITS + this.schema.layouts[kind]!.totalBits;
    this.append(id, row, kind, start, 0, bits);
  }

  /** Adds a record of the fields at `rows[start]` against those at `rows[baseStart]`, `age` ticks before. */
  addDelta(
    id: number,
    row: number,
    kind: number,
    rows: Int32Array,
    start: number,
    baseStart: number,
    age: number,
  ): void {
    const place = this.deltas.place(id, kind, age, rows, start, baseStart);
    this.deltaKinds |= 1 << kind;
    this.append(id, row, kind, place, age, this.deltas.bits[place]!);
  }

  /** Settles the common age. Call it once, after the last candidate. */
  settleAge(): void {
    let commonAge = 0;
    for (let age = 1; age < AGES; age++) {
      if (this.ageCounts[age]! > this.ageCounts[commonAge]!) commonAge = age;
    }
    this.commonAge = commonAge;
  }

  /** Bits that the description of the codes takes in the header. */
  codesBits(): number {
    if (this.deltaKinds === 0) return 0;
    let total = 0;
    for (let kind = 0; kind < this.schema.layouts.length; kind++) {
      if (this.schema.layouts.length > 1) total += 1;
      if (((this.deltaKinds >>> kind) & 1) === 1) total += this.schema.layouts[kind]!.size * CODE_BITS;
    }
    return total;
  }

  /** Writes whether codes are described, and those of `kinds` ([SNAP10] of SPEC.md). */
  writeCodes(writer: BitWriter, kinds: number): void {
    writer.writeBoolean(kinds !== 0);
    if (kinds === 0) return;
    for (let kind = 0; kind < this.schema.layouts.length; kind++) {
      const isUsed = ((kinds >>> kind) & 1) === 1;
      if (this.schema.layouts.length > 1) writer.writeBoolean(isUsed);
      if (isUsed) this.deltas.writeCodes(writer, kind);
    }
  }

  /** Bits of all records together, without their ids. */
  get totalBits(): number {
    return this.bodyBits + this.count + AGE_BITS * (this.count - this.ageCounts[this.commonAge]!);
  }

  /** Bits of a candidate's record without its id. */
  recordBits(candidate: number): number {
    const age = this.ages[candidate]!;
    const ageBits = age === this.commonAge ? 1 : 1 + AGE_BITS;
    if (age > 0) return ageBits + this.deltas.bits[this.sources[candidate]!]!;
    return ageBits + this.schema.kindBits + GENERATION_BITS + this.schema.layouts[this.kinds[candidate]!]!.totalBits;
  }

  /** Writes a candidate's record without its id. */
  writeRecord(writer: BitWriter, candidate: number, rows: Int32Array, generation: number): void {
    const age = this.ages[candidate]!;
    const source = this.sources[candidate]!;
    if (age === this.commonAge) writer.write(0, 1);
    else writer.write((age << 1) | 1, 1 + AGE_BITS);
    if (age > 0) {
      this.deltas.write(writer, source);
      return;
    }
    const kind = this.kinds[candidate]!;
    const { bits } = this.schema.layouts[kind]!;
    if (this.schema.kindBits > 0) writer.write(kind, this.schema.kindBits);
    writer.write(generation, GENERATION_BITS);
    for (let field = 0; field < bits.length; field++) writer.write(rows[source + field]!, bits[field]!);
  }

  private append(id: number, row: number, kind: number, source: number, age: number, bits: number): void {
    const at = this.count++;
    this.ids[at] = id;
    this.rows[at] = row;
    this.kinds[at] = kind;
    this.sources[at] = source;
    this.ages[at] = age;
    this.isChosen[at] = 1;
    this.ageCounts[age] = this.ageCounts[age]! + 1;
    this.bodyBits += bits;
    this.gaps.add(id);
  }
}
