// What a player's screen showed, frame by frame: the own fighter, one other, and every shot.
import type { GamePage, Point } from "./game-page.ts";

/** A shot in the frame that first drew it. */
export interface ShotSeen {
  /** How far the drawn ray passed from the middle of the drawn other fighter; metres. */
  readonly missMetres: number;
}

/** The other fighter as the newest frame drew it. */
export interface Sighting extends Point {
  /** Metres a second along y on screen, over the last tenth of a second. */
  readonly speedY: number;
  /** The page pixel of the point that it is about to reach. */
  readonly aimPixel: Point;
  /** A click now fires. */
  readonly isGunReady: boolean;
}

/** Frames that the watch looks back on to tell a speed. */
const SPEED_FRAMES = 6;

declare global {
  interface Window {
    __screenWatch?: {
      frames: { at: number; x: number; y: number }[];
      shots: ShotSeen[];
    };
  }
}

/** Watches a page from now on. */
export class ScreenWatch {
  readonly #game: GamePage;
  readonly #otherId: string;

  private constructor(game: GamePage, otherId: string) {
    this.#game = game;
    this.#otherId = otherId;
  }

  /** Begins to watch a page and, on it, another fighter. Resolves when that one is drawn. */
  static async on(game: GamePage, otherId: string): Promise<ScreenWatch> {
    await game.page.waitForFunction((id) => window.__gamekeeper?.drawn(id) !== undefined, otherId);
    await game.page.evaluate(watch, { otherId, speedFrames: SPEED_FRAMES });
    return new ScreenWatch(game, otherId);
  }

  /** Where the own fighter is drawn. */
  async own(): Promise<Point> {
    return this.#game.drawn(await this.#game.sessionId());
  }

  /** The other fighter, and where it will be in `aheadMs`. */
  target(aheadMs: number): Promise<Sighting> {
    return this.#game.page.evaluate(
      ({ id, aheadSeconds }) => {
        const hook = window.__gamekeeper;
        const at = hook?.drawn(id);
        const frames = window.__screenWatch?.frames ?? [];
        const [first, last] = [frames[0], frames.at(-1)];
        const self = hook?.session?.self;
        if (!hook?.session || !self || !at || !first || !last) throw new Error("The other fighter is not on screen.");
        const seconds = Math.max(0.001, (last.at - first.at) / 1000);
        const [speedX, speedY] = [(last.x - first.x) / seconds, (last.y - first.y) / seconds];
        const aimPixel = hook.screenOf(at.x + speedX * aheadSeconds, at.y + speedY * aheadSeconds);
        return { x: at.x, y: at.y, speedY, aimPixel, isGunReady: hook.session.value(self, "cooldown") === 0 };
      },
      { id: this.#otherId, aheadSeconds: aheadMs / 1000 },
    );
  }

  /** Own shots since the watch began, oldest first. */
  shots(): Promise<ShotSeen[]> {
    return this.#game.page.evaluate(() => window.__screenWatch?.shots ?? []);
  }

  /** The round trip that the page's net graph shows. */
  rttMs(): Promise<number> {
    return this.#game.page.evaluate(() => window.__gamekeeper?.session?.stats.rttMs ?? 0);
  }
}

/** Runs in the page: after each frame of the game's, notes what it drew. */
function watch({ otherId, speedFrames }: { otherId: string; speedFrames: number }): void {
  const log: NonNullable<Window["__screenWatch"]> = { frames: [], shots: [] };
  window.__screenWatch = log;
  let lastCooldown = 0;
  let lastShotAt = Number.NEGATIVE_INFINITY;
  // Registered after the game's own callback, and so called after it in every frame.
  requestAnimationFrame(function look(at) {
    requestAnimationFrame(look);
    const hook = window.__gamekeeper;
    const self = hook?.session?.self;
    const own = hook?.session && hook.drawn(hook.session.sessionId);
    const other = hook?.drawn(otherId);
    if (!hook?.session || !self || !own || !other) return;
    log.frames.push({ at, x: other.x, y: other.y });
    if (log.frames.length > speedFrames) log.frames.shift();
    // The predicted gun is hot again: this frame draws a shot. A tick drawn ahead and the tick itself tell of the same one.
    const cooldown = hook.session.value(self, "cooldown");
    if (cooldown > lastCooldown && at - lastShotAt > 120) {
      lastShotAt = at;
      const across = (other.x - own.x) * Math.sin(own.aim) - (other.y - own.y) * Math.cos(own.aim);
      log.shots.push({ missMetres: Math.abs(across) });
    }
    lastCooldown = cooldown;
  });
}
