// The client SDK for browsers and Node: connect() gives a typed session with prediction ready.
export { ClientError, type ClientErrorCode } from "./client-error.ts";
export { type ConnectOptions, type ConnectStage, connect } from "./connect.ts";
export { newDeviceId } from "./device-id.ts";
export type { GameRoom } from "./game-room.ts";
export { GameSession, type SessionSettings } from "./game-session.ts";
export type { Leave, LeaveReason } from "./leave.ts";
export { LINK_LIMITS, type LinkConditions } from "./link-schedule.ts";
export type { NetStats } from "./net-stats.ts";
export type { ChannelKind } from "./netcode/fast-link.ts";
export type { SnapshotEntity } from "./netcode/shown-entity.ts";
export { clashOf } from "./platform/identities.ts";
export type { Device } from "./platform/platform-calls.ts";
export type { SessionEvent, SignedInPlayer } from "./platform/session-keeper.ts";
export {
  BrowserSessionStorage,
  MemorySessionStorage,
  type SessionStorage,
  type StoredSession,
} from "./platform/session-storage.ts";
export { challengeOf, type PasswordSignUp } from "./platform/sign-in.ts";
export { PlatformApi, type PlatformApiOptions } from "./platform-api.ts";
export { MAX_STEPS_PER_FRAME } from "./step-pacer.ts";
