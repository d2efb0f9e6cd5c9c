// A client that takes a seat, is shown the game and stays or leaves: it plays nothing. One for this server and for stock Colyseus.
import { FrameKind } from "../../shared/netcode/index.ts";
import { SocketClient } from "./socket-client.ts";

/** Codes of Colyseus 0.18's protocol (`@colyseus/shared-types`, Protocol). */
const CODE = { joinRoom: 10, error: 11, leaveRoom: 12, roomState: 14, patch: 15 } as const;
const CODE_MASK = 0x1f;

/** Moments of a visit, by `performance.now()`; NaN for what has not come. */
export interface Visit {
  /** The whole state of the room, without what moves. */
  stateMs: number;
  /** The first snapshot or patch: from here on there is a game to see. */
  playMs: number;
}

/** One connection to one seat. */
export class VisitClient extends SocketClient {
  readonly visit: Visit = { stateMs: Number.NaN, playMs: Number.NaN };
  readonly #isPlayed: boolean;
  #onThere: (() => void) | undefined;
  #onNever: ((error: Error) => void) | undefined;

  /** `isPlayed`: the game moves, so that a visitor is there with its first snapshot or patch; with its first state where nothing does. */
  constructor(isPlayed: boolean) {
    super();
    this.#isPlayed = isPlayed;
  }

  /** Upgrades at `path` and resolves when the visitor has been shown what there is. Rejects when it is sent away. */
  async enter(port: number, path: string): Promise<void> {
    const there = new Promise<void>((resolve, reject) => {
      this.#onThere = resolve;
      this.#onNever = reject;
    });
    await Promise.all([this.open(port, path), there]);
  }

  /** Leaves as the SDK does, and resolves when the server has closed the connection. */
  exit(): Promise<void> {
    return this.leave(Uint8Array.of(CODE.leaveRoom));
  }

  protected override onFrame(frame: Buffer): void {
    const kind = frame[0]!;
    const code = kind & CODE_MASK;
    if (kind === FrameKind.snapshot || code === CODE.patch) this.#onPlay();
    else if (code === CODE.joinRoom) this.sendFrame(Uint8Array.of(CODE.joinRoom));
    else if (code === CODE.roomState) this.#onState();
    else if (code === CODE.error) this.#onRefused(frame.toString("utf8", 1));
  }

  protected override onEnd(reason: string): void {
    this.#onNever?.(new Error(reason));
  }

  #onRefused(answer: string): void {
    const printable = answer.replaceAll(/[^ -~]/g, "");
    this.#onNever?.(new Error(`the room refused: ${printable}`));
    this.drop();
  }

  #onState(): void {
    if (!Number.isNaN(this.visit.stateMs)) return;
    this.visit.stateMs = performance.now();
    if (!this.#isPlayed) this.#onThere?.();
  }

  #onPlay(): void {
    if (!Number.isNaN(this.visit.playMs)) return;
    this.visit.playMs = performance.now();
    this.#onThere?.();
  }
}
