// What one room's inputs look like on the wire, so that a body can be checked before a decoder trusts it.
import { numberEnd } from "./wire-number.ts";

/** Bytes of each fixed-width type of `@colyseus/schema`; `number` describes itself. */
const WIDTHS: Readonly<Record<string, number>> = {
  boolean: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
};
const SELF_DESCRIBING = 0;

/** A field's first byte: its index, with the "add" bit or without. */
const ADD = 0x80;

/** The shape of a room's inputs. */
export interface InputWire {
  /** Bytes of each field by its index; 0 for a number that describes its own width. */
  readonly widths: readonly number[];
  /** Whether each input carries two stamps (lag compensation of both kinds) or one. */
  readonly hasTwoStamps: boolean;
}

/** Reads the shape off an input class. Throws for a field that an input cannot have: fix the schema. */
export function inputWireOf(input: new () => object, hasTwoStamps: boolean): InputWire {
  const fields =
    (input as unknown as Record<symbol, Record<number, { name: string; type: unknown }>>)[Symbol.metadata] ?? {};
  const widths: number[] = [];
  for (let index = 0; fields[index] !== undefined; index++) {
    const { name, type } = fields[index]!;
    const width = widthOf(type);
    if (width === undefined)
      throw new Error(`Input field ${input.name}.${name} must be a number, a boolean or quantized.`);
    widths.push(width);
  }
  return { widths, hasTwoStamps };
}

/** Whether `frame[start, end)` is fields of this shape and nothing else. Linear in its length. */
export function isInputBody({ widths }: InputWire, frame: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const width = widths[frame[at]! & ~ADD];
    if (width === undefined) return false;
    const next = width === SELF_DESCRIBING ? numberEnd(frame, at + 1) : at + 1 + width;
    if (next === undefined) return false;
    at = next;
  }
  return at === end;
}

function widthOf(type: unknown): number | undefined {
  if (type === "number") return SELF_DESCRIBING;
  if (typeof type === "string") return WIDTHS[type];
  const bits = (type as { quantized?: { bits?: number } } | null)?.quantized?.bits;
  return bits === undefined ? undefined : bits / 8;
}
