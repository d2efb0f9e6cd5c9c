// All clients of one trial: joined in parallel, sending at an even pace, measured between two moments.
import type { Scene } from "../games/scene.ts";
import { Distribution } from "../run/distribution.ts";
import type { Seat } from "../servers/measured-server.ts";
import { ChannelEchoClient } from "./channel-echo-client.ts";
import { EchoClient } from "./echo-client.ts";
import { GamekeeperClient } from "./gamekeeper-client.ts";
import type { LoadClient, Place, Protocol } from "./load-client.ts";
import { NakamaClient } from "./nakama-client.ts";
import { restingOf } from "./resting.ts";
import { SendPacer } from "./send-pacer.ts";
import { SocketClient } from "./socket-client.ts";
import { SdkClient, StockClient } from "./stock-client.ts";

const JOINS_AT_ONCE = 24;
/** Channels are opened by fewer at a time: how long one takes is measured. */
const CHANNELS_AT_ONCE = 4;
const PACE_MS = 1;
/** Clients whose arrivals are timed. */
const TIMED_CLIENTS = 32;
/** Clients that look into everything that they are sent. */
const SAMPLED_CLIENTS = 4;
/** Share of the lines under `auto` that are bad enough for datagrams. */
const STALLING_SHARE = 0.1;
/** Faults of one trial that are told; one cause is usually behind all of them. */
const MAX_TOLD_FAULTS = 10;
/** A client that got less than this share of what the others got was left out. */
const MIN_SNAPSHOT_SHARE = 0.5;

/** What to play, where, and who. */
export interface LoadRequest {
  readonly protocol: Protocol;
  readonly port: number;
  /** Where WebSockets go instead, over TLS. */
  readonly tlsPort?: number;
  readonly scene: Scene;
  /** Input frames of one client, a second: a multiple of the tick rate, of which all but one a tick repeat the last. */
  readonly inputHz: number;
  readonly seats: readonly Seat[];
  /** How the server uses datagrams, which every client then opens; none does when it is left out. */
  readonly datagrams?: "always" | "auto";
  /** Whether those who have joined play while others still join, as a server meets it, and not only from the last join on. */
  readonly playsWhileJoining?: boolean;
}

/** What joining took. */
export interface JoinFigures {
  /** Time that clients had joined already while others still did, over all of them. */
  readonly clientSeconds: number;
}

/** What the clients saw over one measured stretch. */
export interface LoadFigures {
  readonly clients: number;
  readonly seconds: number;
  /** Of one client, a second. */
  readonly snapshotsPerSecond: number;
  readonly otherFramesPerSecond: number;
  /** From the server to one client, a second, headers of WebSocket frames included. */
  readonly bytesPerSecond: number;
  /** Mean payload of a snapshot. */
  readonly snapshotBytes: number;
  /** How far the gaps between snapshots are from a tick. */
  readonly jitterP50Ms: number;
  readonly jitterP99Ms: number;
  /** From sending an input to the snapshot that contains it. */
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  /** Share of the entities that a client knows of that one snapshot tells something new of. */
  readonly freshShare?: number;
  /** Entities that a sampled client knows of, on the mean. */
  readonly knownEntities?: number;
  /** How long a data channel took to open, from the first word of signalling, while few others did. */
  readonly channelOpenP50Ms?: number;
  readonly channelOpenP99Ms?: number;
  /** Share of all snapshots that came by datagrams, where there are both. */
  readonly datagramShare?: number;
  /** Share of one core that the load itself took. Near 1, it measures itself. */
  readonly loadCpuShare: number;
  /** Everything that must not happen; empty in a good run. */
  readonly faults: readonly string[];
}

/** The clients of one trial. */
export class Load {
  readonly #clients: LoadClient[] = [];
  readonly #request: LoadRequest;
  readonly #joinedMs: number[] = [];
  #before: (ReadonlyMap<string | number, Place> | undefined)[] = [];
  #startedMs = 0;
  #cpu = process.cpuUsage();

  constructor(request: LoadRequest) {
    this.#request = request;
  }

  /** Joins everybody, and begins to send. */
  async join(): Promise<JoinFigures> {
    const { seats, port, playsWhileJoining } = this.#request;
    if (playsWhileJoining) this.#beginToSend();
    let next = 0;
    const joinSome = async (): Promise<void> => {
      for (let index = next++; index < seats.length; index = next++) {
        const client = this.#newClient(index);
        if (client instanceof SocketClient) client.tlsPort = this.#request.tlsPort;
        this.#clients[index] = client;
        await client.join(port, seats[index]!);
        this.#joinedMs[index] = performance.now();
      }
    };
    await Promise.all(Array.from({ length: this.#hasChannels ? CHANNELS_AT_ONCE : JOINS_AT_ONCE }, joinSome));
    if (!playsWhileJoining) this.#beginToSend();
    const nowMs = performance.now();
    return { clientSeconds: this.#joinedMs.reduce((sum, joinedMs) => sum + (nowMs - joinedMs) / 1_000, 0) };
  }

  #beginToSend(): void {
    const { seats, inputHz, protocol } = this.#request;
    const pacer = new SendPacer(seats.length, inputHz, performance.now());
    const send = (index: number): void => {
      // Ours knows by itself from when on it may; and one that waits for its channel must not look like a bad line.
      if (protocol === "gamekeeper" || this.#joinedMs[index] !== undefined) this.#clients[index]?.sendInput();
    };
    setInterval(() => pacer.run(performance.now(), send), PACE_MS);
  }

  get #hasChannels(): boolean {
    return this.#request.protocol === "channel-echo" || this.#request.datagrams !== undefined;
  }

  /** Begins to measure. */
  begin(): void {
    const every = Math.ceil(this.#clients.length / TIMED_CLIENTS);
    for (const [index, client] of this.#clients.entries()) client.counters.reset(index % every === every - 1);
    this.#before = this.#clients.map((client) => client.places());
    this.#startedMs = performance.now();
    this.#cpu = process.cpuUsage();
  }

  /** The figures since `begin`. */
  end(): LoadFigures {
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    const total = (read: (client: LoadClient) => number): number =>
      this.#clients.reduce((sum, client) => sum + read(client), 0);
    const count = this.#clients.length;
    const snapshots = total(({ counters }) => counters.snapshots);
    const gaps = new Distribution();
    const latencies = new Distribution();
    for (const { counters } of this.#clients) {
      counters.timing?.gapsMs.copyTo(gaps);
      counters.timing?.latenciesMs.copyTo(latencies);
    }
    const jitters = gaps.map((gapMs) => Math.abs(gapMs - 1000 / this.#request.scene.tickHz));
    const shares = this.#clients.map(({ freshShare }) => freshShare).filter((share) => share && share > 0) as number[];
    const known = this.#clients.map((client) => client.places()?.size ?? 0).filter((size) => size > 0);
    return {
      clients: count,
      seconds,
      snapshotsPerSecond: snapshots / count / seconds,
      otherFramesPerSecond: total(({ counters }) => counters.otherFrames) / count / seconds,
      bytesPerSecond: total(({ counters }) => counters.bytes) / count / seconds,
      snapshotBytes: total(({ counters }) => counters.snapshotBytes) / snapshots,
      jitterP50Ms: jitters.percentile(0.5),
      jitterP99Ms: jitters.percentile(0.99),
      latencyP50Ms: latencies.percentile(0.5),
      latencyP99Ms: latencies.percentile(0.99),
      ...(shares.length > 0 && { freshShare: mean(shares) }),
      ...(known.length > 0 && { knownEntities: mean(known) }),
      ...(this.#hasChannels && this.#channelFigures(snapshots)),
      loadCpuShare: (user + system) / 1e6 / seconds,
      faults: this.#faults(snapshots / count),
    };
  }

  #channelFigures(snapshots: number): Pick<LoadFigures, "channelOpenP50Ms" | "channelOpenP99Ms" | "datagramShare"> {
    const openings = new Distribution();
    let datagrams = 0;
    for (const { channelOpenMs, counters } of this.#clients) {
      if (channelOpenMs !== undefined) openings.add(channelOpenMs);
      datagrams += counters.datagrams;
    }
    return {
      channelOpenP50Ms: openings.percentile(0.5),
      channelOpenP99Ms: openings.percentile(0.99),
      ...(this.#request.protocol === "gamekeeper" && { datagramShare: datagrams / snapshots }),
    };
  }

  /** Clients that look inside are the last of the first room and so on: real rooms have all kinds. */
  #newClient(index: number): LoadClient {
    const { protocol, scene, inputHz, seats, datagrams } = this.#request;
    const isSampled = index % Math.ceil(seats.length / SAMPLED_CLIENTS) === 0;
    if (protocol === "gamekeeper") {
      const framesPerInput = inputHz / scene.tickHz;
      const onAuto = isOneOf(index, STALLING_SHARE) ? "stalling" : "calm";
      const use = datagrams === "auto" ? onAuto : datagrams;
      return new GamekeeperClient(scene, index, { isSampled, framesPerInput, ...(use && { datagrams: use }) });
    }
    if (protocol === "channel-echo") return new ChannelEchoClient(index);
    if (protocol === "nakama") return new NakamaClient(scene, index, isSampled);
    if (protocol === "echo") return new EchoClient();
    const snapshots = protocol === "stock" ? "patches" : "messages";
    return isSampled ? new SdkClient(scene, index, snapshots) : new StockClient(scene, index, snapshots);
  }

  #faults(meanSnapshots: number): string[] {
    const faults = new Set<string>();
    for (const [index, client] of this.#clients.entries()) {
      const { counters } = client;
      for (const fault of counters.faults) faults.add(fault);
      if (counters.snapshots < MIN_SNAPSHOT_SHARE * meanSnapshots || counters.snapshots === 0) {
        faults.add(`client ${index} got ${counters.snapshots} snapshots where the mean is ${meanSnapshots.toFixed(0)}`);
      }
      const resting = restingOf(this.#before[index], client.places());
      if (resting !== undefined) faults.add(`client ${index} sees ${resting}`);
    }
    return [...faults].slice(0, MAX_TOLD_FAULTS);
  }
}

/** Whether client `index` belongs to a share of all that is spread evenly. */
export function isOneOf(index: number, share: number): boolean {
  return Math.floor((index + 1) * share) > Math.floor(index * share);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
