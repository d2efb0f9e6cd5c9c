// What the clients of a room that see the same hold in common, so that a change is put into records once for all of them.
import { IdSet, lowestBit } from "./id-set.ts";
import { SharedRecords } from "./shared-records.ts";
import { AGE_BITS } from "./snapshot-candidates.ts";
import { MAX_HEADER_BITS } from "./snapshot-header.ts";
import type { SnapshotHistory } from "./snapshot-history.ts";
import { maxRecordBits } from "./snapshot-schema.ts";
import { MASK_TICKS, newestAge, tickBit, ticksFrom } from "./tick-mask.ts";

/** A client whose newest ack is older, in ticks, is on its own: masks would soon no longer tell what it holds. */
const MAX_SHARED_AGE = 16;
/** When not all fits, what is sent suits acks of up to this age, in ticks: one late client should not cost the others. */
const MAX_SUITED_AGE = 3;
/** Different records that a tick makes at most; clients beyond are on their own. */
const MAX_RECORDS = 16;
/** Most bits that an id and an age take. */
const MAX_ID_BITS = 2 * 14 + 1 + 1 + AGE_BITS;
/** Share of the budget that is left free when not all fits, so that one who comes new can catch up with the others. */
const SLACK_SHARE = 1 / 32;

/**
 * The entities that everybody sees, and in which ticks each was *covered*: whoever took the snapshot of such a tick as a sharing client
 * holds its state of then, because it was in there or had not changed since one that the client held. So what such a client holds
 * follows from the ticks that it acknowledged, and clients with the same acks are sent the same records.
 *
 * Which entities a tick covers is the same for all: everything when it fits a budget, or else those that have waited longest.
 */
export class SharedKnowledge {
  /** Who is seen by everybody and there, at the tick that `begin` began. */
  readonly base: IdSet;
  /** Those of `base` that this tick does not cover. */
  readonly skipped: IdSet;
  /** How many of `base` are skipped. */
  skippedCount = 0;
  private readonly history: SnapshotHistory;
  private readonly source: IdSet;
  private tick = -1;
  private isChosen = false;
  private baseCount = 0;
  /** Tick of each id's coming to `base`, and of its leaving; -1 where that is not its last move. */
  private readonly cameAt: Int32Array;
  private readonly leftAt: Int32Array;
  private lastLeave = -1;
  /** Mask of the latest ticks that covered each entity, and the last of them, -1 when there is none. */
  private readonly covered: Int32Array;
  private readonly coveredAt: Int32Array;
  /** For each of the latest ticks: since when the ticks up to it have covered everything that ever was by then. */
  private readonly wholeSince = new Int32Array(MASK_TICKS);
  /** The oldest newest ack, in ticks, among the clients of this tick and of the one before. */
  private oldestAge = 1;
  private suitedAge = 1;
  private readonly records: SharedRecords[] = [];
  private recordsCount = 0;

  /** `source` is the set of who is seen by everybody; its owner keeps it up to date. */
  constructor(history: SnapshotHistory, source: IdSet) {
    const { capacity } = history;
    this.history = history;
    this.source = source;
    this.base = new IdSet(capacity);
    this.skipped = new IdSet(capacity);
    this.cameAt = new Int32Array(capacity).fill(-1);
    this.leftAt = new Int32Array(capacity).fill(-1);
    this.covered = new Int32Array(capacity);
    this.coveredAt = new Int32Array(capacity).fill(-1);
  }

  /** Goes on to the latest committed tick, unless that is done. */
  begin(): void {
    const { tick, present } = this.history;
    if (tick === this.tick) return;
    this.tick = tick;
    this.isChosen = false;
    this.recordsCount = 0;
    this.suitedAge = Math.min(this.oldestAge, MAX_SUITED_AGE);
    this.oldestAge = 1;
    const { words } = this.base;
    for (let word = 0; word < words.length; word++) {
      const now = this.source.words[word]! & present.words[word]!;
      for (let rest = now ^ words[word]!; rest !== 0; rest &= rest - 1) {
        const bit = rest & -rest;
        this.move(word * 32 + lowestBit(rest), (now & bit) !== 0);
      }
      words[word] = now;
    }
  }

  /** Settles what this tick covers, unless that is done: what fits `budgetBytes`. */
  choose(budgetBytes: number): void {
    if (this.isChosen) return;
    this.isChosen = true;
    this.skipped.clear();
    this.skippedCount = 0;
    // Most rooms are so small that everything fits whatever it is.
    if (this.baseCount * (MAX_ID_BITS + maxRecordBits(this.history.schema)) > 8 * budgetBytes) this.skip(budgetBytes);
    this.noteCovered();
  }

  /**
   * Skips those that have waited least, so that the rest fits for every client whose newest ack is not too old: with a newer ack, changes
   * are smaller, but what was skipped lately needs an age of its own.
   */
  private skip(budgetBytes: number): void {
    const { candidates, selection, despawns, schema } = this.history;
    // The header, the client's own record, and the id after it.
    const reserved = MAX_HEADER_BITS + maxRecordBits(schema) + 2 * MAX_ID_BITS;
    for (let age = this.suitedAge; age > 0; age--) {
      const key = ticksFrom(this.tick - MASK_TICKS + 1, MASK_TICKS - age);
      despawns.reset();
      const available = 8 * budgetBytes * (1 - SLACK_SHARE) - reserved - this.gatherRemovals(key);
      this.gather(key);
      if (selection.chooseAll(available)) continue;
      for (let candidate = 0; candidate < candidates.count; candidate++)
        candidates.priorities[candidate] = this.tick - this.coveredAt[candidates.ids[candidate]!]!;
      selection.chooseByPriority(available);
      this.skippedCount += candidates.count - selection.count;
      for (let candidate = 0; candidate < candidates.count; candidate++)
        if (candidates.isChosen[candidate] === 0) this.skipped.add(candidates.ids[candidate]!);
    }
  }

  /** Whether this tick covers an entity. */
  covers(id: number): boolean {
    return this.base.has(id) && !this.skipped.has(id);
  }

  /**
   * What a client's acks say of it in short: the same for all that hold the same. `ticks` are those of which it took a covering
   * snapshot. 0 when it has to be on its own.
   */
  keyOf(ticks: number): number {
    const age = newestAge(ticks, this.tick);
    if (age === 0 || age > MAX_SHARED_AGE) return 0;
    if (age > this.oldestAge) this.oldestAge = age;
    const whole = this.wholeUpTo(this.tick - age);
    return (ticks & whole) === whole ? whole : ticks;
  }

  /** Whether nothing that is held is missing in a client's key. */
  isWhole(key: number): boolean {
    return key === this.wholeUpTo(this.tick - newestAge(key, this.tick));
  }

  /** The records of this tick for clients of this key; `undefined` when there are too many kinds of clients. */
  recordsFor(key: number): SharedRecords | undefined {
    for (let index = 0; index < this.recordsCount; index++) {
      const records = this.records[index]!;
      if (records.key === key) return records;
    }
    if (this.recordsCount === MAX_RECORDS) return undefined;
    if (this.recordsCount === this.records.length) this.records.push(new SharedRecords(this.history));
    const records = this.records[this.recordsCount++]!;
    const uncovered = this.gather(key);
    this.history.despawns.reset();
    this.gatherRemovals(key);
    records.take(key, uncovered);
    return records;
  }

  /**
   * Tells what a client holds by the covering `ticks` that it was sent, the last of all at `lastTick`, when `acked` of them arrived: every
   * entity that it may hold, in which ticks it was covered, and whether it is still to be seen.
   */
  tell(
    ticks: number,
    acked: number,
    lastTick: number,
    learn: (id: number, heldTicks: number, isShown: boolean) => void,
  ): void {
    const age = newestAge(ticks & acked, this.tick);
    const ackedTick = age === 0 ? -1 : this.tick - age;
    for (let id = 0; id < this.covered.length; id++) {
      if (this.base.has(id)) {
        if (this.cameAt[id]! <= lastTick) learn(id, this.covered[id]! & ticks, true);
      } else if (this.leftAt[id]! > ackedTick) {
        learn(id, 0, false);
      }
    }
  }

  private move(id: number, isComing: boolean): void {
    this.covered[id] = 0;
    this.coveredAt[id] = -1;
    this.cameAt[id] = isComing ? this.tick : -1;
    this.leftAt[id] = isComing ? -1 : this.tick;
    if (!isComing) this.lastLeave = this.tick;
    this.baseCount += isComing ? 1 : -1;
  }

  private wholeUpTo(tick: number): number {
    const first = Math.max(this.wholeSince[tick & (MASK_TICKS - 1)]!, this.tick - MASK_TICKS + 1);
    return ticksFrom(first, tick - first + 1);
  }

  /** Fills the candidates with what clients of a key need, and gives the number of those left out because they are skipped. */
  private gather(key: number): number {
    const { history, tick } = this;
    const { candidates, rows, changeTick, schema } = history;
    const row = history.rowOf(tick);
    let uncovered = 0;
    candidates.reset();
    for (let word = 0; word < this.base.words.length; word++) {
      for (let rest = this.base.words[word]!; rest !== 0; rest &= rest - 1) {
        const id = word * 32 + lowestBit(rest);
        const age = newestAge(this.covered[id]! & key, tick);
        if (age !== 0 && tick - age >= changeTick[id]!) continue;
        if (this.skippedCount > 0 && this.skipped.has(id)) {
          uncovered++;
          continue;
        }
        const offset = id * schema.stride;
        const kind = history.kind[id]!;
        if (age === 0) candidates.addKeyframe(id, -1, kind, row + offset);
        else candidates.addDelta(id, -1, kind, rows, row + offset, history.rowOf(tick - age) + offset, age);
      }
    }
    return uncovered;
  }

  /** Adds what left since the newest tick of a key to the despawns, and gives the bits that they take. */
  private gatherRemovals(key: number): number {
    const { despawns } = this.history;
    const newest = this.tick - newestAge(key, this.tick);
    if (key === 0 || this.lastLeave <= newest) return 0;
    for (let id = 0; id < this.leftAt.length; id++) if (this.leftAt[id]! > newest) despawns.add(id, -1);
    return despawns.trim(Number.POSITIVE_INFINITY);
  }

  private noteCovered(): void {
    const { tick } = this;
    const bit = tickBit(tick);
    let oldest = tick;
    for (let word = 0; word < this.base.words.length; word++) {
      const skipped = this.skipped.words[word]!;
      for (let rest = this.base.words[word]!; rest !== 0; rest &= rest - 1) {
        const id = word * 32 + lowestBit(rest);
        if ((skipped & (rest & -rest)) === 0) {
          this.covered[id] = this.covered[id]! | bit;
          this.coveredAt[id] = tick;
          continue;
        }
        this.covered[id] = this.covered[id]! & ~bit;
        const at = this.coveredAt[id]!;
        if (at > tick - MASK_TICKS && at >= 0 && at < oldest) oldest = at;
      }
    }
    this.wholeSince[tick & (MASK_TICKS - 1)] = oldest;
  }
}
