// What a client may know, and nothing else, is in what it is sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { minBudgetBytes, SnapshotDecoder, seededRandom } from "../../../shared/netcode/index.ts";
import { type Dot, NetcodeBench, type NetcodeSeat } from "./testing/netcode-bench.ts";

const INTEREST = { enter: 30, leave: 40 };

const metres = (a: Dot, b: Dot): number => Math.hypot(a.x - b.x, a.y - b.y);
/** A field of 24 bits over a kilometre is off by this at most, in each coordinate. */
const ROUNDING = 1e-4;

/** Where the dots are that a client holds, in whole metres along x. */
const heldX = ({ player }: NetcodeSeat): number[] =>
  [...player.entities("dots")].map(({ x }) => Math.round(x ?? Number.NaN));

/** Dots and viewers that wander about, cross borders all the time, and now and then jump. */
function wander(bench: NetcodeBench, random: () => number): void {
  for (const dot of bench.dots) {
    dot.x = Math.max(-90, Math.min(90, dot.x + (random() - 0.5) * 4));
    dot.y = Math.max(-90, Math.min(90, dot.y + (random() - 0.5) * 4));
    if (random() < 0.002) Object.assign(dot, { x: (random() - 0.5) * 180, y: (random() - 0.5) * 180 });
  }
}

for (const seed of [1, 2, 3]) {
  test(`no record and no held entity is beyond the leave radius, at 20 % loss and over reconnections (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const bench = new NetcodeBench({ interest: INTEREST });
    for (let dot = 0; dot < 60; dot++) bench.add((random() - 0.5) * 180, (random() - 0.5) * 180);
    const seats = [...bench.dots].slice(0, 3).map((dot, index) => bench.join(`s${index}`, dot));
    let records = 0;
    for (let tick = 0; tick < 600; tick++) {
      wander(bench, random);
      bench.step();
      for (const seat of seats) {
        if (random() < 0.01) {
          bench.connect(seat);
          continue;
        }
        if (random() < 0.2 && seat.player.decoder) seat.downlink.drop(seat.downlink.length - 1);
        seat.downlink.deliver();
        records += checkSight(bench, seat);
        bench.answer(seat);
        if (random() < 0.2) seat.uplink.drop(0);
        seat.uplink.deliver();
      }
    }
    assert.ok(records > 5_000, `${records} records were looked at`);
    for (const { player } of seats) assert.equal(player.outcomes.malformed + player.outcomes.unusable, 0);
  });
}

/** Looks at what a client was told of in its newest frame, and holds after it. Gives how many records that were. */
function checkSight(bench: NetcodeBench, { dot, player }: NetcodeSeat): number {
  const { decoder } = player;
  if (!decoder || decoder.header.tick !== bench.tick) return 0;
  const places = [...bench.dots].filter((other) => other !== dot);
  let records = 0;
  for (const track of decoder.entities.values()) {
    if (track.kind === bench.wire.selfKind) continue;
    const at = [0, 0];
    track.sample(track.newestTick, at);
    const held = { x: at[0]!, y: at[1]!, team: 0 };
    assert.ok(metres(held, dot) <= INTEREST.leave + ROUNDING, `holds something ${metres(held, dot)} m away`);
    if (track.newestTick !== bench.tick) continue;
    records += 1;
    assert.ok(
      places.some((other) => metres(other, held) < ROUNDING),
      "and it is where it is said to be",
    );
  }
  const inside = places.filter((other) => metres(other, dot) <= INTEREST.enter).length;
  if (decoder.header.isComplete) assert.ok(decoder.entities.size - 1 >= inside, "who is near is told of");
  return records;
}

test("what happens out of sight changes no bit of what a client is sent", () => {
  const record = (seed: number): string[] => {
    const frames: string[] = [];
    const [near, hidden] = [seededRandom(7), seededRandom(seed)];
    const bench = new NetcodeBench({ interest: INTEREST });
    const seat = bench.join("s", bench.add(0, 0), (frame) => frames.push(Buffer.from(frame).toString("hex")));
    const seen = Array.from({ length: 10 }, () => bench.add((near() - 0.5) * 40, (near() - 0.5) * 40));
    const far = Array.from({ length: 40 }, () => bench.add(200, 200));
    for (let tick = 0; tick < 100; tick++) {
      for (const dot of seen) dot.x += near() - 0.5;
      for (const dot of far) {
        const turn = hidden() * 2 * Math.PI;
        const away = INTEREST.leave + 0.01 + hidden() * 200;
        Object.assign(dot, { x: away * Math.cos(turn), y: away * Math.sin(turn) });
      }
      if (tick === 50) bench.connect(seat);
      bench.round();
    }
    return frames;
  };
  const frames = record(1);
  assert.ok(frames.length > 100);
  assert.deepEqual(record(2), frames);
});

test("on the border an entity neither comes and goes, nor comes before it is near", () => {
  const bench = new NetcodeBench({ interest: INTEREST });
  const seat = bench.join("s", bench.add(0, 0));
  const [inner, outer] = [bench.add(29, 0), bench.add(39, 0)];
  bench.round();
  for (let tick = 0; tick < 100; tick++) {
    inner.x = tick % 2 === 0 ? 31 : 39;
    outer.x = tick % 2 === 0 ? 31 : 41;
    bench.round();
    const { decoder } = seat.player;
    assert.deepEqual([decoder!.spawned.length, decoder!.despawned.length], [0, 0], `tick ${tick}`);
    assert.deepEqual(heldX(seat), [inner.x]);
  }
  inner.x = INTEREST.leave + 0.1;
  bench.round();
  assert.deepEqual(heldX(seat), []);
  inner.x = INTEREST.enter + 0.1;
  bench.round();
  assert.deepEqual(heldX(seat), [], "it must come nearer than it had to go away");
});

test("what everybody always sees is sent however far it is, also to a client that is nowhere", () => {
  const bench = new NetcodeBench({ interest: INTEREST, isAlwaysSeen: (dot) => (dot as Dot).team === 9 });
  const flag = bench.add(400, 400, 9);
  bench.add(300, 300);
  const [player, spectator] = [bench.join("p", bench.add(0, 0)), bench.join("w", { x: 0, y: 0, team: 0 })];
  bench.seats.set("w", { ...spectator, dot: undefined as unknown as Dot });
  for (let tick = 0; tick < 5; tick++) bench.round();
  for (const seat of [player, spectator]) {
    assert.deepEqual(heldX(seat), [flag.x]);
  }
});

test("who may not be seen is not sent, by team, and is taken away when the team changes", () => {
  const bench = new NetcodeBench({ canSee: (viewer, dot) => (viewer as Dot).team === (dot as Dot).team });
  const [red, blue] = [bench.join("red", bench.add(0, 0, 1)), bench.join("blue", bench.add(1, 0, 2))];
  const dots = [bench.add(10, 0, 1), bench.add(20, 0, 2), bench.add(30, 0, 1)];
  bench.round();
  assert.deepEqual([heldX(red), heldX(blue)], [[10, 30], [20]]);
  dots[2]!.team = 2;
  bench.round();
  assert.deepEqual([heldX(red), heldX(blue)], [[10], [20, 30]]);
});

test("[SNAP15] the own state is in every snapshot, however small the budget and however many others wait", () => {
  const wire = new NetcodeBench().wire;
  const bench = new NetcodeBench({ budgetBytes: minBudgetBytes(wire.snapshots), weight: () => 1_000 });
  const seat = bench.join("s", bench.add(0, 0));
  for (let dot = 0; dot < 1_100; dot++) bench.add(dot / 10, 0);
  const own = [0, 0];
  for (let tick = 0; tick < 1_500; tick++) {
    for (const dot of bench.dots) dot.y = (dot.y + 0.01) % 100;
    bench.round();
    const self = [...seat.player.decoder!.entities.values()].find(({ kind }) => kind === wire.selfKind);
    assert.equal(self?.newestTick, bench.tick);
    self.sample(bench.tick, own);
    assert.ok(Math.abs(own[1]! - seat.dot.y) < ROUNDING);
  }
  assert.ok(seat.player.decoder!.entities.size > 1_000, "and the others come too");
});

test("[FRM3] a reconnected client begins a new epoch: a welcome, keyframes, and nothing of the old one counts", () => {
  const bench = new NetcodeBench();
  const sent: Uint8Array[] = [];
  const seat = bench.join("s", bench.add(0, 0), (frame) => sent.push(frame));
  bench.add(5, 5);
  for (let tick = 0; tick < 10; tick++) bench.round();
  const before = seat.player.decoder!;
  const oldInput = seat.player.inputFrame({ moveX: 1 }, bench.nowMs)!.slice();
  assert.equal(before.epoch, 0);
  for (let life = 1; life <= 17; life++) {
    bench.netcode.disconnect("s");
    bench.connect(seat);
    bench.step();
    assert.equal(seat.downlink.length, 2, "a welcome and one snapshot");
    seat.downlink.deliver();
    assert.equal(seat.player.decoder!.epoch, life % 16);
    assert.equal(seat.player.decoder!.entities.size, 2, "all of it is told anew");
  }
  const { size } = bench.netcode.inputsOf("s")!;
  assert.equal(bench.netcode.inputsOf("s")!.receive(oldInput, bench.nowMs), true, "late, and no fault");
  assert.equal(bench.netcode.inputsOf("s")!.size, size, "but taken for nothing");
  assert.equal(seat.player.outcomes.foreign, 0);
  bench.step();
  const ofNow = new SnapshotDecoder(bench.wire.snapshots, { epoch: 0, capacity: bench.wire.capacity });
  assert.equal(ofNow.decode(sent.at(-1)!), "foreign");
});
