// The link model: exact times, properties over random conditions, and the statistics its figures promise.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { burstyLoss, CLEAR_LINK, type LinkConditions, type Loss, meanLossRate } from "./link-conditions.ts";
import { LinkModel, type LinkOutcome, MAX_PLANNED_BLACKOUTS } from "./link-model.ts";
import { PROFILE_NAMES, profile, repeatedBlackouts } from "./profiles.ts";
import { MAX_SEED } from "./random.ts";

const PACKETS = 40_000;

const rate = fc.double({ min: 0, max: 1, noNaN: true });
const loss: fc.Arbitrary<Loss> = fc.oneof(
  fc.constant<Loss>({ kind: "none" }),
  rate.map((value): Loss => ({ kind: "independent", rate: value })),
  fc.record({
    kind: fc.constant("bursty" as const),
    goodToBad: rate,
    badToGood: rate,
    lossInGood: rate,
    lossInBad: rate,
  }),
);
const conditions: fc.Arbitrary<LinkConditions> = fc
  .record({
    loss,
    delayMs: fc.integer({ min: 0, max: 500 }),
    jitterShare: rate,
    isReordering: fc.boolean(),
    duplicateRate: rate,
    bandwidthBitsPerSecond: fc.constantFrom(64_000, 1_000_000, Number.POSITIVE_INFINITY),
    queueBytes: fc.integer({ min: 0, max: 20_000 }),
  })
  .map(({ jitterShare, ...rest }) => ({ ...rest, jitterMs: rest.delayMs * jitterShare }));
const packets = fc.array(
  fc.record({ sizeBytes: fc.integer({ min: 0, max: 1_500 }), gapMs: fc.double({ min: 0, max: 50, noNaN: true }) }),
  { maxLength: 200, size: "max" },
);
const seeds = fc.integer({ min: 0, max: MAX_SEED });

/** Offers packets one after the other, and gives the time of each and what became of it. */
function offerAll(link: LinkModel, list: readonly { sizeBytes: number; gapMs: number }[]) {
  let atMs = 0;
  return list.map(({ sizeBytes, gapMs }) => {
    atMs += gapMs;
    return { atMs, sizeBytes, outcome: link.offer(sizeBytes, atMs) };
  });
}

/** For each of `count` packets a millisecond apart, true when it arrived. */
function arrivals(link: LinkModel, count = PACKETS): boolean[] {
  return Array.from({ length: count }, (_, index) => link.offer(100, index).isDelivered);
}

function arrivalsOf(outcome: LinkOutcome): readonly number[] {
  return outcome.isDelivered ? outcome.arrivalsMs : [];
}

function shareOf(values: readonly boolean[], wanted: boolean): number {
  return values.filter((value) => value === wanted).length / values.length;
}

test("the same seed, conditions and packets give the same outcomes, and another seed others", () => {
  fc.assert(
    fc.property(conditions, packets, seeds, (given, list, seed) => {
      const first = offerAll(new LinkModel({ conditions: given, seed }), list);
      assert.deepEqual(offerAll(new LinkModel({ conditions: given, seed }), list), first);
    }),
  );
  const lossy = profile("lossy").up;
  const first = arrivals(new LinkModel({ conditions: lossy, seed: 1 }));
  assert.notDeepEqual(arrivals(new LinkModel({ conditions: lossy, seed: 2 })), first);
});

test("no packet arrives before it could, and one that keeps order never overtakes", () => {
  fc.assert(
    fc.property(conditions, packets, seeds, (given, list, seed) => {
      let latestMs = Number.NEGATIVE_INFINITY;
      for (const { atMs, sizeBytes, outcome } of offerAll(new LinkModel({ conditions: given, seed }), list)) {
        const serialisedMs = (sizeBytes * 8_000) / given.bandwidthBitsPerSecond;
        for (const arrivalMs of arrivalsOf(outcome)) {
          assert.ok(arrivalMs >= atMs + serialisedMs + given.delayMs - given.jitterMs - 1e-6);
          if (!given.isReordering) assert.ok(arrivalMs >= latestMs);
          latestMs = Math.max(latestMs, arrivalMs);
        }
      }
    }),
  );
});

test("what waits at the bottleneck never exceeds the queue and the packet being sent, and bounds the delay", () => {
  fc.assert(
    fc.property(conditions, packets, seeds, (given, list, seed) => {
      const link = new LinkModel({ conditions: { ...given, isReordering: true }, seed });
      for (const { atMs, outcome } of offerAll(link, list)) {
        const mostWaitingMs = ((given.queueBytes + 1_500) * 8_000) / given.bandwidthBitsPerSecond;
        for (const arrivalMs of arrivalsOf(outcome)) {
          assert.ok(arrivalMs <= atMs + mostWaitingMs + given.delayMs + given.jitterMs + 1e-6);
        }
      }
    }),
  );
});

test("every packet is counted once, as delivered or under the reason it was dropped for", () => {
  fc.assert(
    fc.property(conditions, packets, seeds, (given, list, seed) => {
      const link = new LinkModel({ conditions: given, seed });
      const copies = offerAll(link, list).flatMap(({ outcome }) => arrivalsOf(outcome)).length;
      const { offered, delivered, duplicated, lost, queueDropped, blackedOut } = link.counters;
      assert.equal(offered, list.length);
      assert.equal(delivered, copies);
      assert.equal(offered, delivered - duplicated + lost + queueDropped + blackedOut);
    }),
  );
});

test("changing delay, jitter, order or duplication does not change which packets are lost", () => {
  const bare = { ...CLEAR_LINK, loss: burstyLoss(0.1, 3) };
  const rich = { ...bare, delayMs: 50, jitterMs: 20, isReordering: true, duplicateRate: 0.3 };
  const first = arrivals(new LinkModel({ conditions: bare, seed: 7 }));
  assert.deepEqual(arrivals(new LinkModel({ conditions: rich, seed: 7 })), first);
});

test("a bottleneck spaces packets by their size and drops the tail that does not fit", () => {
  const link = new LinkModel({
    conditions: { ...CLEAR_LINK, delayMs: 10, bandwidthBitsPerSecond: 80_000, queueBytes: 300 },
    seed: 1,
  });
  // 100 bytes take 10 ms; the one being sent counts as waiting until its last bit has left.
  assert.deepEqual(
    Array.from({ length: 4 }, () => link.offer(100, 0)),
    [
      { isDelivered: true, arrivalsMs: [20] },
      { isDelivered: true, arrivalsMs: [30] },
      { isDelivered: true, arrivalsMs: [40] },
      { isDelivered: false, reason: "queue" },
    ],
  );
  assert.equal(link.queuedBytes(5), 250);
  assert.deepEqual(link.offer(100, 20), { isDelivered: true, arrivalsMs: [50] });
  assert.deepEqual(link.offer(100, 1_000), { isDelivered: true, arrivalsMs: [1_020] });
});

test("blackouts, darkness and blocking drop exactly what is offered in them", () => {
  const link = new LinkModel({ conditions: CLEAR_LINK, seed: 1 });
  for (const window of repeatedBlackouts({ firstMs: 10, lengthMs: 5, everyMs: 20, count: 2 })) link.addBlackout(window);
  const dark = Array.from({ length: 60 }, (_, atMs) => (link.offer(1, atMs).isDelivered ? [] : [atMs])).flat();
  assert.deepEqual(dark, [10, 11, 12, 13, 14, 30, 31, 32, 33, 34]);
  link.block();
  assert.deepEqual(link.offer(1, 60), { isDelivered: false, reason: "blackout" });
  link.unblock();
  assert.ok(link.offer(1, 61).isDelivered);
  link.darken(70);
  assert.ok(!link.offer(1, 69).isDelivered);
  assert.ok(link.offer(1, 70).isDelivered);
  assert.equal(link.counters.blackedOut, 12);
});

test("conditions changed while traffic runs hold from the next packet on, and keep order where order is kept", () => {
  const link = new LinkModel({ conditions: { ...CLEAR_LINK, delayMs: 100 }, seed: 1 });
  assert.deepEqual(link.offer(1, 0), { isDelivered: true, arrivalsMs: [100] });
  link.setConditions({ ...CLEAR_LINK, delayMs: 10 });
  assert.deepEqual(link.offer(1, 1), { isDelivered: true, arrivalsMs: [100] });
  assert.deepEqual(link.offer(1, 95), { isDelivered: true, arrivalsMs: [105] });
  link.setConditions({ ...CLEAR_LINK, loss: { kind: "independent", rate: 1 } });
  assert.deepEqual(link.offer(1, 96), { isDelivered: false, reason: "loss" });
});

// Tolerances below are at least four standard deviations, and the seeds are fixed, so that a failure is never chance.

test("independent loss loses its rate of packets, and a loss says nothing about the next packet", () => {
  for (const lossRate of [0.01, 0.05, 0.2]) {
    const arrived = arrivals(
      new LinkModel({ conditions: { ...CLEAR_LINK, loss: { kind: "independent", rate: lossRate } }, seed: 42 }),
    );
    const deviation = Math.sqrt((lossRate * (1 - lossRate)) / PACKETS);
    assert.ok(
      Math.abs(shareOf(arrived, false) - lossRate) < 4 * deviation,
      `${shareOf(arrived, false)} at ${lossRate}`,
    );
    const afterLoss = arrived.filter((_, index) => index > 0 && !arrived[index - 1]);
    const afterDeviation = Math.sqrt((lossRate * (1 - lossRate)) / afterLoss.length);
    assert.ok(Math.abs(shareOf(afterLoss, false) - lossRate) < 4 * afterDeviation);
  }
});

test("bursty loss loses its rate of packets in runs of its mean length", () => {
  for (const [lossRate, meanBurst] of [
    [0.01, 3],
    [0.05, 5],
    [0.2, 2],
  ] as const) {
    const given = burstyLoss(lossRate, meanBurst);
    assert.ok(Math.abs(meanLossRate(given) - lossRate) < 1e-12);
    const arrived = arrivals(new LinkModel({ conditions: { ...CLEAR_LINK, loss: given }, seed: 42 }), 400_000);
    const runs = arrived.filter((isHere, index) => !isHere && arrived[index - 1] !== false).length;
    const lost = arrived.filter((isHere) => !isHere).length;
    assert.ok(Math.abs(lost / arrived.length / lossRate - 1) < 0.12, `rate ${lost / arrived.length}, not ${lossRate}`);
    assert.ok(Math.abs(lost / runs / meanBurst - 1) < 0.08, `runs of ${lost / runs}, not ${meanBurst}`);
  }
});

test("jitter is uniform about the delay, duplication has its rate, and reordering happens only where allowed", () => {
  const given = { ...CLEAR_LINK, delayMs: 40, jitterMs: 10, isReordering: true, duplicateRate: 0.1 };
  const link = new LinkModel({ conditions: given, seed: 9 });
  const delays = Array.from({ length: PACKETS }, (_, index) => arrivalsOf(link.offer(100, index * 2))[0]! - index * 2);
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / PACKETS;
  const variance = delays.reduce((sum, delay) => sum + (delay - mean) ** 2, 0) / PACKETS;
  assert.ok(delays.every((delay) => delay >= 30 && delay <= 50));
  assert.ok(Math.abs(mean - 40) < 0.12, `mean ${mean}`);
  assert.ok(Math.abs(variance - 100 / 3) < 1, `variance ${variance}`);
  assert.ok(Math.abs(link.counters.duplicated / PACKETS - 0.1) < 0.006);
  assert.ok(link.counters.reordered > PACKETS / 10);

  const ordered = new LinkModel({ conditions: { ...given, isReordering: false }, seed: 9 });
  arrivals(ordered);
  assert.equal(ordered.counters.reordered, 0);
});

test("every profile loses and delays what it says, with half of the round trip each way", () => {
  for (const name of PROFILE_NAMES) {
    for (const direction of ["up", "down"] as const) {
      const given = profile(name)[direction];
      const link = new LinkModel({ conditions: given, seed: 3 });
      let totalMs = 0;
      for (let index = 0; index < PACKETS; index += 1) {
        const first = arrivalsOf(link.offer(100, index * 20))[0];
        if (first !== undefined) totalMs += first - index * 20;
      }
      const { lost, offered, queueDropped, delivered, duplicated } = link.counters;
      const wanted = meanLossRate(given.loss);
      assert.equal(queueDropped, 0);
      assert.ok(Math.abs(lost / offered - wanted) <= 0.35 * wanted, `${name}: ${lost / offered}`);
      const serialisedMs = 800_000 / given.bandwidthBitsPerSecond;
      assert.ok(Math.abs(totalMs / (delivered - duplicated) - given.delayMs - serialisedMs) < 0.5, name);
    }
  }
});

test("figures that make no sense are refused by name, with the bound", () => {
  const refused: [Partial<LinkConditions>, RegExp][] = [
    [{ loss: { kind: "independent", rate: 5 } }, /^RangeError: loss\.rate must be from 0 to 1, and was 5/],
    [{ loss: { ...burstyLoss(0.1, 2), badToGood: -1 } }, /loss\.badToGood must be from 0 to 1, and was -1/],
    [{ delayMs: -1 }, /delayMs must be from 0 to 60000/],
    [{ delayMs: 10, jitterMs: 11 }, /jitterMs .* must be from 0 to 10, and was 11/],
    [{ duplicateRate: Number.NaN }, /duplicateRate must be from 0 to 1, and was NaN/],
    [{ bandwidthBitsPerSecond: 0 }, /bandwidthBitsPerSecond must be from 1000/],
    [{ queueBytes: -1 }, /queueBytes must be from 0/],
  ];
  for (const [wrong, message] of refused) {
    assert.throws(() => new LinkModel({ conditions: { ...CLEAR_LINK, ...wrong }, seed: 1 }), message);
  }
  assert.throws(() => new LinkModel({ conditions: CLEAR_LINK, seed: -1 }), /seed must be from 0 to 4294967295/);
  assert.throws(() => burstyLoss(0.8, 1), /goodToBad .* longer bursts/);
  const link = new LinkModel({ conditions: CLEAR_LINK, seed: 1 });
  link.offer(1, 10);
  assert.throws(() => link.offer(1, 9), /nowMs must not go back from 10, and was 9/);
  assert.throws(() => link.addBlackout({ fromMs: 5, untilMs: 5 }), /untilMs must be after fromMs/);
  for (let index = 0; index < MAX_PLANNED_BLACKOUTS; index += 1) link.addBlackout({ fromMs: 20, untilMs: 30 });
  assert.throws(() => link.addBlackout({ fromMs: 20, untilMs: 30 }), /at most 256 planned blackouts/);
});
