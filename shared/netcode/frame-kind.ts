// The first byte of a frame: tells our frames from each other and from every Colyseus frame, on either channel.

/**
 * First bytes of our frames ([FRM1] of SPEC.md).
 *
 * Colyseus 0.18 takes the lowest five bits of the first byte as its code (10 to 22 are in use) and the rest as modifiers
 * (`@colyseus/shared-types`, Protocol). Ours have codes 28 to 30 with all three modifier bits set, a pair of which Colyseus never sets
 * together. No UTF-8 text holds such a byte either, so a stray JSON frame cannot be taken for one.
 */
export const FrameKind = {
  /** Free for what the two ends of a channel say to each other; its body is the transport's affair. */
  channel: 0xfc,
  /** Server to client: a snapshot. */
  snapshot: 0xfd,
  /** Client to server: inputs and the snapshot ack. */
  input: 0xfe,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** Longest frame that a decoder looks at; longer ones are malformed. */
export const MAX_FRAME_BYTES = 4096;

/** The epoch of a frame has four bits ([FRM3]). */
export const EPOCH_BITS = 4;
export const EPOCH_COUNT = 1 << EPOCH_BITS;

/** Ticks are 31-bit: at 60 Hz they last for more than a year. */
export const MAX_TICK = 0x7fffffff;

/** Kind of a frame, or `undefined` when it is empty or not one of ours. Looks at the first byte only. */
export function frameKindOf(frame: Uint8Array): FrameKind | undefined {
  const first = frame[0];
  return first === FrameKind.snapshot || first === FrameKind.input || first === FrameKind.channel ? first : undefined;
}
