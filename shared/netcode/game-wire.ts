// The compiled form of a game's netcode declaration: what both ends build their codecs from.
import type { NetcodeDeclaration } from "../schema/motion.ts";
import { FieldLayout } from "./field-layout.ts";
import { SnapshotSchema } from "./snapshot-schema.ts";

/** Names of the kinds that are not collections ([CTL5] of SPEC.md). */
export const SELF_KIND = "self";
const INPUT_KIND = "input";

/** Layouts of one game. Throws `RangeError` for a declaration that cannot be sent: a mistake of the game's author. */
export class GameWire {
  readonly snapshots: SnapshotSchema;
  readonly input: FieldLayout;
  /** Number of the kind that carries a player's own state. */
  readonly selfKind: number;
  readonly capacity: number;
  /** Equal at both ends when they were built from the same declaration. */
  readonly fingerprint: number;

  constructor({ motion, self, input, capacity }: NetcodeDeclaration) {
    for (const name of [SELF_KIND, INPUT_KIND]) {
      if (name in motion) throw new RangeError(`a collection may not be called "${name}": rename it`);
    }
    const kinds = { ...motion, [SELF_KIND]: self };
    this.snapshots = new SnapshotSchema(kinds);
    this.input = new FieldLayout(input);
    this.selfKind = this.snapshots.kindOf(SELF_KIND);
    this.capacity = capacity;
    this.fingerprint = new SnapshotSchema({ ...kinds, [INPUT_KIND]: input }).fingerprint;
  }
}
