// What a room author tests with.
export { FrameQueue } from "./frame-queue.ts";
export { type BenchClient, type BenchSeat, RoomBench } from "./room-bench.ts";
export { SnapshotPlayer, wireOf } from "./snapshot-player.ts";
