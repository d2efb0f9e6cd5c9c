// A simulated link under a room's connection: frames of both directions wait as long as a LinkSchedule says.
import { clampConditions, type LinkConditions, LinkSchedule } from "./link-schedule.ts";

/** The most frames that wait in one direction; beyond it they all pass at once, since TCP loses none. */
const MAX_WAITING_FRAMES = 1_024;

/** The parts of the SDK's `Connection` that are tapped. Both outlive a reconnection; only the socket under them changes. */
export interface TappedConnection {
  readonly isOpen: boolean;
  readonly transport: { send(data: Uint8Array): void };
  readonly events: {
    onmessage?: ((event: MessageEvent) => unknown) | null;
    onclose?: ((event: CloseEvent) => unknown) | null;
  };
}

/** Told of each frame as it passes the socket itself, before or after the simulated wait; sizes in bytes. */
export interface FrameObserver {
  onFrameOut(bytes: number): void;
  onFrameIn(bytes: number): void;
}

/** Time as the simulator needs it; replaced in tests. */
export interface LinkTimer {
  now(): number;
  /** Runs `callback` once after `delayMs` and returns a way to call that off. */
  after(delayMs: number, callback: () => void): () => void;
}

const REAL_TIMER: LinkTimer = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const id = setTimeout(callback, delayMs);
    return () => clearTimeout(id);
  },
};

/**
 * Sits between the SDK's room and its socket. With all conditions zero and nothing waiting, frames pass straight through,
 * uncopied. It models what TCP shows of a bad link: latency, jitter and stalls, never loss or reordering.
 */
export class LinkSimulator {
  readonly #conditions: LinkConditions = { latencyMs: 0, jitterMs: 0, lossPercent: 0 };
  readonly #connection: TappedConnection;
  readonly #outbound: WaitingFrames<Uint8Array>;
  readonly #inbound: WaitingFrames<MessageEvent>;

  /** Taps `connection` for good. `seed` decides jitter and losses. */
  constructor(connection: TappedConnection, observer: FrameObserver, seed: number, timer: LinkTimer = REAL_TIMER) {
    this.#connection = connection;
    const { transport, events } = connection;
    const send = transport.send.bind(transport);
    const { onmessage, onclose } = events;
    this.#outbound = new WaitingFrames(new LinkSchedule(seed), timer, (frame) => {
      if (this.#connection.isOpen) send(frame);
    });
    this.#inbound = new WaitingFrames(new LinkSchedule(seed + 1), timer, (event) => onmessage?.(event));

    transport.send = (frame) => {
      observer.onFrameOut(frame.byteLength);
      if (this.#isIdle(this.#outbound)) send(frame);
      // A copy, because the SDK writes its next frame into the same buffer.
      else this.#outbound.add(frame.slice(), this.#conditions);
    };
    events.onmessage = (event) => {
      observer.onFrameIn(byteLengthOf(event.data));
      if (this.#isIdle(this.#inbound)) onmessage?.(event);
      else this.#inbound.add(event, this.#conditions);
    };
    events.onclose = (event) => {
      // What had reached this side was received; what had not left it is lost with the connection.
      this.#inbound.passAll();
      this.#outbound.drop();
      onclose?.(event);
    };
  }

  /** The conditions, to be read or written at any time. */
  get conditions(): LinkConditions {
    return this.#conditions;
  }

  set conditions(conditions: LinkConditions) {
    Object.assign(this.#conditions, clampConditions(conditions));
  }

  #isIdle(frames: { readonly isEmpty: boolean }): boolean {
    const { latencyMs, jitterMs, lossPercent } = this.#conditions;
    return !(latencyMs > 0 || jitterMs > 0 || lossPercent > 0) && frames.isEmpty;
  }
}

/** Frames on their way in one direction, in order, and the one timer that lets them pass. */
class WaitingFrames<Frame> {
  readonly #schedule: LinkSchedule;
  readonly #timer: LinkTimer;
  readonly #pass: (frame: Frame) => void;
  #frames: { frame: Frame; arrivalMs: number }[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor(schedule: LinkSchedule, timer: LinkTimer, pass: (frame: Frame) => void) {
    this.#schedule = schedule;
    this.#timer = timer;
    this.#pass = pass;
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  add(frame: Frame, conditions: LinkConditions): void {
    if (this.#frames.length >= MAX_WAITING_FRAMES) this.passAll();
    const arrivalMs = this.#schedule.arrivalMs(this.#timer.now(), conditions);
    this.#frames.push({ frame, arrivalMs });
    if (this.#frames.length === 1) this.#arm();
  }

  /** Lets everything pass now. */
  passAll(): void {
    const frames = this.#frames;
    this.drop();
    for (const { frame } of frames) this.#pass(frame);
  }

  drop(): void {
    this.#frames = [];
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#schedule.restart();
  }

  #arm(): void {
    const first = this.#frames[0];
    if (!first) return;
    this.#cancelTimer = this.#timer.after(Math.max(0, first.arrivalMs - this.#timer.now()), () => this.#passDue());
  }

  #passDue(): void {
    this.#cancelTimer = undefined;
    const nowMs = this.#timer.now();
    // Half a millisecond early is on time: timers of whole milliseconds would else run twice.
    while (this.#frames[0] && this.#frames[0].arrivalMs <= nowMs + 0.5) this.#pass(this.#frames.shift()!.frame);
    if (this.#cancelTimer === undefined) this.#arm();
  }
}

function byteLengthOf(data: unknown): number {
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return data.byteLength;
  return typeof data === "string" ? data.length : 0;
}
