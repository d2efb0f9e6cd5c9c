// What end-to-end tests may see of the running page, in one place. Nothing in the game reads it.
import type { ArenaView } from "./arena/arena-view.ts";
import type { Camera } from "./arena/camera.ts";
import type { Intent } from "./input/intent.ts";
import type { ArenaSession } from "./session.ts";

/** How many frames `frameLog` remembers: four seconds at 60 frames a second. */
const FRAME_LOG_LENGTH = 240;

/** One drawn frame. Times are on the clock of `performance.now()`, positions in metres. */
export interface FrameRecord {
  /** When the frame began. */
  at: number;
  /** Where the own fighter was drawn; NaN while there is none. */
  selfX: number;
  selfY: number;
  /** When the newest input event that this frame knew of happened. */
  inputAt: number;
}

/** `window.__gamekeeper`: read-only, there as soon as the arena can be drawn. */
export interface TestHook {
  /** The running session, or `undefined` while joining or after its end. */
  readonly session: ArenaSession | undefined;
  /** Where the newest frame drew a fighter: metres and radians. `undefined` when it is not in the arena. */
  drawn(sessionId: string): { x: number; y: number; aim: number } | undefined;
  /** Frames drawn since the page was opened. */
  readonly frames: number;
  /** The newest frames, oldest first. */
  readonly frameLog: readonly FrameRecord[];
  /** The page pixel at which a point of the arena (metres) is drawn. */
  screenOf(x: number, y: number): { x: number; y: number };
  /** Closes the WebSocket as a broken network would: without leaving, so that the session reconnects. */
  dropSocket(): void;
}

declare global {
  interface Window {
    __gamekeeper?: TestHook;
  }
}

/** Puts `window.__gamekeeper` in place and feeds it. `session` is set by whoever runs the game. */
export class TestHookFeed {
  session: ArenaSession | undefined;
  readonly #view: ArenaView;
  readonly #records: FrameRecord[] = [];
  #frames = 0;

  constructor(camera: Camera, view: ArenaView) {
    this.#view = view;
    const feed = this;
    window.__gamekeeper = Object.freeze<TestHook>({
      get session() {
        return feed.session;
      },
      get frames() {
        return feed.#frames;
      },
      get frameLog() {
        return feed.#records.map((record) => ({ ...record })).sort((a, b) => a.at - b.at);
      },
      drawn: (sessionId) => {
        const fighter = view.fighters.get(sessionId);
        return fighter && { x: fighter.x, y: fighter.y, aim: fighter.aim };
      },
      screenOf: (x, y) => camera.toScreen(x, y),
      dropSocket: () => feed.session?.room.connection.transport.close(),
    });
  }

  /** Notes a drawn frame, in place of the oldest one. Call once after each. */
  log(nowMs: number, intent: Intent): void {
    const own = this.session && this.#view.fighters.get(this.session.sessionId);
    const at = this.#frames % FRAME_LOG_LENGTH;
    this.#frames += 1;
    this.#records[at] ??= { at: 0, selfX: 0, selfY: 0, inputAt: 0 };
    const record = this.#records[at];
    record.at = nowMs;
    record.selfX = own?.x ?? Number.NaN;
    record.selfY = own?.y ?? Number.NaN;
    record.inputAt = intent.changedAtMs;
  }
}
