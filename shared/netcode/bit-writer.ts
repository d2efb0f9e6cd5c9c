// Writes numbers of 1 to 32 bits into a byte array, lowest bit first, and refuses what does not fit.

const CHUNK_BITS = 24;

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
  private capacityBits: number;
  private byteIndex = 0;
  private pending = 0;
  private pendingBits = 0;

  constructor(target: Uint8Array) {
    this.target = target;
    this.capacityBits = target.length * 8;
  }

  /** Starts again at bit 0, of `target` when one is given, with room for `capacityBytes` of it. */
  reset(target: Uint8Array = this.target, capacityBytes: number = target.length): void {
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
    if (bits > CHUNK_BITS) {
      this.writeChunk(value & 0xffffff, CHUNK_BITS);
      this.writeChunk(value >>> CHUNK_BITS, bits - CHUNK_BITS);
    } else {
      this.writeChunk(value, bits);
    }
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

  /** Ends the stream with zero bits up to a whole byte and gives its length in bytes. Writing may go on afterwards. */
  finish(): number {
    this.flushPending();
    return this.byteIndex + (this.pendingBits > 0 ? 1 : 0);
  }

  /** The bytes written so far, as a view on the target: copy it before the next `reset` when it must live on. */
  written(): Uint8Array {
    return this.target.subarray(0, this.finish());
  }

  private writeChunk(value: number, bits: number): void {
    let pending = this.pending | ((value & ((1 << bits) - 1)) << this.pendingBits);
    let pendingBits = this.pendingBits + bits;
    while (pendingBits >= 8) {
      this.target[this.byteIndex++] = pending & 0xff;
      pending >>>= 8;
      pendingBits -= 8;
    }
    this.pending = pending;
    this.pendingBits = pendingBits;
  }

  private flushPending(): void {
    if (this.pendingBits > 0) this.target[this.byteIndex] = this.pending;
  }
}

/** Bits that `writeVarint` spends on `value` in groups of `groupBits`. */
export function varintBits(value: number, groupBits: number): number {
  return 1 + Math.ceil((32 - Math.clz32(value)) / groupBits) * (groupBits + 1);
}
