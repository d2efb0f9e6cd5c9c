// One timer that is moved to whatever is due next, so that a proxy never holds a timer for each packet.

/** Milliseconds on a clock that never goes back; its zero means nothing. */
export function clockMs(): number {
  return performance.now();
}

/** Calls `onDue` at the time last given, once. A closed alarm never calls again, and holds no timer. */
export class Alarm {
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | undefined;
  #atMs = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** Moves the alarm to `atMs` on {@link clockMs}; nothing means never. */
  set(atMs: number | undefined): void {
    if (this.#isClosed || atMs === this.#atMs) return;
    this.clear();
    if (atMs === undefined || atMs === Number.POSITIVE_INFINITY) return;
    this.#atMs = atMs;
    // Rounded up, because a timer that fires early would only be set again.
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, Math.ceil(atMs - clockMs())));
  }

  /** Takes the alarm back. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#atMs = Number.POSITIVE_INFINITY;
  }

  /** Takes the alarm back for good. */
  close(): void {
    this.clear();
    this.#isClosed = true;
  }

  #fire(): void {
    this.clear();
    this.#onDue();
  }
}
