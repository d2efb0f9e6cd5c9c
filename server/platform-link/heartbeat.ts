// Keeps telling the platform that this game server lives.
import { type GameServerHeartbeat, HEARTBEAT } from "../../shared/schema/platform/index.ts";
import type { PlatformLink } from "./platform-link.ts";

/** Called when the platform begins to take heartbeats, or stops. */
export type OnLinkChange = (isUp: boolean, error?: Error) => void;

/** A loop of heartbeats, one at a time. A platform that is away is tried again; nothing here stops a match. */
export class Heartbeat {
  readonly #link: PlatformLink;
  readonly #read: () => GameServerHeartbeat;
  readonly #onChange: OnLinkChange;
  readonly #onFailure: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isUp: boolean | undefined;
  #isStopped = false;

  constructor(link: PlatformLink, read: () => GameServerHeartbeat, onChange: OnLinkChange, onFailure: () => void) {
    this.#link = link;
    this.#read = read;
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
    try {
      await this.#link.heartbeat(this.#read());
      this.#note(true);
    } catch (error) {
      this.#onFailure();
      this.#note(false, error instanceof Error ? error : new Error(String(error)));
    }
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.beat(), HEARTBEAT.intervalMs);
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
