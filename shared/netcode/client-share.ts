// One client's part in what its room's clients share: whether it sees what all see, and which snapshots covered that.
import type { ClientKnowledge } from "./client-knowledge.ts";
import { type IdSet, lowestBit } from "./id-set.ts";
import type { SharedKnowledge } from "./shared-knowledge.ts";
import type { SharedRecords } from "./shared-records.ts";
import type { SnapshotHistory } from "./snapshot-history.ts";
import { tickBit } from "./tick-mask.ts";

/** Entities by which a sharing client's sight may differ from everybody's: its own, and its own state. */
const MAX_EXCEPTIONS = 4;
/** Urgency of what the tick covers, above any that comes of waiting. */
const COVERED_URGENCY = 2 ** 20;

/**
 * A client shares while it sees what everybody sees, but for a few exceptions that stay the same, and its acks come. Then its own
 * `ClientKnowledge` has rows for the exceptions alone. When it cannot go on, all is told to its knowledge, and it is on its own until
 * it has acknowledged a snapshot that covered what the tick covered.
 */
export class ClientShare {
  /** Ids of the exceptions, ascending: seen by everybody else, or by this client alone. */
  exceptions = new Int32Array(MAX_EXCEPTIONS);
  exceptionCount = 0;
  private next = new Int32Array(MAX_EXCEPTIONS);
  private nextCount = 0;
  /** Which of them this client sees, as bits by their place. */
  private shown = 0;
  private nextShown = 0;
  private readonly history: SnapshotHistory;
  private readonly shared: SharedKnowledge;
  private readonly knowledge: ClientKnowledge;
  /** Ticks whose snapshots to this client covered what the tick covered. */
  private ticks = 0;
  private lastTick = -1;
  private isSharing = false;
  /** Whether the client's sight is such that it may share, now or later. */
  private isAlike = false;

  constructor(history: SnapshotHistory, shared: SharedKnowledge, knowledge: ClientKnowledge) {
    this.history = history;
    this.shared = shared;
    this.knowledge = knowledge;
  }

  /**
   * Goes on to the tick of the client's knowledge, in which `stale` ticks left the window, and gives the shared records that its snapshot
   * may be made of, if there are any. `budgetBytes` is what snapshots of the room may take; `hasWeights` says that entities differ in how
   * much they matter to this client.
   */
  begin(visible: IdSet, stale: number, budgetBytes: number, hasWeights: boolean): SharedRecords | undefined {
    const { shared, knowledge } = this;
    shared.begin();
    this.ticks &= ~stale;
    this.isAlike = this.look(visible);
    if (!this.isAlike || !this.isAsBefore()) {
      this.leave();
      [this.exceptions, this.next] = [this.next, this.exceptions];
      this.exceptionCount = this.nextCount;
      this.shown = this.nextShown;
      this.ticks = 0;
    }
    if (!this.isAlike) return undefined;
    shared.choose(budgetBytes);
    if (hasWeights && shared.skippedCount > 0) {
      this.isAlike = false;
      return undefined;
    }
    const key = shared.keyOf(this.ticks & knowledge.acked);
    if (key === 0 || !(this.isSharing || shared.isWhole(key))) return undefined;
    const records = shared.recordsFor(key);
    return records?.isUsable ? records : undefined;
  }

  /** Fills the candidates with what is the client's alone. */
  gatherOwn(): void {
    this.history.candidates.reset();
    for (let index = 0; index < this.exceptionCount; index++) {
      if (((this.shown >>> index) & 1) === 1) this.knowledge.gatherOne(this.exceptions[index]!);
    }
  }

  /** The snapshot of this tick is made of shared records. */
  noteShared(): void {
    this.noteSent(true);
    if (this.isSharing) return;
    this.isSharing = true;
    this.knowledge.keepOnly((id) => this.isException(id));
  }

  /** The client is on its own from here on, and its knowledge says what it holds. */
  leave(): void {
    if (!this.isSharing) return;
    this.isSharing = false;
    const { knowledge, shared } = this;
    shared.tell(this.ticks, knowledge.acked, this.lastTick, (id, heldTicks, isShown) => {
      if (!this.isException(id)) knowledge.learn(id, heldTicks, isShown);
    });
  }

  /** Makes what the tick covers more urgent than the rest, so that a client on its own may come to share. */
  prefer(): void {
    if (!this.isAlike) return;
    const { ids, count, priorities } = this.history.candidates;
    for (let candidate = 0; candidate < count; candidate++) {
      if (this.shared.covers(ids[candidate]!)) priorities[candidate]! += COVERED_URGENCY;
    }
  }

  /** The snapshot of this tick is the client's own: made of the candidates that are chosen, and of the despawns. */
  noteOwn(): void {
    this.noteSent(this.isAlike && this.hasCovered());
  }

  private noteSent(isCovering: boolean): void {
    this.lastTick = this.knowledge.tick;
    if (isCovering) this.ticks |= tickBit(this.lastTick);
  }

  private hasCovered(): boolean {
    const { candidates, selection, despawns } = this.history;
    if (despawns.areLeft) return false;
    if (selection.count === candidates.count) return true;
    for (let candidate = 0; candidate < candidates.count; candidate++) {
      if (candidates.isChosen[candidate] === 0 && this.shared.covers(candidates.ids[candidate]!)) return false;
    }
    return true;
  }

  /** Finds this tick's exceptions; false when there are too many. */
  private look(visible: IdSet): boolean {
    const { next } = this;
    const { present } = this.history;
    const { base } = this.shared;
    this.nextCount = 0;
    this.nextShown = 0;
    for (let word = 0; word < base.words.length; word++) {
      for (let rest = (visible.words[word]! & present.words[word]!) ^ base.words[word]!; rest !== 0; rest &= rest - 1) {
        if (this.nextCount === MAX_EXCEPTIONS) return false;
        const id = word * 32 + lowestBit(rest);
        if (!base.has(id)) this.nextShown |= 1 << this.nextCount;
        next[this.nextCount++] = id;
      }
    }
    return true;
  }

  private isAsBefore(): boolean {
    if (this.exceptionCount !== this.nextCount || this.shown !== this.nextShown) return false;
    for (let index = 0; index < this.nextCount; index++) {
      if (this.exceptions[index] !== this.next[index]) return false;
    }
    return true;
  }

  private isException(id: number): boolean {
    return this.exceptions.subarray(0, this.exceptionCount).includes(id);
  }
}
