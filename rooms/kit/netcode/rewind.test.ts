// A shot is judged on the very states that the shooter's screen was drawn from, and never further back than it may be.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../../shared/netcode/index.ts";
import { NetcodeBench, type NetcodeSeat, TICK_HZ, TICK_MS } from "./testing/netcode-bench.ts";

/** What the server allows beyond the measured round trip. */
const INTERPOLATION_MS = 250;

/** Takes the seat's next input, so that `seenBy` tells of it. */
function takeInput(bench: NetcodeBench, { sessionId }: NetcodeSeat): void {
  assert.ok(bench.netcode.inputsOf(sessionId)?.next(), "an input waits");
}

test("what seenBy gives is to the bit what EntityTrack.sample showed at the same view tick", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000 }),
      fc.integer({ min: 0, max: 4 }),
      fc.array(fc.integer({ min: 0, max: 4 * 16 }), { minLength: 5, maxLength: 20 }),
      (seed, upTicks, viewAges) => {
        const random = seededRandom(seed);
        const bench = new NetcodeBench();
        const shooter = bench.join("s", bench.add(0, 0));
        const targets = [bench.add(1, 1), bench.add(2, 2), bench.add(3, 3)];
        const move = (): void => {
          for (const dot of targets) if (random() < 0.7) Object.assign(dot, { x: random() * 100, y: random() * 100 });
        };
        for (let tick = 0; tick < 12; tick++) {
          move();
          bench.round();
          while (bench.netcode.inputsOf("s")?.next());
        }
        for (const viewAge of viewAges) {
          const viewTick = bench.tick - viewAge / 16;
          const shown = shownAt(shooter, viewTick);
          bench.answer(shooter, viewTick);
          for (let tick = 0; tick < upTicks; tick++) {
            move();
            bench.step();
            shooter.downlink.deliver();
          }
          shooter.uplink.deliver();
          takeInput(bench, shooter);
          const seen = bench.netcode.seenBy("s")!;
          assert.deepEqual(
            targets.map((dot) => [seen.value(dot, "x"), seen.value(dot, "y")]),
            shown,
          );
        }
      },
    ),
    { numRuns: 100 },
  );
});

/** Where a client draws its targets at a moment, in the order of their ids. */
function shownAt({ player }: NetcodeSeat, viewTick: number): number[][] {
  const dots = [...player.decoder!.entities.values()].filter(({ kind }) => kind === 0);
  return dots
    .sort((a, b) => a.id - b.id)
    .map((track) => {
      const at = [0, 0];
      track.sample(viewTick, at);
      return at;
    });
}

for (const upTicks of [0, 2, 6]) {
  const rttMs = upTicks * TICK_MS;
  test(`a client that lies about its view reaches back ${Math.round(rttMs)} ms of round trip, 250 ms and a tick, no more`, () => {
    const bench = new NetcodeBench();
    const shooter = bench.join("s", bench.add(0, 0));
    const target = bench.add(0, 0);
    const sent: number[] = [];
    for (let tick = 0; tick < 90; tick++) {
      target.x = bench.tick + 1;
      bench.step();
      shooter.downlink.deliver();
      // It says that it saw something from two seconds ago.
      bench.answer(shooter, bench.tick - 60);
      sent.push(1);
      if (sent.length > upTicks) shooter.uplink.deliver(sent.shift());
      while (bench.netcode.inputsOf("s")?.next());
    }
    const reachTicks = ((rttMs + INTERPOLATION_MS) * TICK_HZ) / 1000 + 1;
    const seenTick = bench.netcode.seenBy("s")!.value(target, "x");
    assert.ok(Math.abs(bench.tick - seenTick - reachTicks) < 0.01, `${bench.tick - seenTick} of ${reachTicks} ticks`);
  });
}

test("a view from the future, or none, is judged at the newest state; one of who was not there yet, where it is", () => {
  const bench = new NetcodeBench();
  const shooter = bench.join("s", bench.add(0, 0));
  const target = bench.add(0, 0);
  for (let tick = 0; tick < 10; tick++) {
    target.x = tick;
    bench.round();
    while (bench.netcode.inputsOf("s")?.next());
  }
  for (const viewTick of [bench.tick + 5, undefined]) {
    bench.answer(shooter, viewTick);
    shooter.uplink.deliver();
    takeInput(bench, shooter);
    assert.ok(Math.abs(bench.netcode.seenBy("s")!.value(target, "x") - 9) < 0.001);
  }
  const late = bench.add(77, 0);
  bench.round();
  while (bench.netcode.inputsOf("s")?.next());
  bench.answer(shooter, bench.tick - 3);
  shooter.uplink.deliver();
  takeInput(bench, shooter);
  assert.equal(bench.netcode.seenBy("s")!.value(late, "x"), 77);
  assert.ok(Math.abs(bench.netcode.seenBy("s")!.value(target, "x") - 7) < 0.001);
});
