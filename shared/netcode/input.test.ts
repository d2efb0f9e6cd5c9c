// Inputs over bad links: each is applied once and in order, and what is lost is counted.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { angle, boolean, integer } from "../schema/motion.ts";
import { FieldLayout } from "./field-layout.ts";
import { MAX_UNCONFIRMED_INPUTS, maxInputFrameBytes } from "./input-frames.ts";
import { InputReceiver } from "./input-receiver.ts";
import { InputSender } from "./input-sender.ts";
import { seededRandom } from "./random.ts";
import { ReceivedTicks } from "./received-ticks.ts";
import { normal } from "./testing/normal.ts";
import { SimulatedLink } from "./testing/simulated-link.ts";

const layout = new FieldLayout({ moveX: integer(-1, 1), moveY: integer(-1, 1), aim: angle(16), fire: boolean() });
const TICK_MS = 1000 / 30;
const NO_ACK = { newest: -1, mask: 0 };

test("[INP1] what push leaves in the values is what the server reads, with tick, ack and stamp", () => {
  const sender = new InputSender(layout, { epoch: 5, firstTick: 100 });
  const receiver = new InputReceiver(layout, { epoch: 5 });
  const values = [7, -1, 1.234567, 1];
  assert.equal(sender.push(values), 100);
  assert.equal(values[0], 1);
  assert.equal(receiver.accept(sender.encode(70_000, { newest: 42, mask: 0x80000001 }), 10), "accepted");
  const { snapshotTick, snapshotMask, stamp } = receiver.header;
  assert.deepEqual(
    { snapshotTick, snapshotMask, stamp },
    { snapshotTick: 42, snapshotMask: 0x80000001, stamp: 70_000 - 65_536 },
  );
  assert.equal(receiver.echoStamp, 4464);
  assert.equal(receiver.echoHoldMs(25), 15);
  assert.equal(receiver.echoHoldMs(9999), 255);
  const taken = [0, 0, 0, 0];
  assert.equal(receiver.take(taken), true);
  assert.deepEqual(taken, values);
  assert.equal(receiver.lastTakenTick, 100);
  assert.equal(receiver.take(taken), false);
});

test("[INP2] a frame carries every unconfirmed input, each as a whole, and none that is confirmed; there may be 64", () => {
  const sender = new InputSender(layout);
  for (let index = 0; index < 40; index++) sender.push([0, 1, index / 10, 0]);
  assert.equal(sender.room, 24);
  const late = new InputReceiver(layout);
  late.accept(sender.encode(0, NO_ACK), 0);
  assert.equal(late.depth, 40);
  sender.confirm(37);
  sender.confirm(5);
  sender.confirm(99);
  assert.deepEqual([sender.unconfirmedCount, sender.room], [2, 62]);
  const receiver = new InputReceiver(layout);
  receiver.accept(sender.encode(0, NO_ACK), 0);
  const taken = [0, 0, 0, 0];
  receiver.take(taken);
  assert.equal(receiver.lastTakenTick, 38);
  assert.ok(Math.abs(taken[2]! - (3.8 - 2 * Math.PI)) <= layout.maxError(2) + 1e-9);
});

test("[INP2] a frame by the WebSocket has all that did not go by it yet, and of the rest no more than 16 inputs have", () => {
  const sender = new InputSender(layout);
  const receiver = new InputReceiver(layout);
  const countOf = (isOrdered: boolean) => {
    receiver.accept(sender.encode(0, NO_ACK, Number.NaN, isOrdered), 0);
    return receiver.header.count;
  };
  for (let index = 0; index < 40; index++) sender.push([0, 0, 0, 0]);
  assert.deepEqual([countOf(true), countOf(true), countOf(false)], [40, 16, 40]);
  for (let index = 0; index < 20; index++) sender.push([0, 0, 0, 0]);
  assert.deepEqual([countOf(true), countOf(true)], [20, 16]);
  sender.confirm(55);
  assert.equal(countOf(true), 4);
  sender.restart(1, 30, MAX_UNCONFIRMED_INPUTS);
  receiver.restart(1);
  assert.equal(countOf(true), 4, "confirmed is confirmed");
});

test("[INP2] the longest frame of the largest layout is one datagram, and carries all that may be unconfirmed", () => {
  const largest = new FieldLayout(
    Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`field${index}`, integer(0, 2 ** 24 - 1)])),
  );
  const sender = new InputSender(largest);
  const most = sender.room;
  assert.equal(most, 23);
  for (let tick = 0; tick < most; tick++) sender.push(new Array(16).fill(tick));
  const frame = sender.encode(0, { newest: 1, mask: 0 }, 0.5);
  assert.ok(frame.length <= maxInputFrameBytes(largest) && maxInputFrameBytes(largest) <= 1_150);
  const receiver = new InputReceiver(largest);
  assert.equal(receiver.accept(frame, 0), "accepted");
  assert.equal(receiver.depth, most);
});

test("[INP2] [INP8] whatever a network does, and over reconnections, no input is lost that had room when it was made", () => {
  const settings = fc.record({
    seed: fc.integer(),
    lossShare: fc.constantFrom(0, 0.2, 0.7),
    jitterTicks: fc.constantFrom(1, 5, 40),
    stallTicks: fc.constantFrom(0, 10, 100),
    drops: fc.constantFrom(0, 1, 20),
  });
  fc.assert(
    fc.property(settings, ({ seed, lossShare, jitterTicks, stallTicks, drops }) => {
      const random = seededRandom(seed);
      const TICKS = 400;
      let stalledUntil = 0;
      const delayMs = (now: number) => Math.max(stalledUntil - now, 0) + random() * jitterTicks;
      const profile = { lossShare, duplicateShare: 0.1, delayMs };
      const up = new SimulatedLink<Uint8Array>(random, profile);
      const down = new SimulatedLink<{ epoch: number; confirmed: number }>(random, profile);
      const sender = new InputSender(layout);
      const receiver = new InputReceiver(layout);
      const taken = [0, 0, 0, 0];
      // The other channel: in order, and nothing is lost but by the end of the connection.
      let stream: { atTick: number; frame: Uint8Array }[] = [];
      let isStreaming = false;
      let next = 0;
      let epoch = 0;
      let made = 0;
      for (let tick = 0; tick < 2 * TICKS; tick++) {
        if (stallTicks > 0 && random() < 0.01) stalledUntil = tick + stallTicks;
        if (random() < drops / TICKS) {
          // A new connection: what is under way of the old one may still come, and must not count.
          receiver.restart(++epoch);
          sender.restart(epoch, receiver.nextInput, MAX_UNCONFIRMED_INPUTS);
          stream = [];
        }
        if (random() < 0.05) isStreaming = !isStreaming;
        if (tick < TICKS && sender.room > 0) {
          assert.equal(sender.push([0, 0, 0, made % 2]), made);
          made += 1;
        }
        const frame = sender.encode(tick, NO_ACK, Number.NaN, isStreaming).slice();
        if (isStreaming) stream.push({ atTick: Math.max(stream.at(-1)?.atTick ?? 0, tick + delayMs(tick)), frame });
        else up.send(tick, frame);
        for (const frame of up.receive(tick)) assert.notEqual(receiver.accept(frame, tick), "malformed");
        while (stream[0] && stream[0].atTick <= tick) receiver.accept(stream.shift()!.frame, tick);
        for (let count = 0; count < 2 && receiver.take(taken); count++) {
          assert.equal(receiver.lastTakenTick, next, "the next one, each once");
          assert.equal(taken[3], next % 2);
          next += 1;
        }
        down.send(tick, { epoch, confirmed: receiver.lastTakenTick });
        for (const told of down.receive(tick)) if (told.epoch === epoch) sender.confirm(told.confirmed);
      }
      assert.equal(receiver.lostCount, 0);
      if (lossShare < 0.5) assert.equal(next, made, "and in the end all of them");
    }),
    { numRuns: 200 },
  );
});

test("[INP3] whatever is lost, doubled, late or reordered, inputs come out once, in order, as they went in", () => {
  const settings = fc.record({
    seed: fc.integer(),
    lossShare: fc.constantFrom(0, 0.05, 0.2, 0.7),
    duplicateShare: fc.constantFrom(0, 0.2),
    jitterTicks: fc.constantFrom(0, 1, 5, 40),
  });
  fc.assert(
    fc.property(settings, ({ seed, lossShare, duplicateShare, jitterTicks }) => {
      const random = seededRandom(seed);
      const link = new SimulatedLink<Uint8Array>(random, {
        lossShare,
        duplicateShare,
        delayMs: () => random() * jitterTicks,
      });
      const sender = new InputSender(layout);
      const receiver = new InputReceiver(layout);
      const sent: number[][] = [];
      let applied = 0;
      let previous = -1;
      const takeAll = (most: number) => {
        const taken = [0, 0, 0, 0];
        for (let count = 0; count < most && receiver.take(taken); count++) {
          assert.ok(receiver.lastTakenTick > previous, "in order, and never twice");
          previous = receiver.lastTakenTick;
          assert.deepEqual(taken, sent[previous]);
          applied++;
        }
        assert.ok(receiver.depth <= MAX_UNCONFIRMED_INPUTS);
      };
      for (let tick = 0; tick < 200; tick++) {
        const values = [Math.floor(random() * 3) - 1, random() < 0.9 ? 0 : 1, random() * 6, random() < 0.2 ? 1 : 0];
        sender.push(values);
        sent.push(values);
        link.send(tick, sender.encode(tick, NO_ACK).slice());
        for (const frame of link.receive(tick)) assert.notEqual(receiver.accept(frame, tick), "malformed");
        takeAll(1);
        if (random() < 0.5) sender.confirm(receiver.lastTakenTick);
      }
      for (const frame of link.receive(1000)) receiver.accept(frame, 1000);
      takeAll(1000);
      const first = applied + receiver.lostCount;
      assert.ok(
        first <= 200 && previous - first < 200,
        "applied and lost account for every input from the first seen to the last",
      );
    }),
    { numRuns: 300 },
  );
});

/** Share of inputs applied exactly once over a link, and the longest run of server ticks without an input. */
function runLoss(seed: number, lossShare: number, ticks: number): { share: number; lost: number; duplicates: number } {
  const random = seededRandom(seed);
  const delayMs = () => Math.max(20, 80 + 20 * normal(random));
  const up = new SimulatedLink<Uint8Array>(random, { lossShare, delayMs });
  const down = new SimulatedLink<number>(random, { lossShare, delayMs });
  const sender = new InputSender(layout);
  const receiver = new InputReceiver(layout);
  const times = new Uint8Array(ticks);
  const taken = [0, 0, 0, 0];
  let tokens = 0;
  for (let tick = 0; tick < ticks + 60; tick++) {
    const nowMs = tick * TICK_MS;
    if (tick < ticks) sender.push([1, 0, random(), 0]);
    up.send(nowMs, sender.encode(nowMs, NO_ACK).slice());
    for (const frame of up.receive(nowMs)) receiver.accept(frame, nowMs);
    for (tokens = Math.min(8, tokens + 1); tokens > 0 && receiver.take(taken); tokens--)
      times[receiver.lastTakenTick]!++;
    down.send(nowMs, receiver.lastTakenTick);
    for (const confirmed of down.receive(nowMs)) sender.confirm(confirmed);
  }
  const once = times.filter((count) => count === 1).length;
  return { share: once / ticks, lost: receiver.lostCount, duplicates: times.filter((count) => count > 1).length };
}

test("[INP3] at 5 % and at 20 % loss at least 99.9 % of the inputs are applied exactly once", (context) => {
  for (const lossShare of [0.05, 0.2]) {
    for (const seed of [1, 2, 3]) {
      const { share, lost, duplicates } = runLoss(seed, lossShare, 9000);
      context.diagnostic(`loss ${lossShare * 100} %, seed ${seed}: ${(share * 100).toFixed(3)} % once, ${lost} lost`);
      assert.ok(share >= 0.999);
      assert.equal(duplicates, 0);
    }
  }
});

test("[INP4] inputs that the client stopped sending are skipped at once and counted as lost", () => {
  const sender = new InputSender(layout);
  const receiver = new InputReceiver(layout);
  sender.push([0, 0, 0, 0]);
  receiver.accept(sender.encode(0, NO_ACK), 0);
  for (let index = 0; index < 30; index++) sender.push([0, 0, 0, 0]);
  sender.restart(0, 0, 10);
  receiver.accept(sender.encode(0, NO_ACK), 0);
  const taken = [0, 0, 0, 0];
  receiver.take(taken);
  assert.deepEqual([receiver.lastTakenTick, receiver.lostCount], [0, 0]);
  receiver.take(taken);
  assert.deepEqual([receiver.lastTakenTick, receiver.lostCount], [21, 20]);
});

test("[INP5] a client that floods fills its own buffer and no more; the oldest are given up", () => {
  const sender = new InputSender(layout);
  const receiver = new InputReceiver(layout);
  for (let index = 0; index < 1000; index++) {
    sender.push([0, 0, index, 0]);
    receiver.accept(sender.encode(0, NO_ACK), 0);
  }
  assert.equal(receiver.depth, 64);
  assert.equal(receiver.lostCount, 936);
});

test("[INP5] a jump of the tick to its very end costs no more than any other frame", () => {
  const receiver = new InputReceiver(layout);
  const near = new InputSender(layout);
  near.push([0, 0, 0, 0]);
  receiver.accept(near.encode(0, NO_ACK), 0);
  const far = new InputSender(layout, { firstTick: 0x7fffffff });
  far.push([1, 0, 0, 0]);
  assert.equal(receiver.accept(far.encode(0, NO_ACK), 0), "accepted");
  const taken = [0, 0, 0, 0];
  assert.equal(receiver.take(taken), true);
  assert.equal(receiver.lastTakenTick, 0x7fffffff);
  assert.throws(() => far.push(taken), /past 2147483647/);
});

test("[INP6] bad frames change nothing", () => {
  const receiver = new InputReceiver(layout, { epoch: 1 });
  const sender = new InputSender(layout, { epoch: 1 });
  for (let index = 0; index < 3; index++) sender.push([0, 0, index, 0]);
  const frame = sender.encode(0, { newest: 9, mask: 0 }).slice();
  const bad: [string, Uint8Array][] = [
    ["empty", new Uint8Array(0)],
    ["cut", frame.subarray(0, frame.length - 1)],
    ["too long", Uint8Array.of(...frame, 0)],
    ["another kind", Uint8Array.of(0xfd, ...frame.subarray(1))],
    ["a reserved bit", Uint8Array.of(frame[0]!, frame[1]! | 0x80, ...frame.subarray(2))],
    ["huge", new Uint8Array(100_000).fill(0xfe)],
  ];
  for (const [name, bytes] of bad) assert.equal(receiver.accept(bytes, 0), "malformed", name);
  const foreign = Uint8Array.of(frame[0]!, (frame[1]! & 0xf0) | 2, ...frame.subarray(2));
  assert.equal(receiver.accept(foreign, 0), "foreign");
  assert.deepEqual([receiver.depth, receiver.header.snapshotTick, receiver.echoStamp], [0, -1, -1]);
  assert.equal(receiver.accept(frame, 0), "accepted");
  assert.equal(receiver.accept(frame, 0), "duplicate");
  assert.equal(receiver.depth, 3);
  const taken = [0, 0, 0, 0];
  while (receiver.take(taken));
  assert.equal(receiver.accept(frame, 0), "duplicate", "what was taken is never taken in again");
  assert.equal(receiver.depth, 0);
});

test("[INP1] an empty frame acknowledges snapshots", () => {
  const received = new ReceivedTicks();
  received.add(3);
  const receiver = new InputReceiver(layout);
  assert.equal(receiver.accept(new InputSender(layout).encode(1, received), 0), "duplicate");
  assert.equal(receiver.header.snapshotTick, 3);
});

test("[INP7] each input comes out with the moment that its player saw, whichever frame brought it", () => {
  const layout = new FieldLayout({ x: integer(0, 3) });
  const sender = new InputSender(layout);
  const receiver = new InputReceiver(layout);
  const frames: Uint8Array[] = [];
  for (let tick = 0; tick < 5; tick++) {
    sender.push([tick % 4]);
    frames.push(sender.encode(tick, { newest: 100 + tick, mask: 0 }, 97.25 + tick).slice());
  }
  receiver.accept(frames[2]!, 0);
  receiver.accept(frames[0]!, 0);
  receiver.accept(frames[4]!, 0);
  const seen: number[] = [];
  for (const into = [0]; receiver.take(into); ) seen.push(receiver.lastTakenViewTick);
  assert.deepEqual(seen, [97.25, 98.25, 99.25, 100.25, 101.25]);
});

test("[INP5] waiting inputs stay in order when more of them come than there was memory for", () => {
  const one = new FieldLayout({ number: integer(0, 127) });
  const sender = new InputSender(one);
  const receiver = new InputReceiver(one);
  const into = [0];
  const taken: number[] = [];
  for (let made = 0; made < MAX_UNCONFIRMED_INPUTS; made++) {
    sender.push([made]);
    if (made % 3 === 0) receiver.accept(sender.encode(0, NO_ACK), 0);
    if (made % 9 === 0 && receiver.take(into)) taken.push(into[0]!);
  }
  while (receiver.take(into)) taken.push(into[0]!);
  assert.deepEqual(
    taken,
    Array.from({ length: MAX_UNCONFIRMED_INPUTS }, (_, made) => made),
  );
  assert.equal(receiver.lostCount, 0);
});
