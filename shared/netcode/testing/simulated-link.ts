// A one-way link for tests: seeded loss, delay, reordering and duplication, with time as an argument.

/** What a link does to a message. `delayMs` is asked once for each copy. */
export type LinkProfile = { lossShare?: number; duplicateShare?: number; delayMs: (nowMs: number) => number };

/** Carries messages from `send` to `receive`; what is due comes out in order of arrival, so jitter reorders. */
export class SimulatedLink<T> {
  profile: LinkProfile;
  sentCount = 0;
  lostCount = 0;
  private readonly random: () => number;
  private queue: { atMs: number; message: T }[] = [];

  constructor(random: () => number, profile: LinkProfile) {
    this.random = random;
    this.profile = profile;
  }

  /** Sends a message, which the link keeps: pass a copy of anything that will be overwritten. */
  send(nowMs: number, message: T): void {
    this.sentCount++;
    if (this.random() < (this.profile.lossShare ?? 0)) {
      this.lostCount++;
      return;
    }
    const copies = this.random() < (this.profile.duplicateShare ?? 0) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.queue.push({ atMs: nowMs + Math.max(0, this.profile.delayMs(nowMs)), message });
    }
  }

  /** Everything that has arrived by `nowMs`. */
  receive(nowMs: number): T[] {
    return this.arrivals(nowMs).map(({ message }) => message);
  }

  /** Everything that has arrived by `nowMs`, with its time of arrival. */
  arrivals(nowMs: number): { atMs: number; message: T }[] {
    const due = this.queue.filter(({ atMs }) => atMs <= nowMs).sort((a, b) => a.atMs - b.atMs);
    if (due.length > 0) this.queue = this.queue.filter(({ atMs }) => atMs > nowMs);
    return due;
  }
}
