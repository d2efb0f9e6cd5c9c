// One trial: one peer, one point, once. A fresh server and a fresh load, each a process of its own.
import type { JoinFigures, LoadFigures, LoadRequest } from "../load/load.ts";
import type { Description, Memory, Seat, ServerFigures } from "../servers/measured-server.ts";
import type { SelfTime } from "../servers/self-times.ts";
import { BenchProcess } from "./bench-process.ts";
import type { Cores } from "./cores.ts";
import { type LinkFigures, linkFiguresOf } from "./link-figures.ts";
import { loopbackCounts } from "./loopback.ts";
import { NativeServer } from "./native-server.ts";
import { PEERS, type Peer, type PeerName } from "./peers.ts";
import type { Point } from "./scenarios.ts";

const LOAD_PROGRAM = "bench/load/main.ts";

/** How a trial runs. */
export interface TrialOptions {
  readonly cores: Cores;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Payload of a bare peer's frames. */
  readonly frameBytes: { readonly stock: number; readonly ours: number };
  /** Whether the server takes a CPU profile of itself, which costs it. */
  readonly isProfiled: boolean;
}

/** What one trial measured. Milliseconds and bytes unless the name says otherwise; a figure that a peer has not is left out. */
export interface Trial extends Omit<LoadFigures, "faults">, Partial<LinkFigures> {
  /** Of the server's processor time, a player and second. */
  readonly cpuMicroseconds: number;
  /** Share of one core that the server took. */
  readonly cpuShare: number;
  readonly loopDelayP99Ms?: number;
  readonly tickP50Ms?: number;
  readonly tickP99Ms?: number;
  /** Growth of the server's resident memory since before the first room, a player. */
  readonly rssBytes: number;
  /** The same after V8 has given back all it can. */
  readonly settledRssBytes?: number;
  /** The same of its live objects and buffers. */
  readonly heapBytes?: number;
}

/** A trial, what was wrong with it, and its profile when one was taken. */
export interface TrialOutcome {
  readonly trial: Trial;
  readonly faults: readonly string[];
  readonly profile?: readonly SelfTime[];
}

/** Runs one trial. Rejects when a process fails; what clients found wrong is in `faults`. */
export async function runTrial(name: PeerName, point: Point, options: TrialOptions): Promise<TrialOutcome> {
  const { cores, warmUpSeconds, seconds, isProfiled } = options;
  const peer: Peer = PEERS[name];
  const server = await startServer(peer, point, options);
  const load = await BenchProcess.start(cores.load, LOAD_PROGRAM, []);
  try {
    const { port, tlsPort, memory: empty } = await server.ask<Description>("describe");
    const seats = await server.ask<Seat[]>("seats", point.clients);
    const request: LoadRequest = {
      protocol: peer.protocol,
      port,
      scene: point.scene,
      inputHz: point.inputHz ?? point.scene.tickHz,
      seats,
      ...(tlsPort !== undefined && { tlsPort }),
      ...(peer.datagrams && { datagrams: peer.datagrams }),
      playsWhileJoining: point.hasLinkFigures === true,
    };
    const unjoinedCpu = await joinCpuOf(server, point);
    const { clientSeconds } = await load.ask<JoinFigures>("join", request);
    const joinedCpu = await joinCpuOf(server, point);
    const joinMicroseconds = joinedCpu && joinedCpu - (unjoinedCpu ?? 0);
    await pause(warmUpSeconds);
    await server.ask("begin", isProfiled);
    await load.ask("begin");
    const before = loopbackCounts();
    const beforeMs = performance.now();
    await pause(seconds);
    const after = loopbackCounts();
    const wireSeconds = (performance.now() - beforeMs) / 1_000;
    const { faults, ...seen } = await load.ask<LoadFigures>("end");
    const measured = await server.ask<ServerFigures>("end");
    const { cpuMicroseconds, memory, seconds: serverSeconds, profile, ...rest } = measured;
    const playMicroseconds = cpuMicroseconds / point.clients / serverSeconds;
    const trial = {
      ...seen,
      ...rest,
      cpuMicroseconds: playMicroseconds,
      cpuShare: cpuMicroseconds / 1e6 / serverSeconds,
      ...memoryOfOne(empty, memory, point.clients),
      ...(point.hasLinkFigures &&
        linkFiguresOf({
          clients: point.clients,
          cpuMicroseconds: playMicroseconds,
          messagesPerSecond: seen.snapshotsPerSecond + request.inputHz,
          ...(joinMicroseconds !== undefined && { join: { cpuMicroseconds: joinMicroseconds, clientSeconds } }),
          ...(before && after && { wire: { before, after, seconds: wireSeconds } }),
        })),
    };
    return { trial, faults, ...(profile && { profile }) };
  } finally {
    await load.stop();
    await server.stop();
  }
}

/**
 * Growth from one moment to another, in `count` equal parts. What was given back in between makes it 0, not less. Resident
 * memory as it is grows from the settled one where that is known: a server that has just started holds what starting left.
 */
export function memoryOfOne(before: Memory, after: Memory, count: number): Memory {
  const grown = (from: number, to: number): number => Math.max(0, to - from) / count;
  const known = (from: number | undefined, to: number | undefined): number | undefined =>
    from === undefined || to === undefined ? undefined : grown(from, to);
  const settledRssBytes = known(before.settledRssBytes, after.settledRssBytes);
  const heapBytes = known(before.heapBytes, after.heapBytes);
  return {
    rssBytes: grown(before.settledRssBytes ?? before.rssBytes, after.rssBytes),
    ...(settledRssBytes !== undefined && { settledRssBytes }),
    ...(heapBytes !== undefined && { heapBytes }),
  };
}

/** The server's processor time until now, for the cost of joining; `undefined` where nobody asks for that, and of the C server, which does not count it. */
async function joinCpuOf(server: BenchProcess | NativeServer, { hasLinkFigures }: Point): Promise<number | undefined> {
  return hasLinkFigures && server instanceof BenchProcess ? server.ask<number>("cpu") : undefined;
}

function startServer(
  { program, args, frames }: Peer,
  { scene }: Point,
  { cores, frameBytes }: TrialOptions,
): Promise<BenchProcess> | NativeServer {
  const size = frames && Math.round(frameBytes[frames]);
  if (program.endsWith(".c")) return NativeServer.start(cores.server, scene, size ?? 0);
  return BenchProcess.start(cores.server, program, [JSON.stringify(scene), ...(size ? [String(size)] : []), ...args]);
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
