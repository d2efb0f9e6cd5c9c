// The changes of a room's entities, coded once a tick and shared by the snapshots of all clients that hold the same baseline.
import { BitWriter } from "./bit-writer.ts";
import { CODE_BITS, changeOf, chooseCode, LENGTHS, writeChange, zigzag } from "./delta-code.ts";
import type { SnapshotSchema } from "./snapshot-schema.ts";

/** A coded change is kept in whole words. */
const WORD_BITS = 32;
/**
 * Codes the change of an entity since a tick of the history at most once, whoever asks. The codes are chosen for the whole
 * room, from the changes of the ticks before, newer ones counting more: so that one coding serves every client ([SNAP10] of
 * SPEC.md describes them in each snapshot, and a snapshot may choose them as it likes).
 *
 * There is memory for the ages of baselines that occurred, mostly two or three of all; it is allocated when an age occurs first.
 */
export class DeltaCache {
  /** Bits of the change at each place. */
  bits = new Uint16Array(0);
  private readonly schema: SnapshotSchema;
  private readonly capacity: number;
  private readonly fieldStart: readonly number[];
  /** How often a change of each length was coded, by field; halved every tick. */
  private readonly lengths: Uint32Array;
  private readonly widths: Uint8Array;
  private readonly isZeroShort: Uint8Array;
  /** 1 for a kind of which a change was coded; before its first there is nothing to choose by. */
  private readonly hasCodes: Uint8Array;
  /** The codes of each kind's fields as they are written, in words. */
  private readonly codes: Int32Array[];
  /** The first place of each age's changes; -1 before the age has occurred. */
  private readonly placeOfAge: Int32Array;
  private places = 0;
  /** Tick in which each place was coded. */
  private codedAt = new Int32Array(0);
  private words = new Int32Array(0);
  private readonly wordsPerPlace: number;
  private readonly changes: Uint32Array;
  private readonly writer: BitWriter;
  private tick = -1;

  /** Changes since 0 to `ages - 1` ticks ago, of `capacity` entities. */
  constructor(schema: SnapshotSchema, capacity: number, ages: number) {
    this.schema = schema;
    this.capacity = capacity;
    const starts = [0];
    for (const layout of schema.layouts) starts.push(starts.at(-1)! + layout.size);
    this.fieldStart = starts;
    const fields = starts.at(-1)!;
    this.lengths = new Uint32Array(fields * LENGTHS);
    this.widths = new Uint8Array(fields);
    this.isZeroShort = new Uint8Array(fields);
    this.hasCodes = new Uint8Array(schema.layouts.length);
    const widest = Math.max(...schema.layouts.map((layout) => layout.totalBits + 2 * layout.size));
    this.wordsPerPlace = Math.ceil(widest / WORD_BITS);
    this.codes = schema.layouts.map((layout) => new Int32Array(Math.ceil((layout.size * CODE_BITS) / WORD_BITS)));
    this.placeOfAge = new Int32Array(ages).fill(-1);
    this.changes = new Uint32Array(schema.stride);
    const words = Math.max(this.wordsPerPlace, ...this.codes.map(({ length }) => length));
    this.writer = new BitWriter(new Uint8Array((words * WORD_BITS) / 8));
  }

  /** Begins a tick: nothing is coded, and the codes suit what was coded before. */
  begin(tick: number): void {
    this.tick = tick;
    for (let kind = 0; kind < this.schema.layouts.length; kind++) this.chooseCodes(kind);
    for (let index = 0; index < this.lengths.length; index++) this.lengths[index] = this.lengths[index]! >>> 1;
  }

  /**
   * Place of the change of entity `id` since `age` ticks ago, coded now unless it was; the fields of then and now begin at
   * `rows[baseStart]` and `rows[start]`.
   */
  place(id: number, kind: number, age: number, rows: Int32Array, start: number, baseStart: number): number {
    let place = this.placeOfAge[age]!;
    if (place < 0) place = this.addAge(age);
    place += id;
    if (this.codedAt[place] !== this.tick) {
      this.codedAt[place] = this.tick;
      this.code(place, kind, rows, start, baseStart);
    }
    return place;
  }

  /** Writes the change at a place of this tick. */
  write(writer: BitWriter, place: number): void {
    writer.append(this.words, place * this.wordsPerPlace * WORD_BITS, this.bits[place]!);
  }

  /** Writes the codes of a kind's fields, as this tick has them. */
  writeCodes(writer: BitWriter, kind: number): void {
    writer.append(this.codes[kind]!, 0, this.schema.layouts[kind]!.size * CODE_BITS);
  }

  private addAge(age: number): number {
    const place = this.places;
    this.placeOfAge[age] = place;
    this.places += this.capacity;
    this.codedAt = grown(this.codedAt, new Int32Array(this.places).fill(-1));
    this.bits = grown(this.bits, new Uint16Array(this.places));
    this.words = grown(this.words, new Int32Array(this.places * this.wordsPerPlace));
    return place;
  }

  private chooseCodes(kind: number): void {
    const { bits } = this.schema.layouts[kind]!;
    for (let field = 0; field < bits.length; field++) {
      const at = this.fieldStart[kind]! + field;
      const cost = chooseCode(this.lengths, at * LENGTHS, bits[field]!);
      if (cost < 64) break; // Nothing was counted lately, so nothing is known better.
      this.widths[at] = (cost % 64) >>> 1;
      this.isZeroShort[at] = cost & 1;
    }
    const { writer } = this;
    writer.reset();
    for (let field = 0; field < bits.length; field++) {
      const at = this.fieldStart[kind]! + field;
      writer.write((this.widths[at]! << 1) | this.isZeroShort[at]!, CODE_BITS);
    }
    writer.copyWords(this.codes[kind]!, 0);
  }

  private code(place: number, kind: number, rows: Int32Array, start: number, baseStart: number): void {
    const { bits, isAngle } = this.schema.layouts[kind]!;
    const { writer, changes } = this;
    for (let field = 0; field < bits.length; field++) {
      const change = changeOf(rows[baseStart + field]!, rows[start + field]!, bits[field]!, isAngle[field] === 1);
      changes[field] = zigzag(change);
      const length = (this.fieldStart[kind]! + field) * LENGTHS + 32 - Math.clz32(changes[field]!);
      this.lengths[length] = this.lengths[length]! + 1;
    }
    if (this.hasCodes[kind] === 0) this.chooseCodes(kind);
    this.hasCodes[kind] = 1;
    writer.reset();
    for (let field = 0; field < bits.length; field++) {
      const at = this.fieldStart[kind]! + field;
      const isZeroShort = this.isZeroShort[at] === 1;
      writeChange(writer, changes[field]!, rows[start + field]!, bits[field]!, this.widths[at]!, isZeroShort);
    }
    this.bits[place] = writer.position;
    writer.copyWords(this.words, place * this.wordsPerPlace);
  }
}

function grown<Numbers extends Int32Array | Uint16Array>(from: Numbers, into: Numbers): Numbers {
  into.set(from);
  return into;
}
