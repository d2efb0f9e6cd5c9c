// Which candidates a snapshot carries: all when they fit its budget, otherwise the most urgent ones that do.
import { varintBits } from "./bit-writer.ts";
import { GROUP_BITS, IdGaps } from "./id-list.ts";
import { PriorityOrder } from "./priority.ts";
import { AGE_BITS, type SnapshotCandidates } from "./snapshot-candidates.ts";

/** Varint group of a count on the wire ([SNAP8] of SPEC.md). */
export const COUNT_GROUP_BITS = 6;
/** Bits that a record's id is taken to need before the chosen ids are known. */
const TYPICAL_GAP_BITS = 3;

/** Chooses among a room's `SnapshotCandidates` and marks the chosen ones. Working space: sized once, shared by a room's encoders. */
export class SnapshotSelection {
  /** Number of chosen candidates. */
  count = 0;
  /** Varint group of the chosen ids. */
  groupBits = 1;
  private readonly candidates: SnapshotCandidates;
  private readonly order: PriorityOrder;
  private readonly recordBits: Uint16Array;
  private readonly gaps = new IdGaps();

  constructor(candidates: SnapshotCandidates) {
    this.candidates = candidates;
    this.order = new PriorityOrder(candidates.ids.length);
    this.recordBits = new Uint16Array(candidates.ids.length);
  }

  /** Chooses all candidates. False when their section takes more than `availableBits`: then choose by priority. */
  chooseAll(availableBits: number): boolean {
    const { candidates } = this;
    candidates.settleAge();
    this.count = candidates.count;
    return this.count === 0 || candidates.totalBits + this.overheadBits(candidates.gaps) <= availableBits;
  }

  /**
   * After `chooseAll`: chooses records whose section takes at most `availableBits`, the most urgent first. What remains when the
   * cheapest order does not fill it exactly stays unused.
   */
  chooseByPriority(availableBits: number): void {
    const { candidates, recordBits, order } = this;
    for (let at = 0; at < candidates.count; at++) recordBits[at] = candidates.recordBits(at);
    candidates.isChosen.fill(0, 0, candidates.count);
    order.sort(candidates.count, candidates.priorities);
    const limit = availableBits - candidates.codesBits() - AGE_BITS - GROUP_BITS - 1;
    let estimate = 0;
    let total = 0;
    this.count = 0;
    for (let place = 0; place < candidates.count; place++) {
      const candidate = order.at(place);
      const bits = recordBits[candidate]!;
      if (estimate + bits + TYPICAL_GAP_BITS > limit) continue;
      candidates.isChosen[candidate] = 1;
      estimate += bits + TYPICAL_GAP_BITS;
      total += bits;
      this.count++;
    }
    // The ids of the chosen may cost more than was assumed: give up the least urgent until all fits.
    for (
      let place = candidates.count - 1;
      place >= 0 && total + this.overheadBits(this.chosenGaps()) > availableBits;
      place--
    ) {
      const candidate = order.at(place);
      if (candidates.isChosen[candidate] === 0) continue;
      candidates.isChosen[candidate] = 0;
      total -= recordBits[candidate]!;
      this.count--;
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
