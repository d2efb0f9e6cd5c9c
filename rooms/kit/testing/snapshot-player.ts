// A client's end of snapshots in a test: real codecs, and every frame in the test's hands.
import {
  decodeControl,
  FrameKind,
  frameKindOf,
  GameWire,
  InputSender,
  MAX_UNCONFIRMED_INPUTS,
  SnapshotDecoder,
  type SnapshotOutcome,
} from "../../../shared/netcode/index.ts";
import type { NetcodeDeclaration } from "../../../shared/schema/motion.ts";

/** The wire of a game, as a client of this build has it. Throws for a game without `netcode`. */
export function wireOf({ netcode }: { readonly netcode?: NetcodeDeclaration }): GameWire {
  if (!netcode) throw new Error("This game has no netcode: clients of it speak no snapshots.");
  return new GameWire(netcode);
}

/** Decodes what a seat is sent and makes the input frames that answer it. */
export class SnapshotPlayer {
  readonly wire: GameWire;
  /** `undefined` before the welcome; a new one in each life of the connection. */
  decoder: SnapshotDecoder | undefined;
  /** What became of each snapshot so far. */
  readonly outcomes: Record<SnapshotOutcome, number> = {
    applied: 0,
    late: 0,
    duplicate: 0,
    foreign: 0,
    unusable: 0,
    malformed: 0,
  };
  readonly #values: number[];
  #sender: InputSender | undefined;

  constructor(wire: GameWire) {
    this.wire = wire;
    this.#values = new Array(wire.input.size).fill(0);
  }

  /** Takes a frame that is ours and says so; any other is Colyseus'. */
  take(frame: Uint8Array): boolean {
    const kind = frameKindOf(frame);
    if (kind === FrameKind.channel) {
      const message = decodeControl(frame);
      if (message?.type !== "welcome") return true;
      this.decoder = new SnapshotDecoder(this.wire.snapshots, message);
      const { epoch, nextInput } = message;
      if (this.#sender) this.#sender.restart(epoch, nextInput, MAX_UNCONFIRMED_INPUTS);
      else this.#sender = new InputSender(this.wire.input, { epoch, firstTick: nextInput });
    } else if (kind === FrameKind.snapshot && this.decoder) {
      this.outcomes[this.decoder.decode(frame)] += 1;
      this.#sender?.confirm(this.decoder.header.inputTick);
    }
    return kind !== undefined;
  }

  /** The frame with one more tick of intent, unnamed fields being 0, and all that is unconfirmed; acknowledges what arrived. `viewTick`: what was on screen. */
  inputFrame(
    intent: Readonly<Record<string, number | boolean>>,
    nowMs: number,
    viewTick?: number,
  ): Uint8Array | undefined {
    if (!this.#sender || !this.decoder) return undefined;
    for (const [field, name] of this.wire.input.names.entries()) this.#values[field] = Number(intent[name] ?? 0);
    this.#sender.push(this.#values);
    return this.#sender.encode(nowMs, this.decoder.received, viewTick);
  }

  /** The newest fields of every entity of a kind that this client holds. */
  *entities(kindName: string): IterableIterator<Record<string, number> & { readonly id: number }> {
    const kind = this.wire.snapshots.kindOf(kindName);
    const { names } = this.wire.snapshots.layouts[kind]!;
    const values: number[] = [];
    for (const track of this.decoder?.entities.values() ?? []) {
      if (track.kind !== kind || !track.sample(track.newestTick, values)) continue;
      yield Object.assign(Object.fromEntries(names.map((name, field) => [name, values[field]!])), { id: track.id });
    }
  }
}
