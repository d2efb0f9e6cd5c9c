// Numbers to integers of a few bits and back, with an error that can be stated beforehand.

const TAU = 2 * Math.PI;

/**
 * Nearest of the 2^bits evenly spaced values of [min, max], as its index. Outside values are clamped; NaN becomes the value
 * nearest to zero. The error of the round trip is at most `rangeError(min, max, bits)`.
 */
export function quantizeRange(value: number, min: number, max: number, bits: number): number {
  const steps = 2 ** bits - 1;
  const safe = Number.isNaN(value) ? 0 : value;
  const clamped = safe < min ? min : safe > max ? max : safe;
  return Math.round(((clamped - min) / (max - min)) * steps);
}

/** Value of a quantised number; an index past the last one gives `max`. */
export function dequantizeRange(index: number, min: number, max: number, bits: number): number {
  const steps = 2 ** bits - 1;
  return index >= steps ? max : min + (index / steps) * (max - min);
}

/** Largest difference between a value of [min, max] and what comes back, apart from float rounding of about 1e-16 of it. */
export function rangeError(min: number, max: number, bits: number): number {
  return (max - min) / (2 ** bits - 1) / 2;
}

/** An angle in radians as a share of a full turn, 0 to 2^bits - 1. Any finite angle is taken; NaN and infinities become 0. */
export function quantizeAngle(radians: number, bits: number): number {
  if (!Number.isFinite(radians)) return 0;
  const steps = 2 ** bits;
  const index = Math.round(((radians % TAU) / TAU) * steps) % steps;
  return index < 0 ? index + steps : index + 0;
}

/** Radians in [-π, π) of a quantised angle; bits above the lowest `bits` are whole turns. */
export function dequantizeAngle(index: number, bits: number): number {
  const steps = 2 ** bits;
  const wrapped = index % steps;
  return ((wrapped >= steps / 2 ? wrapped - steps : wrapped) / steps) * TAU;
}

/** Largest angle, in radians, between an angle and what comes back. */
export function angleError(bits: number): number {
  return Math.PI / 2 ** bits;
}

/** Nearest integer of [min, max] as an offset from `min`; NaN becomes the integer nearest to zero. Exact for integers. */
export function quantizeInteger(value: number, min: number, max: number): number {
  const safe = Number.isNaN(value) ? 0 : value;
  const clamped = safe < min ? min : safe > max ? max : safe;
  return Math.round(clamped) - min;
}

/** Integer of an offset; an offset past the range gives `max`. */
export function dequantizeInteger(offset: number, min: number, max: number): number {
  return Math.min(min + offset, max);
}

/** Bits that hold every integer of [min, max]; at least 1. */
export function integerBits(min: number, max: number): number {
  return Math.max(1, Math.ceil(Math.log2(max - min + 1)));
}

/** Shortest way from one angle to another, in [-π, π). */
export function angleBetween(from: number, to: number): number {
  const turn = (((to - from) % TAU) + TAU) % TAU;
  return turn >= Math.PI ? turn - TAU : turn;
}
