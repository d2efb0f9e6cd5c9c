// Which of the latest ticks arrived: the newest one and a mask of the 32 before it.

/** Ticks before the newest that an ack tells about. */
export const ACK_HISTORY_BITS = 32;

/**
 * The receiving half of an acknowledgement: the newest tick and a bit for each of the 32 ticks before it, bit 0 being newest - 1.
 * Every ack repeats the last 32, so a lost ack costs nothing.
 *
 * Published as the ack bitfield of Glenn Fiedler, "Reliability and Congestion Avoidance over UDP" (Gaffer on Games, 2008).
 */
export class ReceivedTicks {
  /** Newest tick seen; -1 before the first. */
  newest = -1;
  /** Unsigned; bit `i` is set when tick `newest - 1 - i` was seen. */
  mask = 0;

  /** Whether `tick` was seen. Ticks too old to tell count as seen, so that nothing is taken twice. */
  has(tick: number): boolean {
    if (tick > this.newest) return false;
    if (tick === this.newest) return true;
    const age = this.newest - tick;
    return age > ACK_HISTORY_BITS || ((this.mask >>> (age - 1)) & 1) === 1;
  }

  /** Notes that `tick` (0 or more) was seen. Ticks too old for the mask are ignored. */
  add(tick: number): void {
    if (tick > this.newest) {
      this.mask = this.maskAt(tick);
      this.newest = tick;
    } else if (tick < this.newest && this.newest - tick <= ACK_HISTORY_BITS) {
      this.mask = (this.mask | (1 << (this.newest - tick - 1))) >>> 0;
    }
  }

  /** The mask as it would be if `tick` (0 or more) were the newest: bit `i` says whether `tick - 1 - i` was seen, as far as it is known. */
  maskAt(tick: number): number {
    const step = tick - this.newest;
    if (this.newest < 0 || step > ACK_HISTORY_BITS || step < -ACK_HISTORY_BITS) return 0;
    if (step === 0) return this.mask;
    if (step < 0) return step === -ACK_HISTORY_BITS ? 0 : this.mask >>> -step;
    // A shift by 32 would be a shift by 0 in JavaScript; the newest of now becomes bit `step - 1`.
    return ((step === ACK_HISTORY_BITS ? 0 : this.mask << step) | (1 << (step - 1))) >>> 0;
  }

  /** Notes what an ack says: that `newest` (0 or more) was seen, and those of the ticks before it that `mask` has a bit for. */
  addAll(newest: number, mask: number): void {
    if (newest < this.newest) {
      // An older ack tells of the same ticks from farther back.
      const step = this.newest - newest;
      if (step > ACK_HISTORY_BITS) return;
      const older = step === ACK_HISTORY_BITS ? 0 : mask << step;
      this.mask = (this.mask | older | (1 << (step - 1))) >>> 0;
      return;
    }
    this.mask = (this.maskAt(newest) | mask) >>> 0;
    this.newest = newest;
  }
}
