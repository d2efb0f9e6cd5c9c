// Where every frame of one client comes in, by whichever channel: judged, counted, and shown the way.
import type { AnyGameRoom, InputSink } from "../../rooms/kit/index.ts";
import { decodeControl, FrameKind, frameKindOf } from "../../shared/netcode/index.ts";
import type { GameMetrics, RefusedFrameReason } from "../ops/metrics.ts";
import { refuseFrame } from "./frame-guard.ts";
import { FrameRate } from "./frame-rate.ts";
import type { InputWire } from "./input-wire.ts";

/** Refused frames a connection may send before it is closed: a bug shows, an attack does not pay. */
export const MAX_REFUSED_FRAMES = 8;
/** Input frames and control messages of one client in a second, over all its channels; the rest is dropped unread. */
export const MAX_FRAMES_PER_SECOND = 150;

/** What a door opens to. */
export interface FrameDoorOptions {
  readonly metrics: Pick<GameMetrics, "frames" | "refusedFrames">;
  readonly sessionId: string;
  readonly room: AnyGameRoom | undefined;
  /** The shape of the room's inputs in Colyseus' own frames. */
  readonly wire: InputWire | undefined;
  /** Too much came that is malformed. */
  readonly onAbuse: () => void;
  /** The client's datagram channel is gone and it would like another. */
  readonly onChannelRequest: () => void;
}

/** One client's door. */
export class FrameDoor {
  readonly #options: FrameDoorOptions;
  readonly #rate = new FrameRate(MAX_FRAMES_PER_SECOND);
  #refused = 0;
  #inputs: InputSink | undefined;

  constructor(options: FrameDoorOptions) {
    this.#options = options;
  }

  /** A frame by the WebSocket. Says whether Colyseus may have it; frames of ours have gone their way by then. */
  fromWebSocket(frame: Uint8Array, isBinary: boolean, nowMs: number): "colyseus" | "ours" | "refused" {
    this.#options.metrics.frames.count("in", "websocket", frame.length);
    if (!isBinary) return this.#refuse("malformed");
    const kind = frameKindOf(frame);
    if (kind !== undefined) return this.#ours(frame, kind, nowMs) ?? "ours";
    const reason = refuseFrame(frame, this.#options.wire);
    return reason === undefined ? "colyseus" : this.#refuse(reason);
  }

  /** A frame by the datagram channel: nothing but input frames belongs there. */
  fromDatagram(frame: Uint8Array, nowMs: number): void {
    this.#options.metrics.frames.count("in", "datagram", frame.length);
    if (frameKindOf(frame) === FrameKind.input) this.#ours(frame, FrameKind.input, nowMs);
    else this.#refuse("malformed");
  }

  #ours(frame: Uint8Array, kind: number, nowMs: number): "refused" | undefined {
    if (!this.#rate.take(nowMs)) return this.#refuse("flood");
    if (kind === FrameKind.input) {
      // Not there before the client is seated.
      this.#inputs ??= this.#options.room?.inputSink(this.#options.sessionId);
      return this.#inputs?.receive(frame, nowMs) ? undefined : this.#refuse("malformed");
    }
    if (decodeControl(frame)?.type !== "channel-request") return this.#refuse("malformed");
    this.#options.onChannelRequest();
    return undefined;
  }

  #refuse(reason: RefusedFrameReason): "refused" {
    this.#options.metrics.refusedFrames.inc({ reason });
    if (reason === "flood") return "refused";
    this.#refused += 1;
    if (this.#refused === MAX_REFUSED_FRAMES) this.#options.onAbuse();
    return "refused";
  }
}
