// The changes of a room's entities, coded once a tick and shared by the snapshots of all clients that hold the same baseline.
import { BitWriter } from "./bit-writer.ts";
import { CODE_BITS, changeOf, chooseCode, LENGTHS, writeChange, zigzag } from "./delta-code.ts";
import type { SnapshotSchema } from "./snapshot-schema.ts";

/** A coded change is kept in pieces that a `BitWriter` takes in one go. */
const PIECE_BITS = 24;
const PIECE_BYTES = PIECE_BITS / 8;

/**
 * Codes the change of an entity since a tick of the history at most once, whoever asks. The codes are chosen for the whole
 * room, from the changes of the ticks before, newer ones counting more: so that one coding serves every client ([SNAP10] of
 * SPEC.md describes them in each snapshot, and a snapshot may choose them as it likes).
 *
 * Sized once for a room's capacity and the ages that baselines can have; nothing allocates afterwards.
 */
export class DeltaCache {
  /** Bits of the change at each place. */
  readonly bits: Uint16Array;
  private readonly schema: SnapshotSchema;
  private readonly capacity: number;
  private readonly fieldStart: readonly number[];
  /** How often a change of each length was coded, by field; halved every tick. */
  private readonly lengths: Uint32Array;
  private readonly widths: Uint8Array;
  private readonly isZeroShort: Uint8Array;
  /** 1 for a kind of which a change was coded; before its first there is nothing to choose by. */
  private readonly hasCodes: Uint8Array;
  /** Tick in which each place was coded. */
  private readonly codedAt: Int32Array;
  private readonly pieces: Int32Array;
  private readonly piecesPerPlace: number;
  private readonly changes: Uint32Array;
  private readonly scratch: Uint8Array;
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
    this.piecesPerPlace = Math.ceil(widest / PIECE_BITS);
    this.codedAt = new Int32Array(ages * capacity).fill(-1);
    this.bits = new Uint16Array(ages * capacity);
    this.pieces = new Int32Array(ages * capacity * this.piecesPerPlace);
    this.changes = new Uint32Array(schema.stride);
    this.scratch = new Uint8Array(this.piecesPerPlace * PIECE_BYTES);
    this.writer = new BitWriter(this.scratch);
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
    const place = age * this.capacity + id;
    if (this.codedAt[place] !== this.tick) {
      this.codedAt[place] = this.tick;
      this.code(place, kind, rows, start, baseStart);
    }
    return place;
  }

  /** Writes the change at a place of this tick. */
  write(writer: BitWriter, place: number): void {
    let rest = this.bits[place]!;
    for (let piece = place * this.piecesPerPlace; rest > 0; piece++) {
      writer.write(this.pieces[piece]!, rest < PIECE_BITS ? rest : PIECE_BITS);
      rest -= PIECE_BITS;
    }
  }

  /** Writes the codes of a kind's fields, as this tick has them. */
  writeCodes(writer: BitWriter, kind: number): void {
    const end = this.fieldStart[kind + 1]!;
    for (let at = this.fieldStart[kind]!; at < end; at++) {
      writer.write((this.widths[at]! << 1) | this.isZeroShort[at]!, CODE_BITS);
    }
  }

  private chooseCodes(kind: number): void {
    const { bits } = this.schema.layouts[kind]!;
    for (let field = 0; field < bits.length; field++) {
      const at = this.fieldStart[kind]! + field;
      const cost = chooseCode(this.lengths, at * LENGTHS, bits[field]!);
      if (cost < 64) return; // Nothing was counted lately, so nothing is known better.
      this.widths[at] = (cost % 64) >>> 1;
      this.isZeroShort[at] = cost & 1;
    }
  }

  private code(place: number, kind: number, rows: Int32Array, start: number, baseStart: number): void {
    const { bits, isAngle } = this.schema.layouts[kind]!;
    const { writer, scratch, changes } = this;
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
    const bytes = writer.finish();
    scratch.fill(0, bytes);
    const first = place * this.piecesPerPlace;
    for (let piece = 0; piece * PIECE_BYTES < bytes; piece++) {
      const from = piece * PIECE_BYTES;
      this.pieces[first + piece] = scratch[from]! | (scratch[from + 1]! << 8) | (scratch[from + 2]! << 16);
    }
  }
}
