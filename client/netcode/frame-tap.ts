// Takes our own frames off a room's connection before the SDK sees them, which knows only its own.
import { frameKindOf } from "../../shared/netcode/index.ts";
import type { TappedConnection } from "../link-simulator.ts";

/**
 * From now on frames of ours go to `receive`, all others to the SDK. What taps the connection later comes first: a link
 * simulator delays both alike.
 */
export function tapFrames({ events }: Pick<TappedConnection, "events">, receive: (frame: Uint8Array) => void): void {
  const { onmessage } = events;
  events.onmessage = (event) => {
    const frame = bytesOf(event.data);
    if (frame && frameKindOf(frame) !== undefined) receive(frame);
    else onmessage?.(event);
  };
}

function bytesOf(data: unknown): Uint8Array | undefined {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : undefined;
}
