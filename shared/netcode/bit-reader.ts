// Reads what bit-writer.ts wrote. Bytes come from strangers: no read throws, and none leaves the array.

/**
 * A bit stream over received bytes, in the order of `BitWriter`.
 *
 * A read past the end gives 0, sets `overflowed` and leaves the stream at its end, so a parser may check once after a whole
 * record. No call allocates.
 */
export class BitReader {
  /** True once a read wanted more than was there, or a varint did not fit 32 bits. All later reads give 0. */
  overflowed = false;
  private source: Uint8Array;
  private endBits: number;
  private bitIndex = 0;

  constructor(source: Uint8Array = new Uint8Array(0)) {
    this.source = source;
    this.endBits = source.length * 8;
  }

  /** Starts at bit 0 of `source`. */
  reset(source: Uint8Array): void {
    this.source = source;
    this.endBits = source.length * 8;
    this.bitIndex = 0;
    this.overflowed = false;
  }

  /** Bits read so far. */
  get position(): number {
    return this.bitIndex;
  }

  /** Bits not read yet, the padding of the last byte included. */
  get remainingBits(): number {
    return this.endBits - this.bitIndex;
  }

  /** True when everything was read without overflow and only zero padding of less than a byte is left. */
  isAtEnd(): boolean {
    if (this.overflowed || this.remainingBits > 7) return false;
    if (this.remainingBits === 0) return true;
    return this.source[this.bitIndex >>> 3]! >>> (this.bitIndex & 7) === 0;
  }

  /** Reads `bits` (1 to 32) bits as an unsigned number. */
  read(bits: number): number {
    const start = this.bitIndex;
    if (this.overflowed || start + bits > this.endBits) return this.overflow();
    this.bitIndex = start + bits;
    let byteIndex = start >>> 3;
    let value = this.source[byteIndex]! >>> (start & 7);
    let have = 8 - (start & 7);
    while (have < bits) {
      value |= this.source[++byteIndex]! << have;
      have += 8;
    }
    return bits === 32 ? value >>> 0 : (value & ((1 << bits) - 1)) >>> 0;
  }

  /** Reads one bit. */
  readBoolean(): boolean {
    return this.read(1) === 1;
  }

  /** Reads a two's complement number of `bits` bits. */
  readSigned(bits: number): number {
    const unused = 32 - bits;
    return (this.read(bits) << unused) >> unused;
  }

  /** Reads what `writeVarint` wrote with the same `groupBits`; a value of more than 32 bits counts as an overflow. */
  readVarint(groupBits: number): number {
    let value = 0;
    let shift = 0;
    while (this.read(1) === 1) {
      const group = this.read(groupBits);
      if (shift >= 32 || (shift > 0 && group >= 2 ** (32 - shift))) return this.overflow();
      value |= group << shift;
      shift += groupBits;
    }
    return this.overflowed ? 0 : value >>> 0;
  }

  private overflow(): number {
    this.overflowed = true;
    this.bitIndex = this.endBits;
    return 0;
  }
}
