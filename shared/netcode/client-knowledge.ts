// What one client holds of each entity, as far as its acks prove it; finds what it must be sent and what must be taken away.
import { MAX_BASELINE_AGE, type SnapshotHistory } from "./snapshot-history.ts";

/** Most removals that one snapshot carries; further ones wait for the next. */
export const MAX_DESPAWNS = 64;

const HIDDEN = 0;
const SHOWN = 1;
const LEAVING = 2;

/**
 * One client's side of the room's entities. `gather` compares it with a tick of the history; `markSent` and `acknowledge` keep it true.
 *
 * The ack bookkeeping is two masks of 32 ticks: in which snapshots an entity was, and which snapshots arrived. Where both have a bit,
 * the client holds the entity's state of that tick.
 */
export class ClientKnowledge {
  /** Urgency of each entity by id: grows by its weight in every tick that it waits. */
  readonly priority: Float32Array;
  /** Ids to remove in this snapshot, ascending, `despawnCount` of them. */
  readonly despawns = new Int32Array(MAX_DESPAWNS);
  despawnCount = 0;
  /** True when more removals wait than one snapshot carries. */
  areDespawnsLeft = false;

  private readonly history: SnapshotHistory;
  private readonly state: Uint8Array;
  /** 1 while the client may hold the entity, shown or not. */
  private readonly isAnnounced: Uint8Array;
  private readonly generation: Uint8Array;
  /** Bit `t & 31` is set when the snapshot of tick `t`, one of the last 32, had the entity (or its removal, while it leaves). */
  private readonly sentTicks: Int32Array;
  /** A tick whose state of the entity the client holds; -1 when there is none. */
  private readonly heldTick: Int32Array;
  private readonly weight: Float32Array;
  /** Bit sets by id: who is shown or leaving, and who may be seen this tick. */
  private readonly tracked: Int32Array;
  private readonly seen: Int32Array;
  private lastTick = -1;
  private ackedTicks = 0;

  constructor(history: SnapshotHistory) {
    const { capacity } = history;
    this.history = history;
    this.priority = new Float32Array(capacity);
    this.state = new Uint8Array(capacity);
    this.isAnnounced = new Uint8Array(capacity);
    this.generation = new Uint8Array(capacity);
    this.sentTicks = new Int32Array(capacity);
    this.heldTick = new Int32Array(capacity).fill(-1);
    this.weight = new Float32Array(capacity);
    this.tracked = new Int32Array(Math.ceil(capacity / 32));
    this.seen = new Int32Array(Math.ceil(capacity / 32));
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

  /** Fills the history's candidates and `despawns` for the latest committed tick, which must be newer than the last one gathered. */
  gather(visible: ArrayLike<number>, weights: ArrayLike<number> | undefined): void {
    const { tick } = this.history;
    if (tick <= this.lastTick)
      throw new Error(`tick ${tick} is already encoded for this client: commit the next one first`);
    const stale = staleTicks(this.lastTick, tick);
    this.lastTick = tick;
    this.ackedTicks &= ~stale;
    this.noteVisible(visible, weights);
    this.history.candidates.reset();
    this.despawnCount = 0;
    this.areDespawnsLeft = false;
    for (let word = 0; word < this.seen.length; word++) {
      const seen = this.seen[word]!;
      let rest = seen | this.tracked[word]!;
      while (rest !== 0) {
        const bit = rest & -rest;
        rest ^= bit;
        const id = word * 32 + 31 - Math.clz32(bit);
        if ((seen & bit) !== 0) this.gatherShown(id, stale);
        else this.gatherHidden(id, stale);
      }
    }
  }

  /** Notes that candidate `id` is in the snapshot of the gathered tick. */
  markSent(id: number): void {
    this.sentTicks[id] = this.sentTicks[id]! | tickBit(this.lastTick);
    this.isAnnounced[id] = 1;
    this.priority[id] = 0;
  }

  /** Notes that the removal of `id` is in the snapshot of the gathered tick. */
  markDespawnSent(id: number): void {
    this.sentTicks[id] = this.sentTicks[id]! | tickBit(this.lastTick);
  }

  private noteVisible(visible: ArrayLike<number>, weights: ArrayLike<number> | undefined): void {
    const { history } = this;
    this.seen.fill(0);
    for (let index = 0; index < visible.length; index++) {
      const id = visible[index]!;
      // An entity that was removed, or added after the commit, has no state at this tick.
      if (history.isLive[id] !== 1 || history.changeTick[id]! < 0) continue;
      this.seen[id >>> 5] = this.seen[id >>> 5]! | (1 << (id & 31));
      this.weight[id] = weights === undefined ? 1 : weights[index]!;
    }
  }

  private gatherShown(id: number, stale: number): void {
    const { history } = this;
    const tick = this.lastTick;
    if (this.state[id] !== SHOWN || this.generation[id] !== history.generation[id]) this.show(id);
    const sent = this.sentTicks[id]! & ~stale;
    this.sentTicks[id] = sent;
    const age = newestAge(sent & this.ackedTicks, tick);
    if (age > 0 && tick - age > this.heldTick[id]!) this.heldTick[id] = tick - age;
    const held = this.heldTick[id]!;
    if (held >= history.changeTick[id]!) {
      // At rest since a tick that the client holds: so what it holds is the state of this tick too.
      this.heldTick[id] = tick;
      this.priority[id] = 0;
      return;
    }
    this.priority[id] = this.priority[id]! + this.weight[id]!;
    const kind = history.kind[id]!;
    const offset = id * history.schema.stride;
    const start = history.rowOf(tick) + offset;
    const heldAge = tick - held;
    if (held < 0 || heldAge > MAX_BASELINE_AGE) history.candidates.addKeyframe(id, kind, start);
    else history.candidates.addDelta(id, kind, history.rows, start, history.rowOf(held) + offset, heldAge);
  }

  private show(id: number): void {
    this.state[id] = SHOWN;
    this.generation[id] = this.history.generation[id]!;
    this.sentTicks[id] = 0;
    this.heldTick[id] = -1;
    this.priority[id] = 0;
    this.tracked[id >>> 5] = this.tracked[id >>> 5]! | (1 << (id & 31));
  }

  private gatherHidden(id: number, stale: number): void {
    if (this.state[id] === SHOWN) {
      this.state[id] = LEAVING;
      this.sentTicks[id] = 0;
      this.heldTick[id] = -1;
    }
    const sent = this.sentTicks[id]! & ~stale;
    this.sentTicks[id] = sent;
    if (this.isAnnounced[id] === 0 || (sent & this.ackedTicks) !== 0) {
      this.state[id] = HIDDEN;
      this.isAnnounced[id] = 0;
      this.tracked[id >>> 5] = this.tracked[id >>> 5]! & ~(1 << (id & 31));
    } else if (this.despawnCount < MAX_DESPAWNS) {
      this.despawns[this.despawnCount++] = id;
    } else {
      this.areDespawnsLeft = true;
    }
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
