// What one client's snapshot might carry this tick, with the exact cost of each record. One working space a room.
import type { BitWriter } from "./bit-writer.ts";
import { CODE_BITS, changeBits, changeOf, chooseCode, LENGTHS, writeChange, zigzag } from "./delta-code.ts";
import { GENERATION_BITS, type SnapshotSchema } from "./snapshot-schema.ts";

/** Bits of a baseline age ([SNAP6] of SPEC.md); age 0 is a keyframe. */
export const AGE_BITS = 5;
const AGES = 1 << AGE_BITS;

/**
 * The candidates of one snapshot in ascending order of id. Fill it with `addKeyframe` and `addDelta`, call `chooseCodes`, then ask
 * for costs and write records. Sized once for a room's capacity; nothing allocates afterwards.
 */
export class SnapshotCandidates {
  count = 0;
  /** Entity id of each candidate. */
  readonly ids: Int32Array;
  /** Baseline age of each candidate in ticks; 0 for a keyframe. */
  readonly ages: Uint8Array;
  /** Kind number of each candidate. */
  readonly kinds: Uint8Array;
  /** 1 where the candidate goes into the snapshot. */
  readonly isChosen: Uint8Array;
  /** The age that most candidates have: it is said once, in the header. */
  commonAge = 0;
  /** Whether any candidate is a delta, so that the header must describe the codes. */
  hasDeltas = false;

  private readonly schema: SnapshotSchema;
  private readonly fieldStart: readonly number[];
  private readonly zigzags: Uint32Array;
  private readonly starts: Int32Array;
  private readonly lengths: Uint32Array;
  private readonly widths: Uint8Array;
  private readonly isZeroShort: Uint8Array;
  private readonly deltasOfKind: Uint32Array;
  private readonly ageCounts = new Uint32Array(AGES);

  constructor(schema: SnapshotSchema, capacity: number) {
    this.schema = schema;
    const starts = [0];
    for (const layout of schema.layouts) starts.push(starts.at(-1)! + layout.size);
    this.fieldStart = starts;
    const fields = starts.at(-1)!;
    this.ids = new Int32Array(capacity);
    this.ages = new Uint8Array(capacity);
    this.kinds = new Uint8Array(capacity);
    this.isChosen = new Uint8Array(capacity);
    this.starts = new Int32Array(capacity);
    this.zigzags = new Uint32Array(capacity * schema.stride);
    this.lengths = new Uint32Array(fields * LENGTHS);
    this.widths = new Uint8Array(fields);
    this.isZeroShort = new Uint8Array(fields);
    this.deltasOfKind = new Uint32Array(schema.layouts.length);
  }

  /** Empties the list. */
  reset(): void {
    this.count = 0;
    this.lengths.fill(0);
    this.ageCounts.fill(0);
    this.deltasOfKind.fill(0);
  }

  /** Adds a record with whole fields, which start at `rows[start]`. */
  addKeyframe(id: number, kind: number, start: number): void {
    this.append(id, kind, start, 0);
  }

  /** Adds a record of the fields at `rows[start]` against those at `rows[baseStart]`, `age` ticks before. */
  addDelta(id: number, kind: number, rows: Int32Array, start: number, baseStart: number, age: number): void {
    const layout = this.schema.layouts[kind]!;
    const { bits, isAngle } = layout;
    const into = this.count * this.schema.stride;
    let bin = this.fieldStart[kind]! * LENGTHS;
    for (let field = 0; field < bits.length; field++) {
      const code = zigzag(changeOf(rows[baseStart + field]!, rows[start + field]!, bits[field]!, isAngle[field] === 1));
      this.zigzags[into + field] = code;
      const length = bin + 32 - Math.clz32(code);
      this.lengths[length] = this.lengths[length]! + 1;
      bin += LENGTHS;
    }
    this.deltasOfKind[kind] = this.deltasOfKind[kind]! + 1;
    this.append(id, kind, start, age);
  }

  /** Settles the common age and each field's code. Call it once, after the last candidate. */
  chooseCodes(): void {
    let commonAge = 0;
    for (let age = 1; age < AGES; age++) {
      if (this.ageCounts[age]! > this.ageCounts[commonAge]!) commonAge = age;
    }
    this.commonAge = commonAge;
    this.hasDeltas = this.ageCounts[0]! < this.count;
    for (let kind = 0; kind < this.schema.layouts.length; kind++) {
      if (this.deltasOfKind[kind] === 0) continue;
      const { bits } = this.schema.layouts[kind]!;
      for (let field = 0; field < bits.length; field++) {
        const at = this.fieldStart[kind]! + field;
        const choice = chooseCode(this.lengths, at * LENGTHS, bits[field]!) % 64;
        this.widths[at] = choice >>> 1;
        this.isZeroShort[at] = choice & 1;
      }
    }
  }

  /** Bits that the description of the codes takes in the header. */
  codesBits(): number {
    if (!this.hasDeltas) return 0;
    let total = 0;
    for (let kind = 0; kind < this.schema.layouts.length; kind++) {
      if (this.schema.layouts.length > 1) total += 1;
      if (this.deltasOfKind[kind]! > 0) total += this.schema.layouts[kind]!.size * CODE_BITS;
    }
    return total;
  }

  /** Writes the description of the codes ([SNAP10] of SPEC.md). */
  writeCodes(writer: BitWriter): void {
    for (let kind = 0; kind < this.schema.layouts.length; kind++) {
      const isUsed = this.deltasOfKind[kind]! > 0;
      if (this.schema.layouts.length > 1) writer.writeBoolean(isUsed);
      if (!isUsed) continue;
      const end = this.fieldStart[kind + 1]!;
      for (let at = this.fieldStart[kind]!; at < end; at++)
        writer.write((this.widths[at]! << 1) | this.isZeroShort[at]!, CODE_BITS);
    }
  }

  /** Bits of a candidate's record without its id. */
  recordBits(candidate: number): number {
    const age = this.ages[candidate]!;
    const kind = this.kinds[candidate]!;
    const layout = this.schema.layouts[kind]!;
    let total = age === this.commonAge ? 1 : 1 + AGE_BITS;
    if (age === 0) return total + this.schema.kindBits + GENERATION_BITS + layout.totalBits;
    const from = candidate * this.schema.stride;
    const code = this.fieldStart[kind]!;
    for (let field = 0; field < layout.bits.length; field++) {
      const at = code + field;
      total += changeBits(
        this.zigzags[from + field]!,
        layout.bits[field]!,
        this.widths[at]!,
        this.isZeroShort[at] === 1,
      );
    }
    return total;
  }

  /** Writes a candidate's record without its id. */
  writeRecord(writer: BitWriter, candidate: number, rows: Int32Array, generation: number): void {
    const age = this.ages[candidate]!;
    const kind = this.kinds[candidate]!;
    const { bits } = this.schema.layouts[kind]!;
    const start = this.starts[candidate]!;
    if (age === this.commonAge) writer.write(0, 1);
    else writer.write((age << 1) | 1, 1 + AGE_BITS);
    if (age === 0) {
      if (this.schema.kindBits > 0) writer.write(kind, this.schema.kindBits);
      writer.write(generation, GENERATION_BITS);
      for (let field = 0; field < bits.length; field++) writer.write(rows[start + field]!, bits[field]!);
      return;
    }
    const from = candidate * this.schema.stride;
    const code = this.fieldStart[kind]!;
    for (let field = 0; field < bits.length; field++) {
      const at = code + field;
      const isZeroShort = this.isZeroShort[at] === 1;
      writeChange(
        writer,
        this.zigzags[from + field]!,
        rows[start + field]!,
        bits[field]!,
        this.widths[at]!,
        isZeroShort,
      );
    }
  }

  private append(id: number, kind: number, start: number, age: number): void {
    const at = this.count++;
    this.ids[at] = id;
    this.kinds[at] = kind;
    this.starts[at] = start;
    this.ages[at] = age;
    this.ageCounts[age] = this.ageCounts[age]! + 1;
    this.isChosen[at] = 0;
  }
}
