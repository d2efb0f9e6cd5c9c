// The removals of one snapshot: which entities a client is to forget, as many as fit. One working space a room.
import { type BitWriter, varintBits } from "./bit-writer.ts";
import { GROUP_BITS, IdGaps, writeGap } from "./id-list.ts";
import { COUNT_GROUP_BITS } from "./snapshot-selection.ts";

/** Most removals that one snapshot carries; further ones wait for the next. */
export const MAX_DESPAWNS = 64;

/** Ids to remove, ascending. */
export class SnapshotDespawns {
  count = 0;
  /** True when more removals wait than this snapshot carries. */
  areLeft = false;
  readonly ids = new Int32Array(MAX_DESPAWNS);
  /** The row of each in what its client knows. */
  readonly rows = new Int32Array(MAX_DESPAWNS);
  private readonly gaps = new IdGaps();

  /** Empties the list. */
  reset(): void {
    this.count = 0;
    this.areLeft = false;
  }

  /** Adds an id above all before it, or notes that it has to wait. */
  add(id: number, row: number): void {
    if (this.count === MAX_DESPAWNS) {
      this.areLeft = true;
      return;
    }
    this.ids[this.count] = id;
    this.rows[this.count++] = row;
  }

  /** Keeps as many as `availableBits` hold, and gives the bits that they take. */
  trim(availableBits: number): number {
    const { gaps } = this;
    while (this.count > 0) {
      gaps.reset();
      for (let index = 0; index < this.count; index++) gaps.add(this.ids[index]!);
      const bits = varintBits(this.count, COUNT_GROUP_BITS) + GROUP_BITS + gaps.choose();
      if (bits <= availableBits) return bits;
      this.count--;
      this.areLeft = true;
    }
    return 0;
  }

  /** Writes the list, after `trim`; nothing when it is empty. */
  write(writer: BitWriter): void {
    if (this.count === 0) return;
    const { groupBits } = this.gaps;
    writer.writeVarint(this.count, COUNT_GROUP_BITS);
    writer.write(groupBits - 1, GROUP_BITS);
    let previous = -1;
    for (let index = 0; index < this.count; index++) {
      writeGap(writer, this.ids[index]!, previous, groupBits);
      previous = this.ids[index]!;
    }
  }
}
