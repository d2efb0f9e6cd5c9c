// The port to datagrams: a channel for each seat that drops rather than waits, and a server that opens them.
import { FrameKind } from "../../../shared/netcode/index.ts";

/**
 * Longest frame that is sent; bytes. 1,150 of payload are one UDP datagram of 1,217; from about 1,180 on it splits in
 * two, and losing either loses both.
 */
export const MAX_DATAGRAM_BYTES = 1_150;

/**
 * Bytes that may wait in a channel, beside the few frames that its protocol has taken, before a send is refused: none. What
 * waits is older than the next snapshot, which replaces it. At 20 % loss, four frames more made the median frame 580 ms old
 * instead of 120.
 */
export const MAX_BUFFERED_BYTES = 0;

/** Longest frame that is taken; bytes. An input frame is far shorter. */
export const MAX_RECEIVED_BYTES = 1_200;

/** What the two ends say to keep a channel warm and to prove that it works: a frame of this one byte, and the same back. */
export const KEEP_ALIVE_BYTE: number = FrameKind.channel;

/** One client's datagrams: unordered, never resent, binary. A frame arrives whole, or not at all, or twice. */
export interface DatagramChannel {
  /** False from the moment it is closed by either end, and for good. */
  readonly isOpen: boolean;
  /** Bytes that were taken and are not on the wire yet. */
  readonly bufferedBytes: number;
  /**
   * Sends a frame now or not at all. False: it was not sent, because the channel is closed, the frame is empty or longer
   * than `MAX_DATAGRAM_BYTES`, or more than `MAX_BUFFERED_BYTES` wait. Never queues, never throws. The bytes are copied.
   */
  send(frame: Uint8Array): boolean;
  /** Asks the other end to show that it hears us. The same result as `send`. */
  keepAlive(): boolean;
  /** Ends the channel. Listeners of `onClose` hear of it later, not from inside this call. Does nothing the second time. */
  close(): void;
  /** Called with each frame but keep-alives, 1 to `MAX_RECEIVED_BYTES` bytes; the bytes are the listener's to keep. */
  onFrame(listener: (frame: Uint8Array) => void): void;
  /** Called when the other end answered a keep-alive: at this moment both directions work. */
  onKeepAlive(listener: () => void): void;
  /** Called once when the channel has closed, by whichever end. */
  onClose(listener: () => void): void;
}

/** Why a signalling request was refused; bounded, for a metric's label. */
export type SignallingRefusal =
  | "no_ticket"
  | "bad_ticket"
  | "expired_ticket"
  | "used_ticket"
  | "wrong_connection"
  | "already_answered"
  | "too_many_from_address"
  | "too_many"
  | "too_large"
  | "malformed"
  | "unknown_path"
  | "closing"
  | "failed";

/** Why a frame on an open channel was dropped; bounded, for a metric's label. */
export type DroppedFrameReason = "text" | "empty" | "too_large" | "too_fast";

/** Counts since the start, except the first three, which are of now. */
export interface DatagramStats {
  /** Channels that frames can go through. */
  readonly openChannels: number;
  /** Connections that signalling has begun, opened ones included. */
  readonly connections: number;
  /** Tickets that could still be used. */
  readonly tickets: number;
  readonly opened: number;
  readonly closed: number;
  /** Connections ended because their client did not answer, or never opened the channel, in time. */
  readonly reaped: number;
  readonly refusedSignalling: Readonly<Record<SignallingRefusal, number>>;
  readonly droppedFrames: Readonly<Record<DroppedFrameReason, number>>;
}

/** Opens datagram channels for seats. */
export interface DatagramServer {
  /**
   * A channel ticket for this session, to be given to its client over a connection that only that client reads. It opens
   * one channel, once, within `TICKET_SECONDS`. An older unused ticket of the session is void from now on.
   */
  issueTicket(sessionId: string): string;
  /** Called when a client that a ticket was issued for has its channel open. The session's older channel is closed by then. */
  onChannel(listener: (sessionId: string, channel: DatagramChannel) => void): void;
  /** The seat is gone: its ticket is void, its connection closed. Does nothing for a session it does not know. */
  revoke(sessionId: string): void;
  /**
   * Answers one signalling request, or `undefined` when the path is not under `/.wrtc/v2/`. `remoteAddress` is whom the
   * caps count it for. Cross-origin headers and preflights are whoever mounts it to add. Never rejects.
   */
  handle(request: Request, remoteAddress: string): Promise<Response | undefined>;
  readonly stats: DatagramStats;
  /** Closes every channel, then lets the port go. Resolves when both are done; new requests are refused from its start on. */
  close(): Promise<void>;
}
