// A room without inputs and without a tick: messages, timers, patches on change, and failures that stay its own.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { validate } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";

import { type GameClient, GameRoom } from "./game-room.ts";
import { type BenchClient, RoomBench } from "./testing/index.ts";

const PATCH_HZ = 20;
const Ledger = schema({ sum: t.uint32().default(0), fired: t.uint32().default(0) }, "TicklessLedger");
type Ledger = InstanceType<typeof Ledger>;

/** Adds what it is told to. */
class LedgerRoom extends GameRoom<{ state: Ledger; client: GameClient }> {
  override maxClients = 3;
  override state = new Ledger();
  isPatchBroken = false;
  override messages = {
    add: validate(z.strictObject({ amount: z.int().min(0).max(100) }), (_client, { amount }) => {
      this.state.sum += amount;
    }),
    later: validate(z.int().max(10_000), (_client, ms) => {
      this.clock.setTimeout(() => {
        this.state.fired += 1;
      }, ms);
    }),
    throw: validate(z.undefined(), () => assert.fail("in a message")),
    throwLater: validate(z.undefined(), () => void this.clock.setTimeout(() => assert.fail("in a timer"), 10)),
  };

  override onBeforePatch = (): void => {
    if (this.isPatchBroken) assert.fail("before a patch");
  };
}

let bench: RoomBench<LedgerRoom, Ledger>;
afterEach(() => bench.close());

async function open(): Promise<[BenchClient<Ledger>, BenchClient<Ledger>]> {
  bench = await RoomBench.open<LedgerRoom, Ledger>(LedgerRoom, PATCH_HZ);
  return [await bench.join("Ann"), await bench.join("Bob")];
}

function say(client: BenchClient<Ledger>, type: string, message?: unknown): void {
  client.room.send(type, message);
  client.uplink.deliver();
}

test("what a message changes reaches everybody with the next patch, and nothing is sent when nothing changes", async () => {
  const [ann, bob] = await open();
  say(ann, "add", { amount: 7 });
  assert.equal(bob.downlink.length, 0);
  bench.elapse(1000 / PATCH_HZ);
  assert.deepEqual([ann.downlink.length, bob.downlink.length], [1, 1]);
  bench.settle();
  assert.equal(bob.room.state.sum, 7);
  bench.elapse(5_000);
  assert.equal(bob.downlink.length, 0);
});

test("timers run without a tick", async () => {
  const [ann] = await open();
  say(ann, "later", 300);
  bench.elapse(250);
  assert.equal(bench.room.state.fired, 0);
  bench.elapse(100);
  bench.settle();
  assert.equal(ann.room.state.fired, 1);
});

test("a message that is not as declared ends its sender's connection, and the seat waits as after any drop", async () => {
  const [ann, bob] = await open();
  say(ann, "add", { amount: -1 });
  assert.equal(bench.room.state.sum, 0);
  assert.deepEqual(
    Array.from(bench.room.clients, ({ sessionId }) => sessionId),
    [bob.sessionId],
  );
  const back = await bench.reconnect(ann);
  say(back, "add", { amount: 1 });
  assert.equal(bench.room.state.sum, 1);
  assert.deepEqual(bench.failures, []);
});

for (const [where, breakIt] of [
  ["onMessage", (client: BenchClient<Ledger>) => say(client, "throw")],
  ["setTimeout", (client: BenchClient<Ledger>) => say(client, "throwLater")],
  ["broadcastPatch", () => Object.assign(bench.room, { isPatchBroken: true })],
] as const) {
  test(`an exception in ${where} ends this room with its code, and is reported once`, async () => {
    const [ann] = await open();
    breakIt(ann);
    bench.elapse(500);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      bench.failures.map((failure) => failure.where),
      [where],
    );
    assert.equal(bench.room.clients.length, 0);
  });
}

test("seats are promised up to the most there are, those that wait for their player included", async () => {
  const [ann] = await open();
  ann.cut();
  assert.equal(bench.room.hasPlayers, true);
  assert.equal(bench.room.holdSeat("cid"), true);
  assert.equal(bench.room.holdSeat("dee"), false);
});
