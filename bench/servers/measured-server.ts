// The measuring half of every server that runs on Node: the same figures, taken the same way, whichever peer it is.
import { Session } from "node:inspector/promises";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { answerRequests } from "../answering.ts";
import { Distribution } from "../run/distribution.ts";
import { type SelfTime, selfTimes } from "./self-times.ts";

/** What a client needs to take one seat; both are left out by peers that have no seats. */
export interface Seat {
  readonly roomId?: string;
  readonly ticket?: string;
}

/** An account at a peer that has any: an address with its password, the device that it was made on, and a session. */
export interface Account {
  readonly deviceId: string;
  readonly email: string;
  readonly password: string;
  /** Of the session in which it was made. */
  readonly token: string;
}

/** What a server holds. */
export interface Memory {
  /** Resident as it is, with whatever V8 keeps for what comes next. */
  readonly rssBytes: number;
  /** Resident after V8 has given back all it can; `undefined` where there is no V8, as below. */
  readonly settledRssBytes?: number;
  /** Live objects and all buffers outside of V8's heap. */
  readonly heapBytes?: number;
}

/** A server's figures over one measured stretch. Milliseconds and bytes unless the name says otherwise. */
export interface ServerFigures {
  readonly cpuMicroseconds: number;
  readonly seconds: number;
  /** Delay of the event loop beyond what was asked for; `undefined` where there is no such loop. */
  readonly loopDelayP99Ms?: number;
  readonly tickP50Ms?: number;
  readonly tickP99Ms?: number;
  readonly memory: Memory;
  /** Where the time went, when a profile was asked for. */
  readonly profile?: readonly SelfTime[];
}

/** What a server answers when it has just started. */
export interface Description {
  readonly port: number;
  readonly tlsPort?: number;
  readonly serverKey?: string;
  readonly memory: Memory;
}

/** What a peer tells of itself. */
export interface MeasuredServer {
  readonly port: number;
  /** The credential of game servers, where the peer is a platform. */
  readonly serverKey?: string;
  /** Lets go of what outlives the process. */
  close?(): Promise<void>;
  /** Where the same is answered over TLS. */
  readonly tlsPort?: number;
  /** Makes rooms for `count` clients and says how to take the seats. */
  seats(count: number): Promise<readonly Seat[]>;
  /** A ticket for each of these rooms; left out by peers that have none. */
  tickets?(roomIds: readonly string[]): Promise<readonly string[]>;
  /** Makes `count` accounts; left out by peers that have none. */
  accounts?(count: number): Promise<readonly Account[]>;
  /** Signs `count` guests in and answers their devices; left out by peers whose guests cannot come back. */
  guests?(count: number): Promise<readonly string[]>;
}

const LOOP_RESOLUTION_MS = 10;
const SETTLE_MS = 500;
const PROFILE_INTERVAL_US = 500;

let ticks = new Distribution();

/** Notes how long one tick took. */
export function noteTick(durationMs: number): void {
  ticks.add(durationMs);
}

/** Serves the runner's requests about `server`, which listens already. */
export function serveMeasured(server: MeasuredServer): void {
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  let cpu = process.cpuUsage();
  let startedAt = 0;
  let profiler: Session | undefined;
  const requests = {
    describe: (): Description => {
      const { port, tlsPort, serverKey } = server;
      return {
        port,
        memory: memoryAtRest(),
        ...(tlsPort !== undefined && { tlsPort }),
        ...(serverKey !== undefined && { serverKey }),
      };
    },
    cpu: () => cpuSince(),
    memory: memoryAtRest,
    seats: (count: number) => server.seats(count),
    tickets: (roomIds: readonly string[]) => server.tickets?.(roomIds),
    accounts: (count: number) => server.accounts?.(count) ?? [],
    guests: (count: number) => server.guests?.(count) ?? [],
    begin: async (isProfiled: boolean) => {
      // The pause of the collector, and the ticks that catch up with it, are not the server's.
      globalThis.gc?.();
      await pause(SETTLE_MS);
      profiler = isProfiled ? await startProfiler() : undefined;
      ticks = new Distribution();
      loop.enable();
      loop.reset();
      startedAt = performance.now();
      cpu = process.cpuUsage();
    },
    end: async (): Promise<ServerFigures> => {
      const cpuMicroseconds = cpuSince(cpu);
      const seconds = (performance.now() - startedAt) / 1000;
      loop.disable();
      return {
        cpuMicroseconds,
        seconds,
        loopDelayP99Ms: Math.max(0, loop.percentile(99) / 1e6 - LOOP_RESOLUTION_MS),
        ...(ticks.count > 0 && { tickP50Ms: ticks.percentile(0.5), tickP99Ms: ticks.percentile(0.99) }),
        memory: memoryAtRest(),
        ...(profiler && { profile: await stopProfiler(profiler) }),
      };
    },
  };
  answerRequests(requests, () => server.close?.() ?? Promise.resolve());
}

/** Processor time of this process, of all its threads, since an earlier reading or since it began. */
function cpuSince(earlier?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(earlier);
  return user + system;
}

/** Memory as it is, and without what the collector can take. Code that has not run of late is dropped too: measure time before it. */
export function memoryAtRest(): Memory {
  const { rss: rssBytes } = process.memoryUsage();
  // V8's answer to a heap that is full: as often as anything is found, weak things and all, and free pages go back to the system.
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
  const { rss, heapUsed, external } = process.memoryUsage();
  // What is external contains array buffers.
  return { rssBytes, settledRssBytes: rss, heapBytes: heapUsed + external };
}

async function startProfiler(): Promise<Session> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: PROFILE_INTERVAL_US });
  await session.post("Profiler.start");
  return session;
}

async function stopProfiler(session: Session): Promise<readonly SelfTime[]> {
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return selfTimes(profile);
}
