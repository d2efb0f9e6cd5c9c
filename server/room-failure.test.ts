// A room whose code throws closes alone: the process, and the other rooms, go on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ROOMS } from "../rooms/index.ts";
import { type GameClient, GameRoom, ROOM_CLOSE } from "../rooms/kit/index.ts";
import { ArenaInput, ArenaState, arena } from "../shared/schema/arena/index.ts";
import { TestGameServer } from "./testing/test-game-server.ts";

/** Throws where it is told to. */
class FaultyRoom extends GameRoom<{ state: ArenaState; input: ArenaInput; client: GameClient }> {
  override state = new ArenaState();
  override inputs = this.defineInput(ArenaInput);
  private faultOnTick = false;
  private faultOnLeave = false;
  private faultOnDispose = false;

  override messages = {
    message: () => {
      throw new Error("fault in message");
    },
    rejection: async () => {
      await Promise.resolve();
      throw new Error("fault in rejection");
    },
    tick: () => {
      this.faultOnTick = true;
    },
    timer: () => {
      this.clock.setTimeout(() => {
        throw new Error("fault in timer");
      }, 1);
    },
    leave: () => {
      this.faultOnLeave = true;
    },
    dispose: () => {
      this.faultOnDispose = true;
    },
  };

  override onCreate(): void {
    this.setFixedTimestep(() => {
      this.state.tick += 1;
      if (this.faultOnTick) throw new Error("fault in tick");
    }, arena.tickHz);
  }

  override onLeave(): void {
    if (this.faultOnLeave) throw new Error("fault in leave");
  }

  override onDispose(): void {
    if (this.faultOnDispose) throw new Error("fault in dispose");
  }
}

let game: TestGameServer;
before(async () => {
  game = await TestGameServer.start({}, { ...ROOMS, faulty: FaultyRoom });
});
after(() => game.stop());

const failureOf = async (fault: string): Promise<Record<string, unknown>> => {
  for (let waited = 0; waited < 3_000; waited += 20) {
    const line = game.logs.find(
      ({ event, err }) => event === "room.failed" && (err as Error).message === `fault in ${fault}`,
    );
    if (line) return line;
    await pause(20);
  }
  return assert.fail(`no room.failed line for a fault in ${fault}`);
};

for (const fault of ["message", "rejection", "tick", "timer"]) {
  test(`a room that throws in a ${fault} closes alone, tells its clients and is reported once`, async () => {
    const bystander = await game.join({}, "arena");
    const { room } = await game.join({}, "faulty");
    const closed = new Promise((resolve) => room.onLeave((code) => resolve(code)));
    room.send(fault);
    assert.equal(await closed, ROOM_CLOSE.roomFailed);
    const line = await failureOf(fault);
    assert.equal(line["roomId"], room.roomId);
    assert.equal(line["mode"], "faulty");

    const { tick } = bystander.room.state;
    await pause(200);
    assert.ok(bystander.room.state.tick > tick, "the other room stands still");
    await bystander.room.leave();
  });
}

test("a room that throws while a client leaves is closed and reported, not left half alive", async () => {
  const { room } = await game.join({}, "faulty");
  const other = await game.join({}, "faulty");
  assert.equal(other.room.roomId, room.roomId);
  const closed = new Promise((resolve) => other.room.onLeave((code) => resolve(code)));
  room.send("leave");
  await room.leave();
  assert.equal(await closed, ROOM_CLOSE.roomFailed);
  assert.equal((await failureOf("leave"))["roomId"], room.roomId);
});

test("a room that throws while it is disposed is reported and its timers stop", async () => {
  const { room } = await game.join({}, "faulty");
  room.send("dispose");
  await room.leave();
  assert.equal((await failureOf("dispose"))["where"], "onDispose");
  const ticks = async (): Promise<string | undefined> =>
    /game_tick_duration_seconds_count\{mode="faulty"\} (\d+)/.exec(await game.metrics())?.[1];
  const before = await ticks();
  await pause(150);
  assert.equal(await ticks(), before);
});

test("failures are counted by mode", async () => {
  assert.match(await game.metrics(), /^game_room_failures_total\{mode="faulty"\} 6$/m);
});
