// What the process around a room may do wrong without the room noticing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { schema, t } from "@colyseus/schema";
import { GameRoom } from "./game-room.ts";
import { installRoomHost } from "./room-host.ts";
import { RoomBench } from "./testing/index.ts";

const TICK_HZ = 30;
const Count = schema({ ticks: t.uint32().default(0) }, "HostCount");
type Count = InstanceType<typeof Count>;

/** Counts its ticks. */
class CountingRoom extends GameRoom<{ state: Count }> {
  override state = new Count();

  override onCreate(): void {
    this.setFixedTimestep(() => {
      this.state.ticks += 1;
    }, TICK_HZ);
  }
}

test("a host that throws while it counts is reported once, and the room goes on", async () => {
  const bench = await RoomBench.open<CountingRoom, Count>(CountingRoom, TICK_HZ);
  const client = await bench.join("Ann");
  const reported: string[] = [];
  const host = {
    admit: () => Promise.reject(new Error("nobody")),
    onRoomFailed: () => assert.fail("the room has not failed"),
    onTick: () => assert.fail("the ticks' histogram is broken"),
    onWatchFailed: ({ message }: Error) => void reported.push(message),
  };
  installRoomHost(host);
  bench.advance(5);
  bench.settle();
  assert.equal(client.room.state.ticks, 5);
  assert.deepEqual(reported, ["the ticks' histogram is broken"]);
  await bench.close();
});
