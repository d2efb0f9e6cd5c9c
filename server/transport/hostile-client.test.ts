// What a joined client can send that would hurt stock Colyseus, and does not hurt us.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Room } from "@colyseus/sdk";
import type { ArenaInput, ArenaState } from "../../shared/schema/arena/index.ts";
import { TestGameServer } from "../testing/test-game-server.ts";

let game: TestGameServer;
before(async () => {
  game = await TestGameServer.start();
});
after(() => game.stop());

const raw = (room: Room, bytes: number[]): void => room.connection.send(new Uint8Array(bytes));

/** Ticks go on and an honest client is served. */
async function stillServes(witness: Room<unknown, ArenaState>): Promise<void> {
  const { tick } = witness.state;
  await pause(200);
  assert.ok(witness.state.tick > tick + 2, `the room stands still at tick ${tick}`);
}

const KILLERS: Record<string, number[]> = {
  "a negative slot length, on which the input decoder loops for ever": [0x14, 0x01, 0xff],
  "four billion lag-compensation stamps": [0x94, 0xce, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0],
  "a slot length that is not a number": [0x14, 0x01, 0xcb, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
  "an input of endless fields": [0x13, ...new Array(1000).fill(0x80)],
  "an unknown protocol code": [0x1f, 1, 2, 3],
  "nothing at all": [],
};

for (const [what, frame] of Object.entries(KILLERS)) {
  test(`a client that sends ${what} stops nobody`, async () => {
    const [attacker, witness] = [await game.join(), await game.join()];
    for (let times = 0; times < 20; times++) raw(attacker.room, frame);
    await stillServes(witness.room);
    await witness.room.leave();
  });
}

test("a connection is closed after a few refused frames, and they are counted", async () => {
  const { room } = await game.join();
  room.reconnection.enabled = false;
  const closed = new Promise((resolve) => room.onLeave((code) => resolve(code)));
  for (let times = 0; times < 10; times++) raw(room, [0x1f]);
  assert.equal(await closed, 1008);
  assert.match(await game.metrics(), /^game_refused_frames_total\{reason="unknown_code"\} (8|9|1\d|2\d|3\d)$/m);
});

test("a client that sends inputs 4x too fast moves no faster than real time", async () => {
  const { room } = await game.join();
  const input = room.input<ArenaInput>();
  const self = room.state.players.get(room.sessionId);
  assert.ok(self);
  const direction = self.x > 0 ? -1 : 1;
  const from = self.x;
  const { tick: firstTick } = room.state as ArenaState;
  const startedAt = performance.now();
  while (performance.now() - startedAt < 1_500) {
    for (let copy = 0; copy < 4; copy++) {
      input.data.moveX = direction;
      input.send();
    }
    await pause(1000 / 30);
  }
  const moved = Math.abs(self.x - from);
  const ticks = room.state.tick - firstTick;
  const METRES_A_TICK = 6 / 30;
  const BURST_TICKS = 12;
  assert.ok(moved > 4, `moved only ${moved} m: the test proves nothing`);
  assert.ok(moved <= (ticks + BURST_TICKS + 1) * METRES_A_TICK, `${moved} m in ${ticks} ticks`);
  await room.leave();
});

test("an aim that is not a number becomes a number", async () => {
  const { room } = await game.join();
  const input = room.input<ArenaInput>();
  input.data.aim = Number.NaN;
  input.data.moveX = 1;
  input.send();
  await pause(150);
  const self = room.state.players.get(room.sessionId);
  assert.ok(self && Number.isFinite(self.aim) && Number.isFinite(self.x));
  await room.leave();
});

test("a client that sends more than 200 messages a second is dropped", async () => {
  const { room } = await game.join();
  room.reconnection.enabled = false;
  const closed = new Promise((resolve) => room.onLeave((code) => resolve(code)));
  for (let times = 0; times < 400; times++) raw(room, [0x12]);
  assert.equal(await closed, 4002);
});
