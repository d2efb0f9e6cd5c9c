// How the fields of an entity kind, or of an input, become integers: declared once, compiled to flat arrays.
import type { FieldSpec, FieldSpecs } from "../schema/motion.ts";
import {
  angleBetween,
  angleError,
  dequantizeAngle,
  dequantizeInteger,
  dequantizeRange,
  integerBits,
  quantizeAngle,
  quantizeInteger,
  quantizeRange,
  rangeError,
} from "./quantize.ts";

/** Most fields of one layout. */
export const MAX_FIELDS = 16;
/** Most bits of one field; a 40 m arena at 24 bits has steps of 2.4 micrometres. */
export const MAX_FIELD_BITS = 24;

/**
 * The compiled fields of one entity kind or input. Throws `RangeError` when a field cannot be sent as declared: that is a mistake
 * of the room's author.
 */
export class FieldLayout {
  readonly names: readonly string[];
  readonly specs: readonly FieldSpec[];
  /** Bits of each field. */
  readonly bits: Uint8Array;
  /** 1 where the field is an angle, whose differences wrap around. */
  readonly isAngle: Uint8Array;
  /** Bits of all fields together. */
  readonly totalBits: number;

  constructor(fields: FieldSpecs) {
    this.names = Object.keys(fields);
    this.specs = Object.values(fields);
    if (this.names.length < 1 || this.names.length > MAX_FIELDS) {
      throw new RangeError(`a layout has 1 to ${MAX_FIELDS} fields, not ${this.names.length}: split it or drop some`);
    }
    this.bits = Uint8Array.from(this.specs, (spec, index) => checkedBits(this.names[index]!, spec));
    this.isAngle = Uint8Array.from(this.specs, (spec) => (spec.type === "angle" ? 1 : 0));
    this.totalBits = this.bits.reduce((sum, bits) => sum + bits, 0);
  }

  /** Number of fields. */
  get size(): number {
    return this.specs.length;
  }

  /** Place of the field called `name`; throws `RangeError` when there is none. */
  indexOf(name: string): number {
    const index = this.names.indexOf(name);
    if (index < 0) throw new RangeError(`there is no field "${name}" here, only ${this.names.join(", ")}`);
    return index;
  }

  /** The integer that is sent for `value`; clamped, and safe for NaN and infinities. */
  quantize(field: number, value: number): number {
    const spec = this.specs[field]!;
    if (spec.type === "range") return quantizeRange(value, spec.min, spec.max, spec.bits);
    if (spec.type === "angle") return quantizeAngle(value, spec.bits);
    if (spec.type === "integer") return quantizeInteger(value, spec.min, spec.max);
    return value ? 1 : 0;
  }

  /** The value of a received integer; what lies past the range is clamped to it. */
  dequantize(field: number, index: number): number {
    const spec = this.specs[field]!;
    if (spec.type === "range") return dequantizeRange(index, spec.min, spec.max, spec.bits);
    if (spec.type === "angle") return dequantizeAngle(index, spec.bits);
    if (spec.type === "integer") return dequantizeInteger(index, spec.min, spec.max);
    return index & 1;
  }

  /** Largest error of a field after the round trip; 0 for integers and booleans. */
  maxError(field: number): number {
    const spec = this.specs[field]!;
    if (spec.type === "range") return rangeError(spec.min, spec.max, spec.bits);
    return spec.type === "angle" ? angleError(spec.bits) : 0;
  }

  /** A value between two of a field: straight for ranges, the short way round for angles, the earlier one for the rest. */
  interpolate(field: number, from: number, to: number, share: number): number {
    const type = this.specs[field]!.type;
    if (type === "range") return from + (to - from) * share;
    if (type === "angle") return angleBetween(0, from + angleBetween(from, to) * share);
    return share >= 1 ? to : from;
  }
}

function checkedBits(name: string, spec: FieldSpec): number {
  if (spec.type === "boolean") return 1;
  if (spec.type !== "angle" && !(Number.isFinite(spec.min) && Number.isFinite(spec.max))) {
    throw new RangeError(`field "${name}": min ${spec.min} and max ${spec.max} must be finite numbers`);
  }
  if (spec.type === "range" && spec.min >= spec.max) {
    throw new RangeError(`field "${name}": min ${spec.min} must be below max ${spec.max}`);
  }
  if (spec.type === "integer" && !(Number.isInteger(spec.min) && Number.isInteger(spec.max) && spec.min <= spec.max)) {
    throw new RangeError(`field "${name}": min ${spec.min} and max ${spec.max} must be integers in order`);
  }
  const bits = spec.type === "integer" ? integerBits(spec.min, spec.max) : spec.bits;
  if (!Number.isInteger(bits) || bits < 1 || bits > MAX_FIELD_BITS) {
    throw new RangeError(`field "${name}": ${bits} bits; a field has 1 to ${MAX_FIELD_BITS}, so narrow its range`);
  }
  return bits;
}
