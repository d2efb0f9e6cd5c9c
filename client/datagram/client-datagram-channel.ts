// The client's end of a datagram channel, whatever carries it.
import { FrameKind } from "../../shared/netcode/index.ts";

/** Longest frame that is sent; bytes. Longer ones would split in two datagrams, and losing either loses both. */
export const MAX_DATAGRAM_BYTES = 1_150;

/** Bytes that may wait before a send is refused: two full frames of inputs, of which the next repeats what matters. */
export const MAX_BUFFERED_BYTES = 2 * MAX_DATAGRAM_BYTES;

/** A frame of this one byte asks whether we are here; the same frame is the answer. */
export const KEEP_ALIVE_BYTE: number = FrameKind.channel;

/** Datagrams to and from the game server: unordered, never resent. A frame arrives whole, or not at all, or twice. */
export interface ClientDatagramChannel {
  /** False from the moment it is closed by either end, and for good. */
  readonly isOpen: boolean;
  /** Bytes that were taken and are not on the wire yet. */
  readonly bufferedBytes: number;
  /**
   * Sends a frame now or not at all. False: it was not sent, because the channel is closed, the frame is empty or longer
   * than `MAX_DATAGRAM_BYTES`, or more than `MAX_BUFFERED_BYTES` wait. Never queues, never throws. The bytes are copied.
   */
  send(frame: Uint8Array): boolean;
  /** Ends the channel. Listeners of `onClose` hear of it later, not from inside this call. Does nothing the second time. */
  close(): void;
  /** Called with each binary frame; keep-alives are answered by the channel itself. Frames before the first listener are lost. */
  onFrame(listener: (frame: Uint8Array) => void): void;
  /** Called once when the channel has closed, by whichever end. */
  onClose(listener: () => void): void;
}
