// One client's snapshots: each tick the difference between what the client holds and what it may know, within its budget.
import { varintBits } from "./bit-writer.ts";
import { ClientKnowledge } from "./client-knowledge.ts";
import { ClientShare } from "./client-share.ts";
import { CODE_BITS } from "./delta-code.ts";
import { EPOCH_COUNT, MAX_FRAME_BYTES } from "./frame-kind.ts";
import { GROUP_BITS, writeGap } from "./id-list.ts";
import { IdSet } from "./id-set.ts";
import type { SharedRecords } from "./shared-records.ts";
import { AGE_BITS } from "./snapshot-candidates.ts";
import { MAX_DESPAWNS } from "./snapshot-despawns.ts";
import { emptyHeader, headerBits, MAX_HEADER_BITS, type SnapshotHeader, writeHeader } from "./snapshot-header.ts";
import type { SnapshotHistory } from "./snapshot-history.ts";
import { MAX_KINDS, maxRecordBits, type SnapshotSchema } from "./snapshot-schema.ts";
import { COUNT_GROUP_BITS } from "./snapshot-selection.ts";

/** Bytes of a snapshot unless the caller says otherwise: a WebRTC message of this size still is one UDP packet. */
export const DEFAULT_BUDGET_BYTES = 1150;

/** What a client may see this tick, and what to tell it about its inputs. */
export type SnapshotRequest = {
  /** Ids of the entities that this client may know of. Everything else is removed from the client. */
  visible: IdSet | readonly number[];
  /**
   * Weight of a visible entity, above 0; 1 when left out. An entity of weight 4 waits a quarter as long as the others. Asked
   * only when not all fit.
   */
  weightOf?: ((id: number) => number) | undefined;
  /** An entity that goes before all others; -1 for none. */
  firstId?: number;
  /** Bytes that this one snapshot may take; the encoder's own budget when left out. Values out of bounds are clamped. */
  budgetBytes?: number;
} & Partial<Pick<SnapshotHeader, "inputTick" | "inputDepth" | "echoStamp" | "echoHoldMs">>;

/** `budgetBytes`: 1,150 unless given. `epoch`: which life of the client's connection this is, modulo 16. */
export type SnapshotEncoderOptions = { budgetBytes?: number; epoch?: number };

/**
 * Encodes one client's snapshots from its room's `SnapshotHistory`: one a tick, never longer than the budget.
 *
 * It refers only to states that the client acknowledged, sends an entity again each tick until its latest change is acknowledged, and
 * nothing for it after that ([SNAP1] to [SNAP15] of SPEC.md). The idea is Quake III's delta snapshot (id Software, 1999), kept for
 * each entity on its own so that a budget may leave some out. Make a new encoder, with a new epoch, when the client reconnects.
 */
export class SnapshotEncoder {
  /** Records in the last snapshot, and how many of those it should have had. */
  recordCount = 0;
  candidateCount = 0;
  /** Whether the last snapshot was made of records that others get too. */
  isShared = false;
  private readonly history: SnapshotHistory;
  private readonly knowledge: ClientKnowledge;
  /** The client's part in what the room's clients share, if they share anything. */
  private readonly share: ClientShare | undefined;
  private readonly minBudgetBytes: number;
  private readonly budgetBytes: number;
  private readonly header = emptyHeader();

  constructor(history: SnapshotHistory, options: SnapshotEncoderOptions = {}) {
    this.history = history;
    this.knowledge = new ClientKnowledge(history);
    this.share = history.shared && new ClientShare(history, history.shared, this.knowledge);
    this.minBudgetBytes = minBudgetBytes(history.schema);
    this.budgetBytes = options.budgetBytes ?? DEFAULT_BUDGET_BYTES;
    if (this.budgetBytes < this.minBudgetBytes || this.budgetBytes > MAX_FRAME_BYTES) {
      throw new RangeError(
        `budgetBytes ${this.budgetBytes}: this room's snapshots need ${this.minBudgetBytes} to ${MAX_FRAME_BYTES}`,
      );
    }
    this.header.epoch = (options.epoch ?? 0) % EPOCH_COUNT;
  }

  /**
   * Takes the snapshot ack of an input frame: the newest tick that arrived and the mask of the 32 before it. `epoch` must be this
   * encoder's; acks of another life of the connection are ignored.
   */
  acknowledge(newestTick: number, mask: number, epoch: number = this.header.epoch): void {
    if (epoch === this.header.epoch) this.knowledge.acknowledge(newestTick, mask);
  }

  /**
   * The snapshot of the history's latest tick for this client. The bytes are a view that the next call, of any client of the room, overwrites: send or copy them first.
   * Throws when that tick was encoded already.
   */
  encode(request: SnapshotRequest): Uint8Array {
    const { knowledge, share } = this;
    const budget = Math.min(request.budgetBytes ?? this.budgetBytes, this.budgetBytes);
    const budgetBits = Math.max(budget, this.minBudgetBytes) * 8;
    const visible = this.setOf(request.visible);
    this.fillHeader(request);
    const stale = knowledge.begin();
    const records = share?.begin(visible, stale, this.budgetBytes, request.weightOf !== undefined);
    this.isShared = records !== undefined && this.writeShared(records, budgetBits);
    if (!this.isShared) this.writeOwn(visible, request, budgetBits);
    return this.history.writer.written();
  }

  /** Writes the snapshot with the records that all like this client get; false when it has to be made for it alone. */
  private writeShared(records: SharedRecords, budgetBits: number): boolean {
    const { history, knowledge, header, share } = this;
    const { candidates, despawns, writer } = history;
    share!.gatherOwn();
    despawns.reset();
    for (const id of records.removed) despawns.add(id, -1);
    despawns.trim((budgetBits - headerBits(header)) >>> 1);
    if (despawns.areLeft || records.areRemovalsLeft) return false;
    header.hasDespawns = despawns.count > 0;
    header.isComplete = records.uncovered === 0;
    writer.reset(undefined, budgetBits >>> 3);
    writeHeader(writer, header);
    despawns.write(writer);
    this.recordCount = records.write(writer, share!.exceptions, share!.exceptionCount);
    this.candidateCount = this.recordCount + records.uncovered;
    if (writer.overflowed) return false;
    for (let candidate = 0; candidate < candidates.count; candidate++) knowledge.markSent(candidates.rows[candidate]!);
    share!.noteShared();
    return true;
  }

  /** Writes the snapshot from what this client alone holds. */
  private writeOwn(visible: IdSet, request: SnapshotRequest, budgetBits: number): void {
    const { history, knowledge, header, share } = this;
    const { selection, candidates, despawns, writer } = history;
    share?.leave();
    knowledge.gather(visible);
    const fixedBits = headerBits(header);
    const despawnBits = despawns.trim((budgetBits - fixedBits) >>> 1);
    const recordBits = budgetBits - fixedBits - despawnBits;
    if (!selection.chooseAll(recordBits)) {
      knowledge.weigh(request.weightOf, request.firstId ?? -1);
      share?.prefer();
      selection.chooseByPriority(recordBits);
    }
    header.hasDespawns = despawns.count > 0;
    header.isComplete = selection.count === candidates.count && !despawns.areLeft;
    this.recordCount = selection.count;
    this.candidateCount = candidates.count;

    writer.reset(undefined, budgetBits >>> 3);
    writeHeader(writer, header);
    despawns.write(writer);
    for (let index = 0; index < despawns.count; index++) knowledge.markDespawnSent(despawns.rows[index]!);
    this.writeRecords();
    if (writer.overflowed)
      throw new Error("a snapshot came out longer than its own count: this is a bug in the encoder");
    share?.noteOwn();
  }

  private setOf(visible: IdSet | readonly number[]): IdSet {
    if (visible instanceof IdSet) return visible;
    const set = new IdSet(this.history.capacity);
    set.assign(visible);
    return set;
  }

  private fillHeader(request: SnapshotRequest): void {
    const { header } = this;
    header.tick = this.history.tick;
    header.inputTick = request.inputTick ?? -1;
    header.inputDepth = request.inputDepth ?? 0;
    header.echoStamp = request.echoStamp ?? -1;
    header.echoHoldMs = request.echoHoldMs ?? 0;
  }

  private writeRecords(): void {
    const { history, knowledge } = this;
    const { selection, candidates, writer } = history;
    writer.writeVarint(selection.count, COUNT_GROUP_BITS);
    if (selection.count === 0) return;
    const { groupBits } = selection;
    writer.write(groupBits - 1, GROUP_BITS);
    writer.write(candidates.commonAge, AGE_BITS);
    candidates.writeCodes(writer, candidates.deltaKinds);
    let previous = -1;
    for (let candidate = 0; candidate < candidates.count; candidate++) {
      if (candidates.isChosen[candidate] === 0) continue;
      const id = candidates.ids[candidate]!;
      writeGap(writer, id, previous, groupBits);
      candidates.writeRecord(writer, candidate, history.rows, history.generation[id]!);
      knowledge.markSent(candidates.rows[candidate]!);
      previous = id;
    }
  }
}

/** Bytes that a snapshot needs at least, so that any one record always fits beside header, codes and half a budget of removals. */
export function minBudgetBytes(schema: SnapshotSchema): number {
  let codes = MAX_KINDS;
  for (const layout of schema.layouts) codes += layout.size * CODE_BITS;
  const idBits = 2 * 14 + 1;
  const record = idBits + 1 + AGE_BITS + maxRecordBits(schema);
  const section = varintBits(1, COUNT_GROUP_BITS) + GROUP_BITS + AGE_BITS + 1 + codes + record;
  return Math.ceil((MAX_HEADER_BITS + 2 * Math.max(section, MAX_DESPAWNS)) / 8);
}
