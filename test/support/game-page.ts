// The arena in a browser, as a person has it: one player, one page, and what the page shows.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type {} from "../../web/test-hook.ts";
import { REPOSITORY } from "./game-stack.ts";

/** Where pictures of the pages are kept. Not in git. */
export const PICTURES = join(REPOSITORY, ".artifacts", "e2e");

const PATIENCE_MS = 45_000;

/** The mouse is put this far from the own fighter at most, so that it stays on a small screen. */
const AIM_METRES = 5;
/** How near a walk goes along each axis, so that the other is on screen too. */
const WALKS = [
  { axis: "x", forward: "KeyD", back: "KeyA", metres: 6 },
  { axis: "y", forward: "KeyW", back: "KeyS", metres: 3 },
] as const;

/** A point in the arena, in metres. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How a page is opened. */
export interface GamePageOptions {
  /** What stands behind `?` in the address: the page's own options. Drawing is coarse unless it says `quality`. */
  readonly query?: string;
  /** Small by default: WebGL is drawn by processor here. */
  readonly width?: number;
  readonly height?: number;
  readonly isPhone?: boolean;
}

/** A page in a browser context of its own: another page is another player. */
export class GamePage {
  readonly page: Page;
  /** Addresses of every request and WebSocket of the page. */
  readonly requests: string[] = [];
  /** Errors that the page threw or printed. */
  readonly problems: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    context.on("request", (request) => this.requests.push(request.url()));
    page.on("websocket", (socket) => this.requests.push(socket.url()));
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && this.problems.push(message.text()));
  }

  /** Opens the page and does not wait for the game. */
  static async open(browser: Browser, platformUrl: string, options: GamePageOptions = {}): Promise<GamePage> {
    const { query = "", width = 640, height = 400, isPhone = false } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      ...(isPhone && { hasTouch: true, isMobile: true, deviceScaleFactor: 2 }),
    });
    const game = new GamePage(context, await context.newPage());
    await game.page.goto(`${platformUrl}/?${query}${query.includes("quality=") ? "" : "&quality=low"}`);
    return game;
  }

  /** Opens the page and waits until its fighter has been drawn. */
  static async join(browser: Browser, platformUrl: string, options: GamePageOptions = {}): Promise<GamePage> {
    const game = await GamePage.open(browser, platformUrl, options);
    await game.untilJoined();
    return game;
  }

  async untilJoined(): Promise<void> {
    const isDrawn = (): boolean => {
      const hook = window.__gamekeeper;
      return hook?.session !== undefined && hook.drawn(hook.session.sessionId) !== undefined;
    };
    try {
      await this.page.waitForFunction(isDrawn, undefined, { timeout: PATIENCE_MS });
    } catch (cause) {
      const shown = await this.page.locator("#screen").innerText();
      throw new Error(`The page did not get into the arena. It says: ${shown}\n${this.problems.join("\n")}`, { cause });
    }
  }

  /** The page's own seat. Throws when it has none. */
  sessionId(): Promise<string> {
    return this.page.evaluate(() => {
      const session = window.__gamekeeper?.session;
      if (!session) throw new Error("The page is not in an arena.");
      return session.sessionId;
    });
  }

  /** Where the newest frame drew a fighter. Throws when it is not in the arena. */
  drawn(sessionId: string): Promise<Point> {
    return this.page.evaluate((id) => {
      const drawn = window.__gamekeeper?.drawn(id);
      if (!drawn) throw new Error(`No fighter ${id} is drawn.`);
      return { x: drawn.x, y: drawn.y };
    }, sessionId);
  }

  /** Resolves when a fighter is drawn at least `metres` from `from` along one axis. */
  async untilDrawnAway(sessionId: string, axis: "x" | "y", from: Point, metres: number): Promise<void> {
    await this.page.waitForFunction(
      ({ id, along, start, far }) => Math.abs((window.__gamekeeper?.drawn(id)?.[along] ?? start) - start) >= far,
      { id: sessionId, along: axis, start: from[axis], far: metres },
      { polling: "raf", timeout: PATIENCE_MS },
    );
  }

  /** Walks by keyboard until both fighters are on one screen. */
  async walkUpTo(sessionId: string): Promise<void> {
    const ownId = await this.sessionId();
    for (const { axis, forward, back, metres } of WALKS) {
      const [own, other] = [await this.drawn(ownId), await this.drawn(sessionId)];
      const way = other[axis] - own[axis];
      if (Math.abs(way) < metres) continue;
      const key = way > 0 ? forward : back;
      await this.page.keyboard.down(key);
      await this.untilDrawnAway(ownId, axis, own, Math.abs(way) - metres);
      await this.page.keyboard.up(key);
    }
  }

  /** Points the mouse, and so the gun, at a fighter: also at one that is off the screen. */
  async aimAt(sessionId: string): Promise<void> {
    const [own, other] = [await this.drawn(await this.sessionId()), await this.drawn(sessionId)];
    const distance = Math.hypot(other.x - own.x, other.y - own.y);
    const share = Math.min(1, AIM_METRES / distance);
    const pixel = await this.page.evaluate(({ x, y }) => window.__gamekeeper?.screenOf(x, y), {
      x: own.x + (other.x - own.x) * share,
      y: own.y + (other.y - own.y) * share,
    });
    if (!pixel) throw new Error("The page draws no arena.");
    await this.page.mouse.move(pixel.x, pixel.y);
  }

  /** Saves what the page shows as `.artifacts/e2e/{name}.png`. */
  async picture(name: string): Promise<void> {
    await mkdir(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
