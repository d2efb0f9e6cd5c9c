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
      const step = tick - this.newest;
      // The old newest becomes bit `step - 1`; a shift by 32 would be a shift by 0 in JavaScript.
      const shifted = step >= ACK_HISTORY_BITS ? 0 : this.mask << step;
      const previous = this.newest >= 0 && step <= ACK_HISTORY_BITS ? 1 << (step - 1) : 0;
      this.mask = (shifted | previous) >>> 0;
      this.newest = tick;
    } else if (tick < this.newest && this.newest - tick <= ACK_HISTORY_BITS) {
      this.mask = (this.mask | (1 << (this.newest - tick - 1))) >>> 0;
    }
  }
}
