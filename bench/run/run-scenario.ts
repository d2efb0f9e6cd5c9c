// A whole scenario: every point, its peers by turns, round after round, so that whatever the machine does meets them all.
import type { SelfTime } from "../servers/self-times.ts";
import { type Cores, findCores } from "./cores.ts";
import { PEERS, type Peer, type PeerName } from "./peers.ts";
import { describeMachine, type PeerResult, type PointResult, type ScenarioResult } from "./results.ts";
import type { Point, Scenario } from "./scenarios.ts";
import { runTrial, type Trial } from "./trial.ts";

/** How a scenario is run. */
export interface RunOptions {
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Payloads of bare frames that are not to be measured but taken as given. */
  readonly frameBytes: Partial<Scenario["frameBytes"]>;
  readonly isProfiled: boolean;
  /** Hears what goes on, a line at a time. */
  readonly onProgress: (line: string) => void;
}

/** A run and what was wrong in it. */
export interface RunOutcome {
  readonly result: ScenarioResult;
  readonly faults: readonly string[];
  /** By point and peer; of the first round. */
  readonly profiles: ReadonlyMap<string, readonly SelfTime[]>;
}

/** Runs all points of a scenario with its peers. Faults are gathered, so that a bad peer does not hide the others. */
export async function runScenario(name: string, scenario: Scenario, options: RunOptions): Promise<RunOutcome> {
  const cores = findCores();
  const machine = describeMachine(cores.unpinned === undefined);
  if (cores.unpinned) options.onProgress(`not pinned: ${cores.unpinned}`);
  const faults: string[] = [];
  const profiles = new Map<string, readonly SelfTime[]>();
  const points: PointResult[] = [];
  for (const point of scenario.points) {
    points.push(await runPoint({ name, scenario, point, options, cores, faults, profiles }));
  }
  const { rounds, seconds } = options;
  return { result: { scenario: name, what: scenario.what, rounds, seconds, machine, points }, faults, profiles };
}

interface PointRun {
  readonly name: string;
  readonly scenario: Scenario;
  readonly point: Point;
  readonly options: RunOptions;
  readonly cores: Cores;
  readonly faults: string[];
  readonly profiles: Map<string, readonly SelfTime[]>;
}

async function runPoint({ name, scenario, point, options, cores, faults, profiles }: PointRun): Promise<PointResult> {
  const trials = new Map<PeerName, Trial[]>(scenario.peers.map((peer) => [peer, []]));
  const frameBytes = { ...scenario.frameBytes, ...options.frameBytes };
  for (let round = 0; round < options.rounds; round++) {
    for (const peer of scenario.peers) {
      if (missingOf(peer) !== undefined) continue;
      const isProfiled = options.isProfiled && round === 0;
      const outcome = await runTrial(peer, point, { ...options, cores, frameBytes, isProfiled });
      const where = `${name}, ${point.name}, ${peer}, round ${round + 1}`;
      faults.push(...outcome.faults.map((fault) => `${where}: ${fault}`));
      if (outcome.profile) profiles.set(`${point.name}, ${peer}`, outcome.profile);
      trials.get(peer)!.push(outcome.trial);
      options.onProgress(`${where}: ${outcome.trial.cpuMicroseconds.toFixed(0)} µs/player/s`);
      // The bare peers come after those whose frames they are to match.
      if (round > 0) continue;
      if (peer === "stock-float32") frameBytes.stock = options.frameBytes.stock ?? outcome.trial.snapshotBytes;
      if (peer === "gamekeeper") frameBytes.ours = options.frameBytes.ours ?? outcome.trial.snapshotBytes;
    }
  }
  const peers = Object.fromEntries(scenario.peers.map((peer) => [peer, resultOf(trials.get(peer)!, missingOf(peer))]));
  return { name: point.name, clients: point.clients, frameBytes, peers };
}

function missingOf(name: PeerName): string | undefined {
  const peer: Peer = PEERS[name];
  return peer.missing?.();
}

function resultOf(trials: readonly Trial[], missing: string | undefined): PeerResult {
  return missing === undefined ? { trials } : { trials, missing };
}
