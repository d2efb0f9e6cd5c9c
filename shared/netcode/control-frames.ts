// What the two ends of a seat say to each other beside snapshots and inputs: rare, reliable, readable.
import { FrameKind, MAX_TICK } from "./frame-kind.ts";

/** Longest control frame; bytes. */
export const MAX_CONTROL_BYTES = 512;
const MAX_SMALL_COUNT = 65_536;

/** Server to client, over the WebSocket, before the first snapshot of each life of the connection ([CTL2] of SPEC.md). */
export interface WelcomeMessage {
  readonly type: "welcome";
  /** Which life of the connection this is, 0 to 15: new codecs at both ends. */
  readonly epoch: number;
  /** Ids that the room's entities may have. */
  readonly capacity: number;
  readonly tickHz: number;
  /** The first of the client's inputs that the server has not taken in an earlier life; 0 in the first ([INP8]). */
  readonly nextInput: number;
}

/** Server to client, over the WebSocket: a data channel may be opened with this single-use ticket ([CTL3]). */
export interface ChannelOfferMessage {
  readonly type: "channel-offer";
  readonly ticket: string;
}

/** Client to server, over the WebSocket: the data channel is gone, another ticket is welcome ([CTL4]). */
export interface ChannelRequestMessage {
  readonly type: "channel-request";
}

/** Any control message. */
export type ControlMessage = WelcomeMessage | ChannelOfferMessage | ChannelRequestMessage;

/** The frame of a message: the kind byte and JSON. */
export function encodeControl(message: ControlMessage): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(message));
  const frame = new Uint8Array(1 + body.length);
  frame[0] = FrameKind.channel;
  frame.set(body, 1);
  return frame;
}

/** The message in a frame, or `undefined` when it is not a good one. Never throws. */
export function decodeControl(frame: Uint8Array): ControlMessage | undefined {
  if (frame.length > MAX_CONTROL_BYTES || frame[0] !== FrameKind.channel) return undefined;
  try {
    const message: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(frame.subarray(1)));
    return isControlMessage(message) ? message : undefined;
  } catch {
    // Whatever a stranger put there instead of JSON is simply no message.
    return undefined;
  }
}

function isControlMessage(value: unknown): value is ControlMessage {
  if (typeof value !== "object" || value === null) return false;
  const message = value as Record<string, unknown>;
  if (message["type"] === "channel-request") return true;
  if (message["type"] === "channel-offer") return typeof message["ticket"] === "string";
  const isWelcome = message["type"] === "welcome" && isCount(message["nextInput"], MAX_TICK);
  return isWelcome && ["epoch", "capacity", "tickHz"].every((name) => isCount(message[name], MAX_SMALL_COUNT));
}

function isCount(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
