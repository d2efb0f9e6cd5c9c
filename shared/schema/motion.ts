// How a game declares what moves: the fields of its entities and inputs, and how precisely each is sent.

/** A number of [min, max] in 2^bits steps. */
export type RangeField = { readonly type: "range"; readonly min: number; readonly max: number; readonly bits: number };
/** An angle in radians, any turn of it, in 2^bits steps of a full turn. */
export type AngleField = { readonly type: "angle"; readonly bits: number };
/** An integer of [min, max], exact. */
export type IntegerField = { readonly type: "integer"; readonly min: number; readonly max: number };
/** 0 or 1. */
export type BooleanField = { readonly type: "boolean" };
/** How one field is sent. */
export type FieldSpec = RangeField | AngleField | IntegerField | BooleanField;
/** The fields of one entity kind or input, by name. Their order is their order on the wire. */
export type FieldSpecs = Readonly<Record<string, FieldSpec>>;

/** A field for a number of [min, max] with an error of at most (max - min) / (2^bits - 1) / 2. */
export function range(min: number, max: number, bits: number): RangeField {
  return { type: "range", min, max, bits };
}

/**
 * A field for the multiples of 1 / `stepsPerUnit` from `min` on, 2^bits of them. With a power of two, every multiple is a
 * floating-point number: a step that rounds to the grid predicts to the bit.
 */
export function grid(min: number, stepsPerUnit: number, bits: number): RangeField {
  return { type: "range", min, max: min + (2 ** bits - 1) / stepsPerUnit, bits };
}

/** A field for an angle in radians with an error of at most π / 2^bits. */
export function angle(bits: number): AngleField {
  return { type: "angle", bits };
}

/** A field for an integer of [min, max]. */
export function integer(min: number, max: number): IntegerField {
  return { type: "integer", min, max };
}

/** A field for 0 or 1; any other number counts as true. */
export function boolean(): BooleanField {
  return { type: "boolean" };
}

/** Everything of a game that travels in snapshots and input frames. Both ends compile it, and compare its fingerprint at join. */
export interface NetcodeDeclaration {
  /** The moving entities that players see of each other, by the name of their collection. */
  readonly motion: Readonly<Record<string, FieldSpecs>>;
  /** A player's own predicted state, sent to that player alone. */
  readonly self: FieldSpecs;
  /** One tick of a player's intent. */
  readonly input: FieldSpecs;
  /** Most entities at once in one room, all kinds and every player's own state together. */
  readonly capacity: number;
}
