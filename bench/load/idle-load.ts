// Clients that are connected, answer pings, and do nothing else.
import type { Seat } from "../servers/measured-server.ts";
import { takeSeat } from "./take-seat.ts";
import { VisitClient } from "./visit-client.ts";

const JOINS_AT_ONCE = 24;
/** One address has some 28,000 ports to one server; another is used well before. */
export const CLIENTS_AN_ADDRESS = 4_000;
const MAX_TOLD_FAULTS = 10;

/** Whom to connect. */
export interface IdleRequest {
  readonly port: number;
  /** Whether seats are asked for first; bare peers have none. */
  readonly hasSeats: boolean;
  readonly seats: readonly Seat[];
}

/** What the clients saw over one measured stretch. */
export interface IdleFigures {
  /** Connected at the end. */
  readonly clients: number;
  /** From the server to one client, a second: its pings. */
  readonly bytesPerSecond: number;
  readonly loadCpuShare: number;
  readonly faults: readonly string[];
}

/** The loopback address from which client `index` connects. */
export function addressOf(index: number): string {
  return `127.0.0.${1 + Math.floor(index / CLIENTS_AN_ADDRESS)}`;
}

/** The clients of one trial. */
export class IdleLoad {
  readonly #request: IdleRequest;
  readonly #clients: VisitClient[] = [];
  #startedMs = 0;
  #cpu = process.cpuUsage();

  constructor(request: IdleRequest) {
    this.#request = request;
  }

  /** Connects everybody; resolves when each has been shown its room. */
  async connect(): Promise<void> {
    const { port, seats, hasSeats } = this.#request;
    let next = 0;
    const connectSome = async (): Promise<void> => {
      for (let index = next++; index < seats.length; index = next++) {
        const client = new VisitClient(false);
        client.localAddress = addressOf(index);
        this.#clients.push(client);
        if (hasSeats) await client.enter(port, await takeSeat(port, seats[index]!, {}));
        else await client.open(port, "/");
      }
    };
    await Promise.all(Array.from({ length: JOINS_AT_ONCE }, connectSome));
  }

  /** Begins to measure. */
  begin(): void {
    for (const { counters } of this.#clients) counters.reset(false);
    this.#startedMs = performance.now();
    this.#cpu = process.cpuUsage();
  }

  /** The figures since `begin`. Each connection that has ended is a fault. */
  end(): IdleFigures {
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    const broken = this.#clients.filter(({ counters }) => counters.faultCount > 0);
    const bytes = this.#clients.reduce((sum, { counters }) => sum + counters.bytes, 0);
    const told = new Set(broken.flatMap(({ counters }) => counters.faults));
    return {
      clients: this.#clients.length - broken.length,
      bytesPerSecond: bytes / this.#clients.length / seconds,
      loadCpuShare: (user + system) / 1e6 / seconds,
      faults: [...told].slice(0, MAX_TOLD_FAULTS).map((fault) => `of ${broken.length} clients: ${fault}`),
    };
  }
}
