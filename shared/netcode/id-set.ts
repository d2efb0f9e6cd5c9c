// A set of small numbers, one bit each: who is seen, who is known, who is there.

/** Ids from 0 to `capacity - 1`. No call but the constructor and an iteration allocates. */
export class IdSet implements Iterable<number> {
  /** Bit `id & 31` of word `id >>> 5`, for whoever works on 32 ids at a time. */
  readonly words: Int32Array;

  constructor(capacity: number) {
    this.words = new Int32Array(Math.ceil(capacity / 32));
  }

  /** Ids past the capacity are ignored. */
  add(id: number): void {
    this.words[id >>> 5]! |= 1 << (id & 31);
  }

  delete(id: number): void {
    this.words[id >>> 5]! &= ~(1 << (id & 31));
  }

  has(id: number): boolean {
    return (this.words[id >>> 5]! & (1 << (id & 31))) !== 0;
  }

  clear(): void {
    this.words.fill(0);
  }

  /** Becomes equal to a set of the same capacity. */
  copyFrom(other: IdSet): void {
    this.words.set(other.words);
  }

  /** Becomes the set of these ids; whatever is not an id is left out. */
  assign(ids: Iterable<number>): void {
    this.clear();
    for (const id of ids) if (id >= 0) this.add(id);
  }

  /** In ascending order. What is deleted meanwhile may still come. */
  *[Symbol.iterator](): IterableIterator<number> {
    for (let word = 0; word < this.words.length; word++) {
      for (let rest = this.words[word]!; rest !== 0; rest &= rest - 1) yield word * 32 + lowestBit(rest);
    }
  }
}

/** Place of the lowest bit of a word that has one. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
