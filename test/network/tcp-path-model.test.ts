// The TCP model: exact stalls for a chosen loss, nothing ever lost or out of order, and stalls like a real kernel's.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CLEAR_LINK, type LinkConditions } from "./link-conditions.ts";
import { LinkModel } from "./link-model.ts";
import { DIRECTIONS, type Direction } from "./profiles.ts";
import { MAX_UNSENT_BYTES, type TcpDelivery, TcpPathModel } from "./tcp-path-model.ts";

const HALF_TRIP: LinkConditions = { ...CLEAR_LINK, delayMs: 40 };

/** A connection over two links of 40 ms, opened at 0, so that it carries bytes from 80 ms on. */
function createPath(conditions: LinkConditions = HALF_TRIP, seed = 1) {
  const up = new LinkModel({ conditions, seed });
  const down = new LinkModel({ conditions, seed: seed + 1 });
  return { up, down, path: new TcpPathModel({ up, down, openedAtMs: 0 }) };
}

/** Writes `bytes` down every `gapMs` from `fromMs`, and gives everything that came out down until long after. */
function stream(path: TcpPathModel, plan: { fromMs: number; gapMs: number; count: number; bytes: number }) {
  const out: TcpDelivery[] = [];
  for (let index = 0; index < plan.count; index += 1) {
    const nowMs = plan.fromMs + index * plan.gapMs;
    path.write("down", plan.bytes, nowMs);
    out.push(...path.advance(nowMs));
  }
  out.push(...path.advance(plan.fromMs + plan.count * plan.gapMs + 3_600_000));
  return out.filter((delivery) => delivery.direction === "down" && delivery.kind === "data");
}

test("without loss, bytes arrive one delay after they were written, the first after the handshake", () => {
  const { path } = createPath();
  path.write("up", 10, 0);
  path.write("up", 20, 200);
  const times = path.advance(1_000).map(({ direction, kind, atMs }) => `${direction} ${kind} ${atMs}`);
  assert.deepEqual(times, ["up open 40", "down open 80", "up data 120", "up data 240"]);
  assert.equal(path.nextEventMs, undefined);
});

test("a lost segment with others behind it is repeated after about a round trip, and they all wait for it", () => {
  const { path, down } = createPath();
  down.addBlackout({ fromMs: 1_000, untilMs: 1_001 });
  const times = stream(path, { fromMs: 1_000, gapMs: 20, count: 8, bytes: 100 }).map(({ atMs }) => atMs);
  // The segment of 1,020 is acknowledged at 1,100, when the reordering window of a quarter round trip has just passed.
  assert.deepEqual(times, [1_140, 1_140, 1_140, 1_140, 1_140, 1_140, 1_160, 1_180]);
  const { retransmissions, timeouts } = path.counters("down");
  assert.deepEqual({ retransmissions, timeouts }, { retransmissions: 1, timeouts: 0 });
});

test("a lone lost segment waits for the retransmission timeout, and each further loss doubles it", () => {
  for (const [darkForMs, arrivesMs, timeouts] of [
    [1, 1_000 + 280 + 40, 1],
    [300, 1_000 + 280 + 560 + 40, 2],
    [900, 1_000 + 280 + 560 + 1_120 + 40, 3],
  ] as const) {
    const { path, down } = createPath();
    down.addBlackout({ fromMs: 1_000, untilMs: 1_000 + darkForMs });
    const [only] = stream(path, { fromMs: 1_000, gapMs: 1, count: 1, bytes: 100 });
    assert.equal(only?.atMs, arrivesMs);
    assert.equal(path.counters("down").timeouts, timeouts);
  }
});

test("a lost opening segment costs the first second", () => {
  const up = new LinkModel({ conditions: HALF_TRIP, seed: 1 });
  const down = new LinkModel({ conditions: HALF_TRIP, seed: 2 });
  up.darken(1);
  const path = new TcpPathModel({ up, down, openedAtMs: 0 });
  path.write("up", 5, 10);
  assert.deepEqual(
    path.advance(5_000).map(({ atMs }) => atMs),
    [1_040, 1_080, 1_120],
  );
});

test("a lost acknowledgement costs nothing while others follow", () => {
  const { path, up } = createPath();
  up.addBlackout({ fromMs: 1_040, untilMs: 1_041 });
  const times = stream(path, { fromMs: 1_000, gapMs: 10, count: 10, bytes: 100 }).map(({ atMs }) => atMs);
  assert.deepEqual(
    times,
    Array.from({ length: 10 }, (_, index) => 1_040 + index * 10),
  );
  assert.equal(path.counters("down").retransmissions, 0);
});

test("a large write goes out in segments of at most 1448 bytes, ten at first", () => {
  const { path } = createPath();
  const out = stream(path, { fromMs: 1_000, gapMs: 1, count: 1, bytes: 20 * 1_448 + 1 });
  assert.deepEqual(
    out.map((delivery) => (delivery.kind === "data" ? delivery.bytes : 0)),
    [...Array(20).fill(1_448), 1],
  );
  assert.equal(out.filter(({ atMs }) => atMs === 1_040).length, 10);
  assert.equal(out.filter(({ atMs }) => atMs === 1_120).length, 11);
});

test("while nothing passes, nothing comes out and the senders back off; then everything comes", () => {
  const { path, up, down } = createPath();
  path.write("up", 500, 1_000);
  path.advance(2_000);
  up.block();
  down.block();
  path.write("up", 700, 2_000);
  path.write("down", 900, 2_000);
  assert.deepEqual(path.advance(30_000), []);
  assert.ok(path.counters("up").timeouts <= 7);
  up.unblock();
  down.unblock();
  const bytes = path.advance(200_000).map((delivery) => (delivery.kind === "data" ? delivery.bytes : 0));
  assert.deepEqual(bytes.toSorted(), [700, 900]);
});

test("whatever the path does, every byte comes out once, in order, and the end after all of them", () => {
  const conditions = fc.record({
    lossRate: fc.double({ min: 0, max: 0.4, noNaN: true }),
    delayMs: fc.integer({ min: 0, max: 300 }),
    jitterShare: fc.double({ min: 0, max: 1, noNaN: true }),
    isReordering: fc.boolean(),
    duplicateRate: fc.double({ min: 0, max: 0.5, noNaN: true }),
    bandwidthBitsPerSecond: fc.constantFrom(256_000, Number.POSITIVE_INFINITY),
  });
  const writes = fc.array(
    fc.record({
      direction: fc.constantFrom<Direction>("up", "down"),
      bytes: fc.integer({ min: 1, max: 6_000 }),
      gapMs: fc.integer({ min: 0, max: 400 }),
    }),
    { maxLength: 40, size: "max" },
  );
  fc.assert(
    fc.property(conditions, writes, fc.nat(1_000_000), ({ lossRate, jitterShare, ...rest }, list, seed) => {
      const loss = { kind: "independent", rate: lossRate } as const;
      const { path } = createPath({ ...rest, loss, jitterMs: rest.delayMs * jitterShare, queueBytes: 8_000 }, seed);
      let nowMs = 0;
      const out: TcpDelivery[] = [];
      for (const { direction, bytes, gapMs } of list) {
        nowMs += gapMs;
        path.write(direction, bytes, nowMs);
        out.push(...path.advance(nowMs));
      }
      for (const direction of DIRECTIONS) path.end(direction, nowMs);
      out.push(...path.advance(nowMs + 1e9));
      for (const direction of DIRECTIONS) {
        const mine = out.filter((delivery) => delivery.direction === direction);
        assert.deepEqual(
          mine.map(({ atMs }) => atMs),
          mine.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
        );
        const written = list.filter((write) => write.direction === direction);
        assert.equal(
          sum(mine.map((item) => (item.kind === "data" ? item.bytes : 0))),
          sum(written.map((w) => w.bytes)),
        );
        assert.equal(mine.at(-1)?.kind, "end");
        assert.equal(mine.filter(({ kind }) => kind === "end").length, 1);
      }
      assert.equal(path.nextEventMs, undefined);
    }),
    { numRuns: 150 },
  );
});

test("the same seed gives the same stalls", () => {
  const once = () => {
    const { path } = createPath({ ...HALF_TRIP, jitterMs: 10, loss: { kind: "independent", rate: 0.1 } }, 5);
    return stream(path, { fromMs: 1_000, gapMs: 33, count: 500, bytes: 100 });
  };
  assert.deepEqual(once(), once());
});

/**
 * Ages of 300-byte messages sent to a client at `hz` for eight minutes over a link that loses `lossRate` each way, in
 * order of size: the measurement that was also made of a real kernel.
 */
function messageAges(lossRate: number, hz: number, conditions: LinkConditions): number[] {
  const ages: number[] = [];
  for (let connection = 0; connection < 8; connection += 1) {
    const { path, up, down } = createPath(conditions, 100 + connection * 2);
    path.advance(1_000);
    for (const link of [up, down]) link.setConditions({ ...conditions, loss: { kind: "independent", rate: lossRate } });
    let bytes = 0;
    let done = 0;
    for (const delivery of stream(path, { fromMs: 1_000, gapMs: 1_000 / hz, count: hz * 60, bytes: 300 })) {
      bytes += delivery.kind === "data" ? delivery.bytes : 0;
      for (; (done + 1) * 300 <= bytes; done += 1) ages.push(delivery.atMs - 1_000 - (done * 1_000) / hz);
    }
    assert.equal(done, hz * 60);
  }
  return ages.sort((a, b) => a - b);
}

// The bands hold what Linux 6.18 did between two network namespaces, with loss and delay applied to every packet by a
// relay (480,000 ms of traffic each, CUBIC and BBR; the figures are in the README), widened by a quarter on both sides.
test("stalls at 5 % loss are within what a real kernel's CUBIC and BBR show", () => {
  const inBand = (value: number, low: number, high: number, what: string): void => {
    assert.ok(value >= low * 0.75 && value <= high * 1.25, `${what}: ${value} is not about ${low} to ${high}`);
  };
  const fast = messageAges(0.05, 60, HALF_TRIP);
  inBand(quantile(fast, 0.5), 40, 54, "60 Hz median");
  inBand(quantile(fast, 0.9), 122, 140, "60 Hz p90");
  inBand(quantile(fast, 0.99), 188, 395, "60 Hz p99");
  inBand(shareAbove(fast, 160), 0.015, 0.064, "60 Hz share later than 160 ms");
  const jittered = messageAges(0.05, 30, { ...HALF_TRIP, jitterMs: 10, isReordering: true });
  inBand(quantile(jittered, 0.5), 43, 45, "30 Hz median");
  inBand(quantile(jittered, 0.9), 119, 134, "30 Hz p90");
  inBand(quantile(jittered, 0.99), 216, 281, "30 Hz p99");
  inBand(shareAbove(jittered, 160), 0.043, 0.065, "30 Hz share later than 160 ms");
});

test("whoever writes without end is stopped by name", () => {
  const { path } = createPath();
  path.write("up", MAX_UNSENT_BYTES, 0);
  assert.throws(() => path.write("up", 1, 0), /At most 4194304 bytes may wait unsent/);
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

function shareAbove(values: readonly number[], bound: number): number {
  return values.filter((value) => value > bound).length / values.length;
}
