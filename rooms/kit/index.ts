// What a room author uses.

export { type Random, seededRandom } from "../../shared/netcode/index.ts";
export { ROOM_CLOSE } from "../../shared/schema/close-codes.ts";
export { BotSeats } from "./bot-seats.ts";
export { type AnyGameRoom, type GameClient, GameRoom } from "./game-room.ts";
export { INPUT_BURST_TICKS, InputBudget } from "./input-budget.ts";
export type { InputSink } from "./netcode/snapshot-seat.ts";
export { toServerError } from "./refusal.ts";
export { installRoomHost, type RoomFailure, type RoomHost, roomHost, type SeatClaim } from "./room-host.ts";
export { type StepCheck, type StepDivergence, stepCheck } from "./step-check.ts";
