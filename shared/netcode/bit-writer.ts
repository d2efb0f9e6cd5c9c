// Writes numbers of 1 to 32 bits into a byte array, lowest bit first, and refuses what does not fit.

const WORD_BITS = 32;

/**
 * A bit stream over a `Uint8Array` that the caller owns. Bit `n` of the stream is bit `n & 7` of byte `n >> 3`, and a
 * number goes in with its lowest bit first ([BIT1] of SPEC.md).
 *
 * A write past the end writes nothing and sets `overflowed`; from then on every write is refused until `rewind` or
 * `reset`. No call allocates.
 */
export class BitWriter {
  /** True once a write was refused. What was written before it is intact. */
  overflowed = false;
  private target: Uint8Array;
  private view: DataView;
  private capacityBits: number;
  /** Where the next whole word goes, and the bits that do not make one yet, fewer than 32. */
  private byteIndex = 0;
  private pending = 0;
  private pendingBits = 0;

  constructor(target: Uint8Array) {
    this.target = target;
    this.view = viewOf(target);
    this.capacityBits = target.length * 8;
  }

  /** Starts again at bit 0, of `target` when one is given, with room for `capacityBytes` of it. */
  reset(target: Uint8Array = this.target, capacityBytes: number = target.length): void {
    if (target !== this.target) this.view = viewOf(target);
    this.target = target;
    this.capacityBits = Math.min(capacityBytes, target.length) * 8;
    this.byteIndex = 0;
    this.pending = 0;
    this.pendingBits = 0;
    this.overflowed = false;
  }

  /** Bits written so far; also the mark that `rewind` takes. */
  get position(): number {
    return this.byteIndex * 8 + this.pendingBits;
  }

  /** Bits that still fit. */
  get remainingBits(): number {
    return this.capacityBits - this.position;
  }

  /** Forgets everything written after `position` (an earlier value of it), an overflow too. */
  rewind(position: number): void {
    this.flushPending();
    this.byteIndex = position >>> 3;
    this.pendingBits = position & 7;
    this.pending = this.pendingBits === 0 ? 0 : this.target[this.byteIndex]! & ((1 << this.pendingBits) - 1);
    this.overflowed = false;
  }

  /** Writes the lowest `bits` (1 to 32) bits of `value`. */
  write(value: number, bits: number): void {
    if (this.overflowed || this.byteIndex * 8 + this.pendingBits + bits > this.capacityBits) {
      this.overflowed = true;
      return;
    }
    const { pendingBits } = this;
    const masked = bits === WORD_BITS ? value : value & ((1 << bits) - 1);
    const end = pendingBits + bits;
    this.pending |= masked << pendingBits;
    if (end < WORD_BITS) {
      this.pendingBits = end;
      return;
    }
    this.view.setInt32(this.byteIndex, this.pending, true);
    this.byteIndex += 4;
    this.pendingBits = end - WORD_BITS;
    this.pending = end === WORD_BITS ? 0 : masked >>> (WORD_BITS - pendingBits);
  }

  /** Writes one bit. */
  writeBoolean(value: boolean): void {
    this.write(value ? 1 : 0, 1);
  }

  /** Writes `value` in two's complement; it must lie in [-2^(bits-1), 2^(bits-1)). */
  writeSigned(value: number, bits: number): void {
    this.write(value, bits);
  }

  /**
   * Writes an unsigned 32-bit `value` as groups of `groupBits` (1 to 16), lowest group first. A 1 comes before each group and a
   * 0 after the last, so zero costs one bit ([BIT3] of SPEC.md).
   */
  writeVarint(value: number, groupBits: number): void {
    let rest = value >>> 0;
    while (rest !== 0) {
      this.write(1, 1);
      this.write(rest, groupBits);
      rest >>>= groupBits;
    }
    this.write(0, 1);
  }

  /** Appends `bits` bits of another stream, from its bit `from` on. `source` holds its words, lowest bits first. */
  append(source: Int32Array, from: number, bits: number): void {
    if (this.overflowed || this.position + bits > this.capacityBits) {
      this.overflowed = true;
      return;
    }
    let at = from >>> 5;
    const shift = from & 31;
    const { pendingBits, view } = this;
    let { pending, byteIndex } = this;
    let rest = bits;
    for (; rest >= WORD_BITS; rest -= WORD_BITS, at++, byteIndex += 4) {
      const word = shift === 0 ? source[at]! : (source[at]! >>> shift) | (source[at + 1]! << (WORD_BITS - shift));
      view.setInt32(byteIndex, (word << pendingBits) | pending, true);
      pending = pendingBits === 0 ? 0 : word >>> (WORD_BITS - pendingBits);
    }
    this.byteIndex = byteIndex;
    this.pending = pending;
    if (rest === 0) return;
    let last = source[at]! >>> shift;
    if (shift + rest > WORD_BITS) last |= source[at + 1]! << (WORD_BITS - shift);
    this.write(last, rest);
  }

  /** Ends the stream with zero bits up to a whole byte and gives its length in bytes. Writing may go on afterwards. */
  finish(): number {
    this.flushPending();
    return this.byteIndex + ((this.pendingBits + 7) >>> 3);
  }

  /** The bytes written so far, as a view on the target: copy it before the next `reset` when it must live on. */
  written(): Uint8Array {
    return this.target.subarray(0, this.finish());
  }

  /** Copies the stream so far to `into`, from its word `at` on, for `append` of another writer. The target must be of whole words. */
  copyWords(into: Int32Array, at: number): void {
    const bytes = this.finish();
    // The last bytes of the last word are whatever was there.
    for (let byte = 0; byte < bytes; byte += 4) into[at++] = this.view.getInt32(byte, true);
  }

  private flushPending(): void {
    for (let bit = 0; bit < this.pendingBits; bit += 8)
      this.target[this.byteIndex + (bit >>> 3)] = this.pending >>> bit;
  }
}

/** Bits that `writeVarint` spends on `value` in groups of `groupBits`. */
export function varintBits(value: number, groupBits: number): number {
  return 1 + Math.ceil((32 - Math.clz32(value)) / groupBits) * (groupBits + 1);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
