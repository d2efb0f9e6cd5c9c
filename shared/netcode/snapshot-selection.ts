// Which candidates a snapshot carries: all when they fit its budget, otherwise the most urgent ones that do.
import { varintBits } from "./bit-writer.ts";
import { GROUP_BITS, IdGaps } from "./id-list.ts";
import { PriorityOrder } from "./priority.ts";
import { AGE_BITS, type SnapshotCandidates } from "./snapshot-candidates.ts";

/** Varint group of a count on the wire ([SNAP8] of SPEC.md). */
export const COUNT_GROUP_BITS = 6;
/** Chooses among a room's `SnapshotCandidates` and marks the chosen ones. Working space: sized once, shared by a room's encoders. */
export class SnapshotSelection {
  /** Number of chosen candidates. */
  count = 0;
  /** Varint group of the chosen ids. */
  groupBits = 1;
  private readonly candidates: SnapshotCandidates;
  private readonly order: PriorityOrder;
  private readonly gaps = new IdGaps();

  constructor(candidates: SnapshotCandidates) {
    this.candidates = candidates;
    this.order = new PriorityOrder(candidates.ids.length);
  }

  /** Chooses all candidates. False when their section takes more than `availableBits`: then choose by priority. */
  chooseAll(availableBits: number): boolean {
    const { candidates } = this;
    candidates.settleAge();
    this.count = candidates.count;
    return this.count === 0 || candidates.totalBits + this.overheadBits(candidates.gaps) <= availableBits;
  }

  /**
   * After `chooseAll`: gives up the least urgent records until the section takes at most `availableBits`. Counting the ids takes as
   * long as gathering them, so as many records go at a time as are too much by what ids cost on the whole. One is always left: the
   * smallest budget has room for it.
   */
  chooseByPriority(availableBits: number): void {
    const { candidates, order } = this;
    order.reset(candidates.count, candidates.priorities);
    let total = candidates.totalBits;
    let overhead = this.overheadBits(candidates.gaps);
    let place = 0;
    while (total + overhead > availableBits && this.count > 1) {
      const idBits = Math.floor(overhead / this.count);
      for (let excess = total + overhead - availableBits; excess > 0 && this.count > 1; place++) {
        order.sortLeast(place + 1);
        const candidate = order.at(place);
        const bits = candidates.recordBits(candidate);
        candidates.isChosen[candidate] = 0;
        excess -= bits + idBits;
        total -= bits;
        this.count--;
      }
      overhead = this.overheadBits(this.chosenGaps());
    }
  }

  private chosenGaps(): IdGaps {
    const { candidates, gaps } = this;
    gaps.reset();
    for (let candidate = 0; candidate < candidates.count; candidate++) {
      if (candidates.isChosen[candidate] === 1) gaps.add(candidates.ids[candidate]!);
    }
    return gaps;
  }

  /** Bits of the record section beside the records themselves; settles `groupBits`. */
  private overheadBits(gaps: IdGaps): number {
    const countBits = varintBits(this.count, COUNT_GROUP_BITS);
    if (this.count === 0) return countBits;
    const gapBits = gaps.choose();
    this.groupBits = gaps.groupBits;
    return countBits + GROUP_BITS + AGE_BITS + 1 + this.candidates.codesBits() + gapBits;
  }
}
