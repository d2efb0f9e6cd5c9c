// Ascending ids on the wire: the gap before each, in varint groups as wide as this list's gaps want.
import type { BitReader } from "./bit-reader.ts";
import type { BitWriter } from "./bit-writer.ts";

/** Bits that carry a list's group width, less one ([SNAP8] of SPEC.md). */
export const GROUP_BITS = 3;
const MAX_GROUP = 1 << GROUP_BITS;
/** Lengths that a gap can have: an id has 14 bits. */
const GAP_LENGTHS = 16;
/** Bits of a gap, by group width less one and its length. */
const GAP_BITS = Uint8Array.from({ length: MAX_GROUP * GAP_LENGTHS }, (_, at) => {
  const groupBits = Math.floor(at / GAP_LENGTHS) + 1;
  return 1 + Math.ceil((at % GAP_LENGTHS) / groupBits) * (groupBits + 1);
});

/**
 * Counts the gaps of an ascending list and finds the varint group width that costs least. Feed every id in order, then read
 * `best`. Reused for every list: no allocation.
 */
export class IdGaps {
  /** Best group width, 1 to 8, after `choose`. */
  groupBits = 1;
  private readonly lengths = new Uint32Array(33);
  private previous = -1;

  /** Forgets the list. */
  reset(): void {
    this.lengths.fill(0);
    this.previous = -1;
  }

  /** Counts the next id, which must be above the one before. */
  add(id: number): void {
    const length = 32 - Math.clz32(id - this.previous - 1);
    this.lengths[length] = this.lengths[length]! + 1;
    this.previous = id;
  }

  /** Sets `groupBits` to the width that costs least and gives the bits that all gaps then take. */
  choose(): number {
    let best = Number.POSITIVE_INFINITY;
    for (let groupBits = 1; groupBits <= MAX_GROUP; groupBits++) {
      let bits = 0;
      const row = (groupBits - 1) * GAP_LENGTHS;
      for (let length = 0; length < GAP_LENGTHS; length++) bits += this.lengths[length]! * GAP_BITS[row + length]!;
      if (bits < best) {
        best = bits;
        this.groupBits = groupBits;
      }
    }
    return best;
  }
}

/** Writes `id` after `previous` (-1 before the first). */
export function writeGap(writer: BitWriter, id: number, previous: number, groupBits: number): void {
  writer.writeVarint(id - previous - 1, groupBits);
}

/** Reads the id after `previous`; it is above it, and may be past any bound: the caller checks. */
export function readGap(reader: BitReader, previous: number, groupBits: number): number {
  return previous + 1 + reader.readVarint(groupBits);
}
