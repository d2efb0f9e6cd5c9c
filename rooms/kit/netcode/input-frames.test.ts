// Input frames from whoever sends them: never faster than time, never anything that is not one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { GameWire, seededRandom } from "../../../shared/netcode/index.ts";
import { integer, range } from "../../../shared/schema/motion.ts";
import { INPUT_BURST_TICKS } from "../index.ts";
import { InputBudget } from "../input-budget.ts";
import { SeatedInput } from "../seated-input.ts";
import { NetcodeBench } from "./testing/netcode-bench.ts";

test("a sender that is 4 times too fast is granted one input a tick and its burst, and moves no faster than time", () => {
  const bench = new NetcodeBench();
  const cheat = bench.join("s", bench.add(0, 0));
  const granted = new SeatedInput<{ moveX: number }>();
  let moved = 0;
  const TICKS = 300;
  for (let tick = 0; tick < TICKS; tick++) {
    granted.budget.refill();
    for (const { moveX } of granted.from(bench.netcode.inputsOf("s")!)) moved += moveX;
    bench.step();
    cheat.downlink.deliver();
    for (let input = 0; input < 4; input++) {
      const frame = cheat.player.inputFrame({ moveX: 1 }, bench.nowMs);
      if (frame) cheat.uplink.push(frame);
    }
    cheat.uplink.deliver();
  }
  assert.ok(moved >= TICKS - 2 && moved <= TICKS + INPUT_BURST_TICKS, `${moved} inputs in ${TICKS} ticks`);
  assert.ok(bench.netcode.inputsOf("s")!.size <= 64, "what is too much does not pile up");
  assert.ok(bench.netcode.takeInputCounts().lost > 2 * TICKS, "and is counted as lost");
});

test("[INP6] a malformed input frame is refused and changes nothing: 20,000 mutations and as many made-up frames", () => {
  const random = seededRandom(5);
  const bench = new NetcodeBench();
  const seat = bench.join("s", bench.add(0, 0));
  for (let tick = 0; tick < 5; tick++) bench.round();
  let refused = 0;
  for (let turn = 0; turn < 20_000; turn++) {
    const good = seat.player.inputFrame({ moveX: 1 }, bench.nowMs)!;
    const madeUp = Uint8Array.from({ length: 1 + Math.floor(random() * 80) }, () => Math.floor(random() * 256));
    madeUp[0] = 0xfe;
    for (const frame of [mutate(good, random), madeUp]) {
      const { size } = bench.netcode.inputsOf("s")!;
      const isTaken = bench.netcode.inputsOf("s")!.receive(frame, bench.nowMs);
      if (isTaken) continue;
      refused += 1;
      assert.equal(bench.netcode.inputsOf("s")!.size, size);
    }
    assert.ok(bench.netcode.inputsOf("s")!.size <= 64);
  }
  assert.ok(refused > 15_000, `${refused} were refused`);
  bench.step();
  seat.downlink.deliver();
  assert.equal(seat.player.decoder!.header.tick, bench.tick, "the client is served on");
});

test("the longest frame is bounded, and one byte more is refused", () => {
  const bench = new NetcodeBench();
  const seat = bench.join("s", bench.add(0, 0));
  bench.round();
  for (let input = 0; input < 80; input++) seat.player.inputFrame({ moveX: input % 2 }, 0);
  const longest = seat.player.inputFrame({ moveX: 1 }, bench.nowMs, bench.tick)!.slice();
  assert.equal(bench.netcode.inputsOf("s")!.receive(longest, bench.nowMs), true);
  assert.equal(
    bench.netcode.inputsOf("s")!.receive(new Uint8Array([...longest, 0, 0, 0, 0, 0, 0]), bench.nowMs),
    false,
  );
});

test("an input frame for a seat that takes none is refused; one for a seat that waits is dropped", () => {
  const bench = new NetcodeBench();
  const seat = bench.join("s", bench.add(0, 0));
  bench.round();
  const frame = seat.player.inputFrame({ moveX: 1 }, bench.nowMs)!;
  assert.equal(bench.netcode.inputsOf("nobody"), undefined);
  bench.netcode.disconnect("s");
  assert.equal(bench.netcode.inputsOf("s")!.receive(frame, bench.nowMs), true);
});

test("counts of inputs never go back: what was lost stays counted when the connection drops and comes back", () => {
  const bench = new NetcodeBench();
  const seat = bench.join("s", bench.add(0, 0));
  const inputs = bench.netcode.inputsOf("s")!;
  const lose = (): void => {
    for (let tick = 0; tick < 80; tick++) {
      bench.step();
      seat.downlink.deliver();
      bench.answer(seat);
      if (tick > 0 && tick < 70 && seat.uplink.length > 0) seat.uplink.drop(0);
      seat.uplink.deliver();
      while (inputs.next()) void 0;
    }
  };
  lose();
  const { lost } = bench.netcode.takeInputCounts();
  assert.ok(lost > 0, "a player who goes on while 64 are unconfirmed loses inputs");
  bench.netcode.disconnect("s");
  assert.deepEqual(bench.netcode.takeInputCounts(), { applied: 0, lost: 0 });
  bench.connect(seat);
  assert.deepEqual(bench.netcode.takeInputCounts(), { applied: 0, lost: 0 });
  lose();
  bench.netcode.disconnect("s");
  assert.equal(bench.netcode.takeInputCounts().lost, lost, "what was lost just before the drop is told after it");
});

test("a game's declaration changes its fingerprint in every part: motion, own state and inputs", () => {
  const declaration = {
    motion: { dots: { x: range(0, 1, 8) } },
    self: { x: range(0, 1, 8) },
    input: { moveX: integer(-1, 1) },
    capacity: 8,
  };
  const others = [
    { ...declaration, motion: { dots: { x: range(0, 1, 9) } } },
    { ...declaration, self: { y: range(0, 1, 8) } },
    { ...declaration, input: { moveX: integer(-1, 2) } },
  ];
  const fingerprints = [declaration, ...others].map((one) => new GameWire(one).fingerprint);
  assert.equal(new Set(fingerprints).size, 4);
  assert.equal(new GameWire({ ...declaration }).fingerprint, fingerprints[0]);
});

test("a budget that was saved up is spent once", () => {
  const budget = new InputBudget();
  for (let tick = 0; tick < 1_000; tick++) budget.refill();
  let granted = 0;
  while (budget.spend()) granted += 1;
  assert.equal(granted, INPUT_BURST_TICKS);
});

function mutate(frame: Uint8Array, random: () => number): Uint8Array {
  const mutated = frame.slice(0, Math.max(1, frame.length - (random() < 0.3 ? Math.ceil(random() * 4) : 0)));
  for (let flips = Math.ceil(random() * 6); flips > 0; flips--) {
    const at = 1 + Math.floor(random() * (mutated.length - 1));
    if (at < mutated.length) mutated[at] = mutated[at]! ^ (1 << Math.floor(random() * 8));
  }
  return mutated;
}
