// Sets of the latest 32 ticks in one word: which snapshots had an entity, which arrived.

/** Ticks that a mask tells of: the latest and the 31 before it. Bit `t & 31` stands for tick `t`. */
export const MASK_TICKS = 32;

/** The mask of one tick. */
export function tickBit(tick: number): number {
  return 1 << (tick & 31);
}

/** Mask of the `count` ticks (0 to 32) that begin with `first`. */
export function ticksFrom(first: number, count: number): number {
  if (count >= MASK_TICKS) return -1;
  return turned((1 << count) - 1, first);
}

/** Mask of the ticks after `last` up to `tick`: their bits still tell of ticks 32 or more before them. */
export function staleTicks(last: number, tick: number): number {
  return last < 0 ? -1 : ticksFrom(last + 1, tick - last);
}

/** Age in ticks of the newest tick in `mask`, whose bit for `tick` itself is clear; 0 when it is empty. */
export function newestAge(mask: number, tick: number): number {
  return mask === 0 ? 0 : Math.clz32(turned(mask, -tick)) + 1;
}

/**
 * The ticks of an ack that are at most 31 before `tick`, its newest among them: `newest`, and those before it that `mask` has a bit
 * for. Of one that is newer than `tick`, or too old, there are none.
 */
export function ackedTicks(newest: number, mask: number, tick: number): number {
  const age = tick - newest;
  if (newest < 0 || !(age >= 0 && age < MASK_TICKS)) return 0;
  // Bit 31 - i tells of tick `newest - i`: only as many as lie in the window, and after the first tick.
  const told = Math.min(MASK_TICKS - age, newest + 1);
  return turned(reversed((mask << 1) | 1) & (told === MASK_TICKS ? -1 : ~(-1 >>> told)), newest + 1);
}

/** Turns a word to the left by `places` modulo 32. */
function turned(word: number, places: number): number {
  return (word << places) | ((word >>> 1) >>> (31 - (places & 31)));
}

/** The 32 bits of `word` in opposite order (Warren, Hacker's Delight, section 7-1). */
function reversed(word: number): number {
  let bits = ((word & 0x55555555) << 1) | ((word >>> 1) & 0x55555555);
  bits = ((bits & 0x33333333) << 2) | ((bits >>> 2) & 0x33333333);
  bits = ((bits & 0x0f0f0f0f) << 4) | ((bits >>> 4) & 0x0f0f0f0f);
  return (bits << 24) | ((bits & 0xff00) << 8) | ((bits >>> 8) & 0xff00) | (bits >>> 24);
}
