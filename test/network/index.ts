// A network in a box: what tests, benchmarks and the command line use of it.
export {
  type BurstyLoss,
  burstyLoss,
  CLEAR_LINK,
  type IndependentLoss,
  type LinkConditions,
  type Loss,
  meanLossRate,
} from "./link-conditions.ts";
export {
  type BlackoutWindow,
  type DropReason,
  type LinkCounters,
  LinkModel,
  type LinkModelOptions,
  type LinkOutcome,
} from "./link-model.ts";
export type { Address } from "./loopback.ts";
export {
  DIRECTIONS,
  type Direction,
  describeProfile,
  isProfileName,
  PROFILE_FIGURES,
  PROFILE_NAMES,
  type Profile,
  type ProfileFigures,
  type ProfileName,
  profile,
  repeatedBlackouts,
} from "./profiles.ts";
export type { StreamCounters } from "./proxied-connection.ts";
export { deriveSeed, MAX_SEED, type RandomSource, seededRandom } from "./random.ts";
export { type TcpDelivery, TcpPathModel } from "./tcp-path-model.ts";
export { startTcpProxy, type TcpProxy, type TcpProxyCounters, type TcpProxyOptions } from "./tcp-proxy.ts";
export { startUdpProxy, type UdpProxy, type UdpProxyCounters, type UdpProxyOptions } from "./udp-proxy.ts";
