// How the change of one quantised field is written: three codes, whose widths each snapshot chooses for itself.
import type { BitReader } from "./bit-reader.ts";
import type { BitWriter } from "./bit-writer.ts";

/** Bits that carry the width of small changes ([SNAP10] of SPEC.md). */
export const WIDTH_BITS = 5;
/** Bits of one field's code description: which code is the short one, and the width. */
export const CODE_BITS = 1 + WIDTH_BITS;
/** Lengths that a zigzag change can have: 0 to 25 bits. */
export const LENGTHS = 26;
const MAX_WIDTH = 24;

/** Signed to unsigned with small sizes first: 0, -1, 1, -2, … become 0, 1, 2, 3, … */
export function zigzag(change: number): number {
  return ((change << 1) ^ (change >> 31)) >>> 0;
}

/** Undoes `zigzag`. */
export function unzigzag(code: number): number {
  return (code >>> 1) ^ -(code & 1);
}

/** Change from `from` to `to`, both of `bits` bits; of an angle the short way round. */
export function changeOf(from: number, to: number, bits: number, isAngle: boolean): number {
  const change = to - from;
  return isAngle ? (change << (32 - bits)) >> (32 - bits) : change;
}

/**
 * Chooses a field's code from `lengths[start + n]`, the number of changes whose zigzag form has `n` bits. Gives the cost in bits
 * times 64, plus the width times 2, plus 1 when "unchanged" gets the one-bit code: numbers, to keep objects out of the tick.
 */
export function chooseCode(lengths: Uint32Array, start: number, bits: number): number {
  let total = 0;
  for (let length = 0; length < LENGTHS; length++) total += lengths[start + length]!;
  const unchanged = lengths[start]!;
  let small = 0;
  let best = Number.POSITIVE_INFINITY;
  for (let width = 1; width <= MAX_WIDTH && width <= bits; width++) {
    small += lengths[start + width]!;
    const absolute = (total - unchanged - small) * (2 + bits);
    const smallShort = small * (1 + width) + unchanged * 2 + absolute;
    const zeroShort = small * (2 + width) + unchanged + absolute;
    best = Math.min(best, smallShort * 64 + width * 2, zeroShort * 64 + width * 2 + 1);
  }
  return best;
}

/** Bits that `writeChange` takes for a change whose zigzag form is `code`. */
export function changeBits(code: number, bits: number, width: number, isZeroShort: boolean): number {
  if (code === 0) return isZeroShort ? 1 : 2;
  if (code >>> width !== 0) return 2 + bits;
  return width + (isZeroShort ? 2 : 1);
}

/** Writes a change in zigzag form; one that is wider than `width` goes as the whole new `value`. */
export function writeChange(
  writer: BitWriter,
  code: number,
  value: number,
  bits: number,
  width: number,
  isZeroShort: boolean,
): void {
  if (code === 0) {
    if (isZeroShort) writer.write(0b0, 1);
    else writer.write(0b01, 2);
  } else if (code >>> width !== 0) {
    writer.write(0b11, 2);
    writer.write(value, bits);
  } else {
    if (isZeroShort) writer.write(0b01, 2);
    else writer.write(0b0, 1);
    writer.write(code, width);
  }
}

/** Reads the new value of a field whose baseline is `from`, or -1 when the change leads out of the field's `bits`. */
export function readChange(
  reader: BitReader,
  from: number,
  bits: number,
  isAngle: boolean,
  width: number,
  isZeroShort: boolean,
): number {
  const isLong = reader.read(1) === 1;
  const isAbsolute = isLong && reader.read(1) === 1;
  if (isAbsolute) return reader.read(bits);
  if (isLong !== isZeroShort) return from;
  const to = from + unzigzag(reader.read(width));
  if (isAngle) return to & (2 ** bits - 1);
  return to >= 0 && to < 2 ** bits ? to : -1;
}
