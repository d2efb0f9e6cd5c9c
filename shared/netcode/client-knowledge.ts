// What one client holds of each entity, as far as its acks prove it; finds what it must be sent and what must be taken away.
import { type IdSet, lowestBit } from "./id-set.ts";
import { MAX_BASELINE_AGE, type SnapshotHistory } from "./snapshot-history.ts";
import { ackedTicks, newestAge, staleTicks, tickBit } from "./tick-mask.ts";

const SHOWN = 0;
const LEAVING = 1;

/** Places in an entity's row: one row is half a cache line, so that all that is known of an entity comes with one look at memory. */
const ROW = 8;
const ID = 0;
const STATE = 1;
const GENERATION = 2;
/** 1 while the client may hold the entity, shown or not. */
const IS_ANNOUNCED = 3;
/** Bit `t & 31` is set when the snapshot of tick `t`, one of the last 32, had the entity (or its removal, while it leaves). */
const SENT_TICKS = 4;
/** A tick whose state of the entity the client holds; -1 when there is none. */
const HELD_TICK = 5;
/** A float: urgency, which grows by the weight in every tick that the entity waits. */
const PRIORITY = 6;
/** The bits of the float 0. */
const NO_PRIORITY = 0;
const FIRST_ROWS = 2;

/**
 * One client's side of the room's entities. `gather` compares it with a tick of the history; `markSent` and `acknowledge` keep it true.
 *
 * The ack bookkeeping is two masks of 32 ticks: in which snapshots an entity was, and which snapshots arrived. Where both have a bit,
 * the client holds the entity's state of that tick. There is a row for each entity that the client sees or may hold, in ascending
 * order of id, and none for the rest of the room: a tick goes over them once, from end to end.
 */
export class ClientKnowledge {
  private readonly history: SnapshotHistory;
  private ints = new Int32Array(FIRST_ROWS * ROW);
  private floats = new Float32Array(this.ints.buffer);
  /** Where the rows end. */
  private end = 0;
  /** The tick that `begin` began; -1 before the first. */
  tick = -1;
  /** Ticks whose snapshots arrived. */
  acked = 0;
  /** Ticks whose bits in the rows still tell of ticks long past. */
  private stale = 0;

  constructor(history: SnapshotHistory) {
    this.history = history;
  }

  /** Takes the client's ack. Ticks that were never sent, or left the window, are ignored: a lie harms only the liar. */
  acknowledge(newestTick: number, mask: number): void {
    this.acked |= ackedTicks(newestTick, mask, this.tick);
  }

  /** Goes on to the latest committed tick, which must be newer than the last one, and gives the ticks that left the window. */
  begin(): number {
    const { tick } = this.history;
    if (tick <= this.tick)
      throw new Error(`tick ${tick} is already encoded for this client: commit the next one first`);
    this.stale = staleTicks(this.tick, tick);
    this.acked &= ~this.stale;
    this.tick = tick;
    return this.stale;
  }

  /**
   * After `begin`: fills the history's candidates and despawns. Who is in `visible` without a state at the tick is not seen. May be
   * called again in a tick, to the same effect.
   */
  gather(visible: IdSet): void {
    const { present, candidates, despawns } = this.history;
    candidates.reset();
    despawns.reset();
    let row = 0;
    for (let word = 0; word < visible.words.length; word++) {
      for (let rest = visible.words[word]! & present.words[word]!; rest !== 0; rest &= rest - 1) {
        const id = word * 32 + lowestBit(rest);
        while (row < this.end && this.ints[row + ID]! < id) row = this.gatherHidden(row);
        if (row === this.end || this.ints[row + ID] !== id) this.insertRow(row, id);
        this.gatherShown(row, id);
        row += ROW;
      }
    }
    while (row < this.end) row = this.gatherHidden(row);
  }

  /** After `begin`: fills the candidates with one visible entity more, and lets all others be. */
  gatherOne(id: number): void {
    let row = 0;
    for (let end = this.end; row < end; ) {
      const middle = ((row + end) / (2 * ROW)) >>> 0;
      if (this.ints[middle * ROW + ID]! < id) row = (middle + 1) * ROW;
      else end = middle * ROW;
    }
    if (row === this.end || this.ints[row + ID] !== id) this.insertRow(row, id);
    this.gatherShown(row, id);
  }

  /** Forgets every entity that `isKept` does not name. */
  keepOnly(isKept: (id: number) => boolean): void {
    let end = 0;
    for (let row = 0; row < this.end; row += ROW) {
      if (!isKept(this.ints[row + ID]!)) continue;
      this.ints.copyWithin(end, row, row + ROW);
      end += ROW;
    }
    this.end = end;
    this.resize(end);
  }

  /** Takes in that the client may hold an entity: its states of the ticks in `heldTicks`, as far as they arrived. A row that is there stays. */
  learn(id: number, heldTicks: number, isShown: boolean): void {
    let row = this.end;
    while (row > 0 && this.ints[row - ROW + ID]! >= id) row -= ROW;
    if (row < this.end && this.ints[row + ID] === id) return;
    this.insertRow(row, id);
    this.ints[row + STATE] = isShown ? SHOWN : LEAVING;
    this.ints[row + IS_ANNOUNCED] = 1;
    this.ints[row + SENT_TICKS] = heldTicks;
  }

  /**
   * Makes every candidate more urgent by its weight, for when not all of them fit. Those that then are sent wait no more, so
   * that a tick in which all fit changes no urgency and need not be counted. `firstId` goes before all others.
   */
  weigh(weightOf: ((id: number) => number) | undefined, firstId: number): void {
    const { candidates } = this.history;
    for (let candidate = 0; candidate < candidates.count; candidate++) {
      const id = candidates.ids[candidate]!;
      const at = candidates.rows[candidate]! + PRIORITY;
      const priority = this.floats[at]! + (weightOf === undefined ? 1 : weightOf(id));
      this.floats[at] = priority;
      candidates.priorities[candidate] = id === firstId ? Number.POSITIVE_INFINITY : priority;
    }
  }

  /** Notes that the entity of a candidate's row is in the snapshot of the gathered tick. */
  markSent(row: number): void {
    this.ints[row + SENT_TICKS] = this.ints[row + SENT_TICKS]! | tickBit(this.tick);
    this.ints[row + IS_ANNOUNCED] = 1;
    this.ints[row + PRIORITY] = NO_PRIORITY;
  }

  /** Notes that the removal of the entity of a row is in the snapshot of the gathered tick. */
  markDespawnSent(row: number): void {
    this.ints[row + SENT_TICKS] = this.ints[row + SENT_TICKS]! | tickBit(this.tick);
  }

  private gatherShown(row: number, id: number): void {
    const { history, ints, tick } = this;
    if (ints[row + STATE] !== SHOWN || ints[row + GENERATION] !== history.generation[id]) this.show(row, id);
    const sent = ints[row + SENT_TICKS]! & ~this.stale;
    ints[row + SENT_TICKS] = sent;
    const age = newestAge(sent & this.acked, tick);
    let held = ints[row + HELD_TICK]!;
    if (age > 0 && tick - age > held) held = tick - age;
    if (held >= history.changeTick[id]!) {
      // At rest since a tick that the client holds: so what it holds is the state of this tick too.
      ints[row + HELD_TICK] = tick;
      this.ints[row + PRIORITY] = NO_PRIORITY;
      return;
    }
    ints[row + HELD_TICK] = held;
    const kind = history.kind[id]!;
    const offset = id * history.schema.stride;
    const start = history.rowOf(tick) + offset;
    const heldAge = tick - held;
    if (held < 0 || heldAge > MAX_BASELINE_AGE) history.candidates.addKeyframe(id, row, kind, start);
    else history.candidates.addDelta(id, row, kind, history.rows, start, history.rowOf(held) + offset, heldAge);
  }

  /** Gives the row to go on with: the next one, which is at the same place when this one is gone. */
  private gatherHidden(row: number): number {
    const { ints } = this;
    if (ints[row + STATE] === SHOWN) {
      ints[row + STATE] = LEAVING;
      ints[row + SENT_TICKS] = 0;
      ints[row + HELD_TICK] = -1;
    }
    const sent = ints[row + SENT_TICKS]! & ~this.stale;
    ints[row + SENT_TICKS] = sent;
    if (ints[row + IS_ANNOUNCED] === 0 || (sent & this.acked) !== 0) {
      ints.copyWithin(row, row + ROW, this.end);
      this.end -= ROW;
      return row;
    }
    this.history.despawns.add(ints[row + ID]!, row);
    return row + ROW;
  }

  /** Begins to show an entity: new, back before its removal was acknowledged, or another one under the same id. */
  private show(row: number, id: number): void {
    this.ints[row + STATE] = SHOWN;
    this.ints[row + GENERATION] = this.history.generation[id]!;
    this.ints[row + SENT_TICKS] = 0;
    this.ints[row + HELD_TICK] = -1;
    this.ints[row + PRIORITY] = NO_PRIORITY;
  }

  private insertRow(row: number, id: number): void {
    if (this.end === this.ints.length) this.resize(2 * this.end);
    this.ints.copyWithin(row + ROW, row, this.end);
    this.end += ROW;
    this.ints[row + ID] = id;
    this.ints[row + IS_ANNOUNCED] = 0;
    this.show(row, id);
  }

  /** Makes room for the rows up to `end`. */
  private resize(end: number): void {
    let length = FIRST_ROWS * ROW;
    while (length < end) length *= 2;
    if (length === this.ints.length) return;
    const ints = new Int32Array(length);
    ints.set(this.ints.subarray(0, this.end));
    this.ints = ints;
    this.floats = new Float32Array(ints.buffer);
  }
}
