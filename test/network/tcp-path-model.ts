// A whole TCP connection over two links, as arithmetic: bytes are written at a time, and come out in order at a later one.
import type { LinkModel } from "./link-model.ts";
import { DIRECTIONS, type Direction } from "./profiles.ts";
import { TcpFlow, type TcpFlowCounters } from "./tcp-flow.ts";
import type { TcpArrival } from "./tcp-receiver.ts";
import { TimeQueue } from "./time-queue.ts";

/** The most that may be written and not sent in one direction, in bytes: whoever writes has to wait below this. */
export const MAX_UNSENT_BYTES = 4_194_304;

/** The most segments and acknowledgements on their way at once: both windows, both ways, and their copies. */
export const MAX_EVENTS = 16_384;

/** What came out of the connection: at the far end of `direction`, at `atMs`. */
export type TcpDelivery = TcpArrival & { readonly direction: Direction; readonly atMs: number };

/**
 * Both directions of one TCP connection, data and acknowledgements sharing the same two links. The client opens; bytes
 * written before the connection is open wait for it. Nothing is ever lost, repeated or out of order: a loss costs time.
 *
 * Pure: time is an argument, in milliseconds, and may not go back.
 */
export class TcpPathModel {
  readonly #events = new TimeQueue<(nowMs: number) => void>(MAX_EVENTS);
  readonly #flows: Readonly<Record<Direction, TcpFlow>>;
  #deliveries: TcpDelivery[] = [];

  /** A connection whose client sends its first segment at `openedAtMs`. */
  constructor(options: { readonly up: LinkModel; readonly down: LinkModel; readonly openedAtMs: number }) {
    const { up, down, openedAtMs } = options;
    this.#flows = { up: this.#createFlow("up", up, down), down: this.#createFlow("down", down, up) };
    this.#flows.up.open(openedAtMs);
  }

  /** Writes `bytes` at the near end of `direction`. Throws a RangeError past {@link MAX_UNSENT_BYTES}. */
  write(direction: Direction, bytes: number, nowMs: number): void {
    this.#run(nowMs);
    const flow = this.#flows[direction];
    if (flow.unsentBytes + bytes > MAX_UNSENT_BYTES) {
      throw new RangeError(
        `At most ${MAX_UNSENT_BYTES} bytes may wait unsent: stop writing until some were delivered.`,
      );
    }
    flow.write(bytes, nowMs);
  }

  /** Ends the stream of `direction` after everything written to it. */
  end(direction: Direction, nowMs: number): void {
    this.#run(nowMs);
    this.#flows[direction].end(nowMs);
  }

  /** Moves time to `nowMs`, and hands over what came out since the last call, in the order of its times. */
  advance(nowMs: number): readonly TcpDelivery[] {
    this.#run(nowMs);
    const deliveries = this.#deliveries;
    this.#deliveries = [];
    return deliveries;
  }

  /** When something may come out or a timer fires next; nothing when the connection is at rest. */
  get nextEventMs(): number | undefined {
    if (this.#deliveries.length > 0) return this.#deliveries[0]!.atMs;
    const nextMs = Math.min(
      this.#events.nextMs ?? Number.POSITIVE_INFINITY,
      this.#flows.up.timerMs,
      this.#flows.down.timerMs,
    );
    return nextMs === Number.POSITIVE_INFINITY ? undefined : nextMs;
  }

  /** What the sender of `direction` did so far. */
  counters(direction: Direction): Readonly<TcpFlowCounters> {
    return this.#flows[direction].counters;
  }

  #createFlow(direction: Direction, forward: LinkModel, backward: LinkModel): TcpFlow {
    return new TcpFlow({
      forward,
      backward,
      schedule: (atMs, event) => {
        // A full queue loses the segment, as a full router would: the sender recovers from that like from any loss.
        this.#events.add(atMs, event);
      },
      deliver: (arrival, atMs) => {
        this.#deliveries.push({ ...arrival, direction, atMs });
        if (direction === "up" && arrival.kind === "open") this.#flows.down.open(atMs);
      },
    });
  }

  #run(nowMs: number): void {
    for (;;) {
      const eventMs = this.#events.nextMs ?? Number.POSITIVE_INFINITY;
      const timerMs = Math.min(...DIRECTIONS.map((direction) => this.#flows[direction].timerMs));
      if (Math.min(eventMs, timerMs) > nowMs) return;
      if (eventMs <= timerMs) {
        const due = this.#events.takeDue(nowMs)!;
        due.item(due.atMs);
      } else {
        for (const direction of DIRECTIONS) this.#flows[direction].runTimers(timerMs);
      }
    }
  }
}
