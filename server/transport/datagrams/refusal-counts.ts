// Counters by a closed set of reasons.
import type { DroppedFrameReason, SignallingRefusal } from "./datagram-channel.ts";

/** No signalling request refused yet. */
export function noRefusals(): Record<SignallingRefusal, number> {
  return {
    no_ticket: 0,
    bad_ticket: 0,
    expired_ticket: 0,
    used_ticket: 0,
    wrong_connection: 0,
    already_answered: 0,
    too_many_from_address: 0,
    too_many: 0,
    too_large: 0,
    malformed: 0,
    unknown_path: 0,
    closing: 0,
    failed: 0,
  };
}

/** No frame dropped yet. */
export function noDrops(): Record<DroppedFrameReason, number> {
  return { text: 0, empty: 0, too_large: 0, too_fast: 0 };
}
