// The records of one tick for all clients that hold the same, as bits that are copied into each snapshot around what is its own.

import type { BitWriter } from "./bit-writer.ts";
import { GROUP_BITS, writeGap } from "./id-list.ts";
import { AGE_BITS } from "./snapshot-candidates.ts";
import type { SnapshotHistory } from "./snapshot-history.ts";
import { COUNT_GROUP_BITS } from "./snapshot-selection.ts";

/** Made anew from the history's candidates in every tick; the arrays stay. */
export class SharedRecords {
  /** The acks that these records are for. */
  key = 0;
  /** Entities that had to go in too, but do not fit this tick. */
  uncovered = 0;
  /** Removals that go with the records, ascending; `areRemovalsLeft` when there are more. */
  readonly removed: number[] = [];
  areRemovalsLeft = false;
  private readonly history: SnapshotHistory;
  private count = 0;
  private groupBits = 1;
  private commonAge = 0;
  private deltaKinds = 0;
  /** Ascending; -1 after the last. */
  private ids = new Int32Array(0);
  /** Bit at which each record begins, one more for the end of the last, and the bit after the gap of each id. */
  private starts = new Int32Array(1);
  private bodies = new Int32Array(0);
  private words = new Int32Array(0);
  /** False when they are longer than any snapshot. */
  isUsable = false;

  constructor(history: SnapshotHistory) {
    this.history = history;
  }

  /** Becomes the candidates and despawns of now; `uncovered` others are needed too. */
  take(key: number, uncovered: number): void {
    const { candidates, selection, despawns, writer } = this.history;
    selection.chooseAll(Number.POSITIVE_INFINITY);
    this.key = key;
    this.uncovered = uncovered;
    this.count = candidates.count;
    this.groupBits = selection.groupBits;
    this.commonAge = candidates.commonAge;
    this.deltaKinds = candidates.deltaKinds;
    this.areRemovalsLeft = despawns.areLeft;
    this.removed.length = despawns.count;
    for (let index = 0; index < despawns.count; index++) this.removed[index] = despawns.ids[index]!;
    if (this.ids.length <= this.count) this.grow();
    writer.reset();
    let previous = -1;
    for (let record = 0; record < this.count; record++) {
      const id = candidates.ids[record]!;
      this.ids[record] = id;
      this.starts[record] = writer.position;
      writeGap(writer, id, previous, this.groupBits);
      this.bodies[record] = writer.position;
      candidates.writeRecord(writer, record, this.history.rows, this.history.generation[id]!);
      previous = id;
    }
    // No id, so that a search may end here.
    this.ids[this.count] = -1;
    this.starts[this.count] = writer.position;
    this.isUsable = !writer.overflowed;
    const words = Math.ceil(writer.position / 32);
    // `append` may look at one word more.
    if (this.words.length <= words) this.words = new Int32Array(2 * words + 1);
    writer.copyWords(this.words, 0);
  }

  /**
   * Writes the section of records: these, without those of the first `exceptionCount` of `exceptions`, and the history's candidates, which
   * are exceptions too. The exceptions ascend. Gives the number of records.
   */
  write(writer: BitWriter, exceptions: Int32Array, exceptionCount: number): number {
    const { candidates, selection, rows, generation } = this.history;
    let count = this.count + candidates.count;
    for (let index = 0; index < exceptionCount; index++) {
      if (this.ids[this.firstFrom(exceptions[index]!)] === exceptions[index]) count--;
    }
    writer.writeVarint(count, COUNT_GROUP_BITS);
    if (count === 0) return 0;
    if (this.count > 0) {
      candidates.commonAge = this.commonAge;
    } else {
      selection.chooseAll(Number.POSITIVE_INFINITY);
      this.groupBits = selection.groupBits;
    }
    writer.write(this.groupBits - 1, GROUP_BITS);
    writer.write(candidates.commonAge, AGE_BITS);
    candidates.writeCodes(writer, this.deltaKinds | candidates.deltaKinds);
    let from = 0;
    let previous = -1;
    let candidate = 0;
    for (let index = 0; index < exceptionCount; index++) {
      const id = exceptions[index]!;
      const to = this.firstFrom(id);
      previous = this.copy(writer, from, to, previous);
      from = this.ids[to] === id ? to + 1 : to;
      if (candidate === candidates.count || candidates.ids[candidate] !== id) continue;
      writeGap(writer, id, previous, this.groupBits);
      candidates.writeRecord(writer, candidate++, rows, generation[id]!);
      previous = id;
    }
    this.copy(writer, from, this.count, previous);
    return count;
  }

  /** Copies the records `from` up to `to` behind that of the id `previous`, and gives the last id. */
  private copy(writer: BitWriter, from: number, to: number, previous: number): number {
    if (from >= to) return previous;
    let start = this.starts[from]!;
    if (previous !== (from === 0 ? -1 : this.ids[from - 1])) {
      writeGap(writer, this.ids[from]!, previous, this.groupBits);
      start = this.bodies[from]!;
    }
    writer.append(this.words, start, this.starts[to]! - start);
    return this.ids[to - 1]!;
  }

  /** The first record whose id is at least `id`. */
  private firstFrom(id: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private grow(): void {
    const length = 2 ** Math.ceil(Math.log2(this.count + 1));
    this.ids = new Int32Array(length);
    this.starts = new Int32Array(length);
    this.bodies = new Int32Array(length);
  }
}
