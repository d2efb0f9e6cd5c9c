// Faults of Colyseus 0.18 that the kit works around; each of these tests fails without its guard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { definePlugins, RoomPlugin } from "@colyseus/core";
import { ArenaInput, ArenaState, Player } from "../../shared/schema/arena/index.ts";
import { type GameClient, GameRoom } from "./index.ts";
import { RoomBench } from "./testing/index.ts";

const calls: string[] = [];

class Witness extends RoomPlugin {
  override onJoin(): void {
    calls.push("plugin.onJoin");
  }
  override onLeave(): void {
    calls.push("plugin.onLeave");
  }
  override onDispose(): void {
    calls.push("plugin.onDispose");
  }
}

class PluggedRoom extends GameRoom<{ state: ArenaState; input: ArenaInput; client: GameClient }> {
  override state = new ArenaState();
  override inputs = this.defineInput(ArenaInput);
  override plugins = definePlugins({ witness: new Witness() });

  override onCreate(): void {
    this.setFixedTimestep(() => {
      this.state.tick += 1;
    }, 30);
  }

  override onJoin(client: GameClient): void {
    calls.push("room.onJoin");
    this.state.players.set(client.sessionId, new Player());
  }

  override onLeave(): void {
    calls.push("room.onLeave");
  }
}

test("the hooks of plugins run in the very first room of a class, though the room catches its own exceptions", async () => {
  const bench = await RoomBench.open<PluggedRoom, ArenaState>(PluggedRoom, 30);
  const ann = await bench.join("Ann");
  void ann.room.leave();
  ann.uplink.deliver();
  await bench.close();
  for (const call of ["room.onJoin", "plugin.onJoin", "room.onLeave", "plugin.onLeave", "plugin.onDispose"]) {
    assert.ok(calls.includes(call), `${call} was not called: ${calls}`);
  }
});

test("a room runs its ticks though the patch timer is off, and each tick sends its own state", async () => {
  const bench = await RoomBench.open<PluggedRoom, ArenaState>(PluggedRoom, 30);
  assert.equal(bench.room.patchRate, null);
  const ann = await bench.join("Ann");
  const seen: number[] = [];
  ann.room.onStateChange(({ tick }) => seen.push(tick));
  bench.advance(5, () => ann.downlink.deliver());
  ann.downlink.deliver();
  assert.deepEqual(
    seen.slice(-5),
    [1, 2, 3, 4, 5].map((step) => step + (seen.at(-5) ?? 1) - 1),
  );
  assert.equal(bench.room.state.tick, seen.at(-1));
  await bench.close();
});

test("inputs are granted one a tick, not as many as have arrived", async () => {
  const bench = await RoomBench.open<PluggedRoom, ArenaState>(PluggedRoom, 30);
  const ann = await bench.join("Ann");
  const input = ann.room.input<ArenaInput>({ type: ArenaInput });
  bench.advance(30, () => {
    for (let copy = 0; copy < 4; copy++) input.send();
    ann.uplink.deliver();
  });
  let granted = 0;
  const inputsFor = (sessionId: string) =>
    (bench.room as unknown as { inputsFor(id: string): Iterable<ArenaInput> }).inputsFor(sessionId);
  for (const _ of inputsFor(ann.sessionId)) granted += 1;
  assert.ok(granted >= 1 && granted <= 12, `${granted} inputs in one tick`);
  await bench.close();
});
