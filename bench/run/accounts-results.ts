// What was measured of services of accounts, as trials and points of a scenario.
import type { AccountsFigures } from "../load/accounts-load.ts";
import type { ServerFigures } from "../servers/measured-server.ts";
import type { PointResult } from "./results.ts";

/** One stretch of one kind of request at one peer. */
export interface AccountsTrial {
  readonly requestsPerSecond: number;
  /** The peer's processor time for one request. */
  readonly cpuMs: number;
  /** Share of one core that the peer took, without its database where that is another process. */
  readonly cpuShare: number;
  /** Left out by a peer that has no event loop. */
  readonly loopDelayP99Ms?: number;
  /** Of a process on the same core that does nothing. */
  readonly idleLoopDelayP99Ms: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly loadCpuShare: number;
}

/** The trial that two processes' figures make. Throws when nothing was answered. */
export function accountsTrial(
  { requests, seconds, ...seen }: AccountsFigures,
  measured: ServerFigures,
  idleLoopDelayP99Ms: number,
): AccountsTrial {
  if (requests === 0) throw new RangeError("Not one request was answered.");
  const { cpuMicroseconds, loopDelayP99Ms } = measured;
  const requestsPerSecond = requests / seconds;
  return {
    requestsPerSecond,
    // The two stretches are not of quite the same length.
    cpuMs: cpuMicroseconds / 1_000 / measured.seconds / requestsPerSecond,
    cpuShare: cpuMicroseconds / 1e6 / measured.seconds,
    ...(loopDelayP99Ms !== undefined && { loopDelayP99Ms }),
    idleLoopDelayP99Ms,
    ...seen,
  };
}

/**
 * One point for each kind of request, with the peers that were asked it (those that never answered in time say so), and those
 * that are missing altogether with why. What nobody answered is no point.
 */
export function pointsOf<Request extends string>(
  requests: readonly Request[],
  clients: number,
  trials: ReadonlyMap<string, ReadonlyMap<Request, readonly AccountsTrial[]>>,
  missing: ReadonlyMap<string, string | undefined>,
): PointResult<AccountsTrial>[] {
  return requests.flatMap((name) => {
    const peers = [...trials].flatMap(([peer, all]) => {
      const reason = missing.get(peer);
      const own = all.get(name);
      if (reason !== undefined) return [[peer, { trials: [], missing: reason }] as const];
      if (own?.length === 0) return [[peer, { trials: [], missing: "no answer within a trial" }] as const];
      return own ? [[peer, { trials: own }] as const] : [];
    });
    return peers.some(([, { trials: own }]) => own.length > 0)
      ? [{ name, clients, peers: Object.fromEntries(peers) }]
      : [];
  });
}
