// What one client holds of each entity, as far as its acks prove it; finds what it must be sent and what must be taken away.
import { type IdSet, lowestBit } from "./id-set.ts";
import { MAX_BASELINE_AGE, type SnapshotHistory } from "./snapshot-history.ts";

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
const FIRST_ROWS = 16;

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
  private lastTick = -1;
  private ackedTicks = 0;

  constructor(history: SnapshotHistory) {
    this.history = history;
  }

  /** Takes the client's ack. Ticks that were never sent, or left the window, are ignored: a lie harms only the liar. */
  acknowledge(newestTick: number, mask: number): void {
    const age = this.lastTick - newestTick;
    if (newestTick < 0 || age < 0 || age > MAX_BASELINE_AGE) return;
    // Bit 31 - i tells of tick `newestTick - i`: only as many as lie in the window, and after the first tick.
    const told = Math.min(MAX_BASELINE_AGE + 1 - age, newestTick + 1);
    const ticks = reversed((mask << 1) | 1) & (told === 32 ? -1 : ~(-1 >>> told));
    // Turned so that each stands at its tick modulo 32.
    const turn = (newestTick + 1) & 31;
    this.ackedTicks |= turn === 0 ? ticks : (ticks << turn) | (ticks >>> (32 - turn));
  }

  /**
   * Fills the history's candidates and despawns for the latest committed tick, which must be newer than the last one gathered.
   * Who is in `visible` without a state at that tick is not seen.
   */
  gather(visible: IdSet): void {
    const { tick, present, candidates, despawns } = this.history;
    if (tick <= this.lastTick)
      throw new Error(`tick ${tick} is already encoded for this client: commit the next one first`);
    const stale = staleTicks(this.lastTick, tick);
    this.lastTick = tick;
    this.ackedTicks &= ~stale;
    candidates.reset();
    despawns.reset();
    let row = 0;
    for (let word = 0; word < visible.words.length; word++) {
      for (let rest = visible.words[word]! & present.words[word]!; rest !== 0; rest &= rest - 1) {
        const id = word * 32 + lowestBit(rest);
        while (row < this.end && this.ints[row + ID]! < id) row = this.gatherHidden(row, stale);
        if (row === this.end || this.ints[row + ID] !== id) this.insertRow(row, id);
        this.gatherShown(row, id, stale);
        row += ROW;
      }
    }
    while (row < this.end) row = this.gatherHidden(row, stale);
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
    this.ints[row + SENT_TICKS] = this.ints[row + SENT_TICKS]! | tickBit(this.lastTick);
    this.ints[row + IS_ANNOUNCED] = 1;
    this.ints[row + PRIORITY] = NO_PRIORITY;
  }

  /** Notes that the removal of the entity of a row is in the snapshot of the gathered tick. */
  markDespawnSent(row: number): void {
    this.ints[row + SENT_TICKS] = this.ints[row + SENT_TICKS]! | tickBit(this.lastTick);
  }

  private gatherShown(row: number, id: number, stale: number): void {
    const { history, ints } = this;
    const tick = this.lastTick;
    if (ints[row + STATE] !== SHOWN || ints[row + GENERATION] !== history.generation[id]) this.show(row, id);
    const sent = ints[row + SENT_TICKS]! & ~stale;
    ints[row + SENT_TICKS] = sent;
    const age = newestAge(sent & this.ackedTicks, tick);
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
  private gatherHidden(row: number, stale: number): number {
    const { ints } = this;
    if (ints[row + STATE] === SHOWN) {
      ints[row + STATE] = LEAVING;
      ints[row + SENT_TICKS] = 0;
      ints[row + HELD_TICK] = -1;
    }
    const sent = ints[row + SENT_TICKS]! & ~stale;
    ints[row + SENT_TICKS] = sent;
    if (ints[row + IS_ANNOUNCED] === 0 || (sent & this.ackedTicks) !== 0) {
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
    if (this.end === this.ints.length) {
      const ints = new Int32Array(2 * this.ints.length);
      ints.set(this.ints);
      this.ints = ints;
      this.floats = new Float32Array(ints.buffer);
    }
    this.ints.copyWithin(row + ROW, row, this.end);
    this.end += ROW;
    this.ints[row + ID] = id;
    this.ints[row + IS_ANNOUNCED] = 0;
    this.show(row, id);
  }
}

function tickBit(tick: number): number {
  return 1 << (tick & 31);
}

/** Mask of the ticks after `last` up to `tick`: their bits still tell of ticks 32 or more before them. */
function staleTicks(last: number, tick: number): number {
  const step = tick - last;
  if (last < 0 || step >= 32) return -1;
  const ones = (1 << step) - 1;
  const shift = (last + 1) & 31;
  return shift === 0 ? ones : (ones << shift) | (ones >>> (32 - shift));
}

/** Age in ticks of the newest tick in `mask`, whose bit for `tick` itself is clear; 0 when it is empty. */
function newestAge(mask: number, tick: number): number {
  if (mask === 0) return 0;
  const shift = tick & 31;
  const turned = shift === 0 ? mask : (mask >>> shift) | (mask << (32 - shift));
  return Math.clz32(turned) + 1;
}

/** The 32 bits of `word` in opposite order (Warren, Hacker's Delight, section 7-1). */
function reversed(word: number): number {
  let bits = ((word & 0x55555555) << 1) | ((word >>> 1) & 0x55555555);
  bits = ((bits & 0x33333333) << 2) | ((bits >>> 2) & 0x33333333);
  bits = ((bits & 0x0f0f0f0f) << 4) | ((bits >>> 4) & 0x0f0f0f0f);
  return (bits << 24) | ((bits & 0xff00) << 8) | ((bits >>> 8) & 0xff00) | (bits >>> 24);
}
