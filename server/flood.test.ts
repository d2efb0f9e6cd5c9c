// One client that floods does not slow the others: their ticks come when they are due.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { encodeControl, FrameKind } from "../shared/netcode/index.ts";
import { TestGameServer } from "./testing/test-game-server.ts";

const FLOOD_PER_SECOND = 10_000;
const FLOOD_MS = 2_000;
const TICK_MS = 1000 / 30;
/** A flood that holds ticks up does so every time; a machine that pauses does not. */
const TRIES = 3;

let game: TestGameServer;
before(async () => {
  game = await TestGameServer.start();
});
after(() => game.stop());

/** Times between a room's ticks as a client sees them, in ticks of the room; the 99th percentile. */
async function tickGapP99(durationMs: number, meanwhile: () => void): Promise<{ p99Ms: number; ticks: number }> {
  const { room } = await game.join();
  const gaps: number[] = [];
  let last = performance.now();
  room.onStateChange(() => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  });
  const { tick } = room.state;
  const startedAt = performance.now();
  while (performance.now() - startedAt < durationMs) {
    meanwhile();
    await pause(5);
  }
  const ticks = room.state.tick - tick;
  await room.leave();
  return { p99Ms: gaps.sort((a, b) => a - b)[Math.floor(gaps.length * 0.99)] ?? Number.NaN, ticks };
}

const FLOODS: Record<string, Uint8Array> = {
  "input frames": Uint8Array.from([FrameKind.input, 0, 0, 0, 0]),
  "requests for channels": encodeControl({ type: "channel-request" }),
};

/** Floods the game for a while. Ticks of the room that came meanwhile, and the gaps between them before and in the flood. */
async function flood(frame: Uint8Array): Promise<{ ticks: number; calmMs: number; floodedMs: number }> {
  const attacker = await game.join();
  attacker.room.reconnection.enabled = false;
  const calm = await tickGapP99(FLOOD_MS / 2, () => undefined);
  let sent = 0;
  const startedAt = performance.now();
  const flooded = await tickGapP99(FLOOD_MS, () => {
    const due = ((performance.now() - startedAt) * FLOOD_PER_SECOND) / 1000;
    for (; sent < due && attacker.room.connection.isOpen; sent++) attacker.room.connection.send(frame);
  });
  attacker.room.connection.close();
  return { ticks: flooded.ticks, calmMs: calm.p99Ms, floodedMs: flooded.p99Ms };
}

for (const [what, frame] of Object.entries(FLOODS)) {
  test(`a flood of ${FLOOD_PER_SECOND} ${what} a second is dropped, counted, and moves nobody else's tick`, async () => {
    const told: string[] = [];
    const isUnmoved = ({ ticks, calmMs, floodedMs }: Awaited<ReturnType<typeof flood>>): boolean => {
      const expected = FLOOD_MS / TICK_MS;
      told.push(
        `${ticks} of ${expected} ticks, p99 between them ${calmMs.toFixed(0)} ms, then ${floodedMs.toFixed(0)}`,
      );
      return ticks >= 0.9 * expected && floodedMs < calmMs + 2 * TICK_MS;
    };
    let hasHeld = false;
    for (let attempt = 0; attempt < TRIES && !hasHeld; attempt++) hasHeld = isUnmoved(await flood(frame));
    assert.ok(hasHeld, told.join("; "));
    assert.match(await game.metrics(), /^game_refused_frames_total\{reason="(flood|malformed)"\} \d+$/m);
  });
}
