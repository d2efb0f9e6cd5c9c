// Which kinds of entities a room's snapshots carry, and how: the part of the wire that both ends must have in common.

import type { FieldSpecs } from "../schema/motion.ts";
import { FieldLayout } from "./field-layout.ts";

/** Most entity kinds of one room. */
export const MAX_KINDS = 8;
/** Most entities that one room may show at once, so that an id has 14 bits. */
export const MAX_ENTITIES = 16384;
/** Bits of a generation ([SNAP3] of SPEC.md). */
export const GENERATION_BITS = 8;

/** The motion of every entity kind of a room, by kind name. Order matters: it is the kind's number on the wire. */
export type MotionSpecs = Readonly<Record<string, FieldSpecs>>;

/**
 * Compiled form of a room's motion. Server and client must build it from the same declaration; `fingerprint` tells whether they did.
 * Throws `RangeError` for a declaration that cannot be sent.
 */
export class SnapshotSchema {
  readonly kindNames: readonly string[];
  readonly layouts: readonly FieldLayout[];
  /** Bits of a kind number on the wire; 0 when there is one kind only. */
  readonly kindBits: number;
  /** Most fields of any kind: the width of a row in struct-of-arrays storage. */
  readonly stride: number;
  /** FNV-1a hash (Fowler, Noll and Vo) of the declaration, 32 bits: equal when both ends agree; compare it at join. */
  readonly fingerprint: number;

  constructor(motion: MotionSpecs) {
    this.kindNames = Object.keys(motion);
    if (this.kindNames.length < 1 || this.kindNames.length > MAX_KINDS) {
      throw new RangeError(`a room has 1 to ${MAX_KINDS} kinds of moving entities, not ${this.kindNames.length}`);
    }
    this.layouts = Object.values(motion).map((fields) => new FieldLayout(fields));
    this.kindBits = Math.ceil(Math.log2(this.kindNames.length));
    this.stride = Math.max(...this.layouts.map((layout) => layout.size));
    this.fingerprint = fingerprintOf(this.kindNames, this.layouts);
  }

  /** Number of the kind called `name`; throws `RangeError` when there is none. */
  kindOf(name: string): number {
    const kind = this.kindNames.indexOf(name);
    if (kind < 0) throw new RangeError(`there is no entity kind "${name}" here, only ${this.kindNames.join(", ")}`);
    return kind;
  }
}

/** Bits of the longest record that a schema can have, without its id and age. */
export function maxRecordBits(schema: SnapshotSchema): number {
  const widest = Math.max(...schema.layouts.map((layout) => layout.totalBits + 2 * layout.size));
  return schema.kindBits + GENERATION_BITS + widest;
}

function fingerprintOf(kindNames: readonly string[], layouts: readonly FieldLayout[]): number {
  const text = JSON.stringify(
    layouts.map((layout, kind) => [kindNames[kind], layout.names, layout.specs.map(canonical)]),
  );
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

function canonical(spec: FieldLayout["specs"][number]): readonly (string | number)[] {
  if (spec.type === "range") return [spec.type, spec.min, spec.max, spec.bits];
  if (spec.type === "integer") return [spec.type, spec.min, spec.max];
  return spec.type === "angle" ? [spec.type, spec.bits] : [spec.type];
}
