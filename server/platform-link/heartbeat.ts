// Keeps telling the platform that this game server lives, and hears from it which sessions have ended.
import { type EndedSession, type GameServerHeartbeat, HEARTBEAT } from "../../shared/schema/platform/index.ts";
import type { PlatformLink } from "./platform-link.ts";

/** Called when the platform begins to take heartbeats, or stops. */
export type OnLinkChange = (isUp: boolean, error?: Error) => void;

/**
 * A loop of heartbeats, one at a time. A platform that is away is tried again; nothing here stops a match. What ended while it
 * was away comes with the first answer after it, since the cursor says how far the last one reached.
 */
export class Heartbeat {
  readonly #link: PlatformLink;
  readonly #read: () => GameServerHeartbeat;
  readonly #onEnded: (sessions: readonly EndedSession[]) => void;
  readonly #onChange: OnLinkChange;
  readonly #onFailure: () => void;
  #cursor: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isUp: boolean | undefined;
  #isStopped = false;

  constructor(
    link: PlatformLink,
    read: () => GameServerHeartbeat,
    onEnded: (sessions: readonly EndedSession[]) => void,
    onChange: OnLinkChange,
    onFailure: () => void,
  ) {
    this.#link = link;
    this.#read = read;
    this.#onEnded = onEnded;
    this.#onChange = onChange;
    this.#onFailure = onFailure;
  }

  /** Whether the platform took the last heartbeat. */
  get isUp(): boolean {
    return this.#isUp === true;
  }

  /** Sends one now, and then one every `HEARTBEAT.intervalMs`. Never rejects. */
  async beat(): Promise<void> {
    clearTimeout(this.#timer);
    let waitMs: number = HEARTBEAT.intervalMs;
    try {
      if (await this.#exchange()) waitMs = 0;
      this.#note(true);
    } catch (error) {
      this.#onFailure();
      this.#note(false, error instanceof Error ? error : new Error(String(error)));
    }
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.beat(), waitMs);
  }

  /** One heartbeat and its answer. Returns whether the platform has more to tell. */
  async #exchange(): Promise<boolean> {
    const cursor = this.#cursor;
    const heartbeat = { ...this.#read(), ...(cursor === undefined ? {} : { endedCursor: cursor }) };
    const { endedSessions, endedCursor, hasMore } = await this.#link.heartbeat(heartbeat);
    if (endedSessions.length > 0) this.#onEnded(endedSessions);
    // Only now: what was not taken is asked for again.
    this.#cursor = endedCursor ?? cursor;
    return hasMore && endedCursor !== undefined && endedCursor !== cursor;
  }

  /** Ends the loop and says goodbye; a platform that does not answer forgets this server by itself. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#link.leave().catch(() => this.#onFailure());
  }

  #note(isUp: boolean, error?: Error): void {
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    this.#onChange(isUp, error);
  }
}
