// One TCP connection through the proxy: two real sockets, and between them the bytes wait for what the model says.
import { connect, type Socket } from "node:net";
import { Alarm, clockMs } from "./alarm.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { Address } from "./loopback.ts";
import type { Links } from "./network-path.ts";
import { DIRECTIONS, type Direction } from "./profiles.ts";
import { SEGMENT_HEADER_BYTES, type TcpFlowCounters } from "./tcp-flow.ts";
import { type TcpDelivery, TcpPathModel } from "./tcp-path-model.ts";

/** What a connection did in one direction so far. */
export interface StreamCounters extends TcpFlowCounters {
  acceptedBytes: number;
  deliveredBytes: number;
  /** The longest any byte waited between its two sockets, in milliseconds: the worst stall. */
  longestWaitMs: number;
}

/** What a {@link ProxiedConnection} is made from. */
export interface ProxiedConnectionOptions {
  readonly client: Socket;
  readonly target: Address;
  readonly links: Links;
  /** Above this many bytes on their way in one direction its source is not read. */
  readonly bufferBytes: number;
  /** Called once, when both sockets are closed. */
  readonly onClosed: () => void;
}

const OPPOSITE: Readonly<Record<Direction, Direction>> = { up: "down", down: "up" };

/** Carries one connection through a {@link TcpPathModel}. A direction is named for where its bytes go. */
export class ProxiedConnection {
  readonly #options: ProxiedConnectionOptions;
  readonly #model: TcpPathModel;
  readonly #alarm = new Alarm(() => this.#run());
  readonly #queues: Readonly<Record<Direction, ByteQueue>> = { up: new ByteQueue(), down: new ByteQueue() };
  readonly #counts = { up: emptyCounts(), down: emptyCounts() };
  /** The socket the bytes of a direction come from; the target's is made when the opening segment gets to it. */
  readonly #sources: Partial<Record<Direction, Socket>> = {};
  /** When a reset arrives at the far end of a direction. */
  readonly #resetMs: Record<Direction, number> = { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY };
  readonly #isResetSent: Record<Direction, boolean> = { up: false, down: false };
  /** Sides that ended in an error: what arrives for them is answered with a reset. */
  readonly #failed = new Set<Direction>();
  #isClosed = false;

  constructor(options: ProxiedConnectionOptions) {
    this.#options = options;
    this.#model = new TcpPathModel({ ...options.links, openedAtMs: clockMs() });
    this.#attach("up", options.client);
    this.#run();
  }

  /** What the connection did in `direction` so far. */
  counters(direction: Direction): StreamCounters {
    return { ...this.#counts[direction], ...this.#model.counters(direction) };
  }

  /** Resets both sockets at once. */
  cut(): void {
    for (const direction of DIRECTIONS) this.#sources[direction]?.resetAndDestroy();
    this.#closeWhenDone();
  }

  #attach(direction: Direction, socket: Socket): void {
    this.#sources[direction] = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#accept(direction, bytes));
    socket.on("end", () => {
      this.#model.end(direction, clockMs());
      this.#run();
    });
    socket.on("error", () => this.#fail(direction));
    socket.on("close", () => this.#closeWhenDone());
  }

  #accept(direction: Direction, bytes: Buffer): void {
    const nowMs = clockMs();
    this.#counts[direction].acceptedBytes += bytes.length;
    this.#queues[direction].push(bytes, nowMs);
    this.#model.write(direction, bytes.length, nowMs);
    this.#run();
  }

  #run(): void {
    if (this.#isClosed) return;
    const nowMs = clockMs();
    for (const delivery of this.#model.advance(nowMs)) this.#deliver(delivery, nowMs);
    for (const direction of DIRECTIONS) {
      if (this.#resetMs[direction] > nowMs) continue;
      this.#resetMs[direction] = Number.POSITIVE_INFINITY;
      this.#sources[OPPOSITE[direction]]?.resetAndDestroy();
    }
    this.#holdSources();
    const nextMs = Math.min(this.#model.nextEventMs ?? Number.POSITIVE_INFINITY, ...Object.values(this.#resetMs));
    this.#alarm.set(nextMs);
  }

  #deliver(delivery: TcpDelivery, nowMs: number): void {
    const { direction, kind } = delivery;
    if (kind === "open") {
      if (direction === "up") this.#attach("down", connect({ ...this.#options.target, allowHalfOpen: true }));
      return;
    }
    const destination = this.#sources[OPPOSITE[direction]];
    if (kind === "data") {
      const { bytes, pushedMs } = this.#queues[direction].take(delivery.bytes);
      const counts = this.#counts[direction];
      counts.longestWaitMs = Math.max(counts.longestWaitMs, nowMs - pushedMs);
      if (destination?.writable) {
        counts.deliveredBytes += bytes.length;
        destination.write(bytes, () => this.#holdSources());
      }
    } else if (destination?.writable) destination.end();
    if (this.#failed.has(OPPOSITE[direction])) this.#sendReset(OPPOSITE[direction]);
  }

  /** Reads a source only while what it sent before is not piling up. */
  #holdSources(): void {
    for (const direction of DIRECTIONS) {
      const source = this.#sources[direction];
      if (source === undefined || source.destroyed) continue;
      const waiting = this.#queues[direction].length + (this.#sources[OPPOSITE[direction]]?.writableLength ?? 0);
      if (waiting >= this.#options.bufferBytes) source.pause();
      else if (source.isPaused()) source.resume();
    }
  }

  /** The socket `direction` comes from ended in an error (a reset, or nothing listens): the other side is told. */
  #fail(direction: Direction): void {
    this.#failed.add(direction);
    this.#sendReset(direction);
    this.#run();
  }

  /** A reset is one packet that nobody repeats: when it is lost, the other side learns only from its next bytes. */
  #sendReset(direction: Direction): void {
    const nowMs = clockMs();
    for (const delivery of this.#model.advance(nowMs)) this.#deliver(delivery, nowMs);
    if (this.#isResetSent[direction]) return;
    const outcome = this.#options.links[direction].offer(SEGMENT_HEADER_BYTES, nowMs);
    if (!outcome.isDelivered) return;
    this.#isResetSent[direction] = true;
    this.#resetMs[direction] = Math.min(...outcome.arrivalsMs);
  }

  #closeWhenDone(): void {
    const { up, down } = this.#sources;
    // Without a socket to the target yet, a client that went leaves nobody to tell.
    const isDone = up?.closed !== false && down?.closed !== false;
    if (!isDone || this.#isClosed) return;
    this.#isClosed = true;
    this.#alarm.close();
    for (const direction of DIRECTIONS) this.#queues[direction].clear();
    this.#options.onClosed();
  }
}

function emptyCounts(): Pick<StreamCounters, "acceptedBytes" | "deliveredBytes" | "longestWaitMs"> {
  return { acceptedBytes: 0, deliveredBytes: 0, longestWaitMs: 0 };
}
