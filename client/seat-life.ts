// A seat's life: seated, dropped and coming back, or left for good.
import type { GameRoom } from "./game-room.ts";
import { type Leave, leaveOf } from "./leave.ts";

/** Tried again after 200 ms, 400 ms, 800 ms and then each second, in all for some 24 s: longer than a seat is kept. */
const RECONNECTION = { delay: 100, minDelay: 100, maxDelay: 1_000, maxRetries: 26, minUptime: 0 };
/** How long `leave()` waits for the server's goodbye. */
const LEAVE_TIMEOUT_MS = 2_000;

/** Watches a room's connection and tells drops, returns and the end apart, each once. */
export class SeatLife<State> {
  #isReconnecting = false;
  #awaitsState = false;
  #ended: Promise<void> | undefined;
  #hasEnded = false;
  #hasAskedToLeave = false;
  readonly #room: GameRoom<State>;
  readonly #dropListeners = new Set<() => void>();
  readonly #reconnectListeners = new Set<() => void>();
  readonly #leaveListeners = new Set<(leave: Leave) => void>();

  constructor(room: GameRoom<State>) {
    this.#room = room;
    Object.assign(room.reconnection, RECONNECTION);
    room.onDrop(() => {
      this.#awaitsState = false;
      if (this.#isReconnecting || this.#hasEnded) return; // The SDK says so again for each attempt that fails.
      this.#isReconnecting = true;
      for (const listener of this.#dropListeners) listener();
    });
    room.onReconnect(() => {
      if (this.#hasEnded) void room.leave();
      else this.#awaitsState = true;
    });
    room.onLeave((code, detail) => this.#end(code, detail));
  }

  /** True while inputs can be sent and will be applied. */
  get isSeated(): boolean {
    return !this.#isReconnecting && !this.#hasEnded;
  }

  get isReconnecting(): boolean {
    return this.#isReconnecting;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The state of now is here: a seat that came back is taken again. */
  arrive(): void {
    if (!this.#awaitsState) return;
    this.#awaitsState = false;
    this.#isReconnecting = false;
    for (const listener of this.#reconnectListeners) listener();
  }

  onDrop(listener: () => void): () => void {
    return listen(this.#dropListeners, listener);
  }

  onReconnect(listener: () => void): () => void {
    return listen(this.#reconnectListeners, listener);
  }

  onLeave(listener: (leave: Leave) => void): () => void {
    return listen(this.#leaveListeners, listener);
  }

  /** Leaves; resolves when it is done, at the latest after `LEAVE_TIMEOUT_MS`. */
  leave(): Promise<void> {
    this.#ended ??= this.#leave();
    return this.#ended;
  }

  async #leave(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasAskedToLeave = true;
    const room = this.#room;
    if (this.#isReconnecting) {
      // There is nobody to say goodbye to. Should an attempt under way still succeed, it is left at once.
      room.reconnection.maxRetries = 0;
      this.#end(0, undefined);
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        room.reconnection.enabled = false;
        room.connection.close();
        resolve();
      }, LEAVE_TIMEOUT_MS);
    });
    await Promise.race([room.leave(), timeout]);
    clearTimeout(timer);
  }

  #end(code: number, detail: string | undefined): void {
    if (this.#hasEnded) return;
    const leave = leaveOf(code, detail, {
      hasAskedToLeave: this.#hasAskedToLeave,
      wasReconnecting: this.#isReconnecting,
    });
    this.#hasEnded = true;
    this.#isReconnecting = false;
    this.#awaitsState = false;
    for (const listener of this.#leaveListeners) listener(leave);
  }
}

function listen<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
