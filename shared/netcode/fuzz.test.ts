// Every decoder against rubbish: random bytes, and real frames that were bent. FUZZ_FRAMES sets how many; FUZZ_SEED another course.
import assert from "node:assert/strict";
import { test } from "node:test";
import { angle, boolean, integer, range } from "../schema/motion.ts";
import { BitReader } from "./bit-reader.ts";
import { BitWriter } from "./bit-writer.ts";
import { FieldLayout } from "./field-layout.ts";
import { FrameKind, frameKindOf, MAX_FRAME_BYTES } from "./frame-kind.ts";
import { IdSet } from "./id-set.ts";
import { MAX_UNCONFIRMED_INPUTS } from "./input-frames.ts";
import { InputReceiver } from "./input-receiver.ts";
import { InputSender } from "./input-sender.ts";
import { seededRandom } from "./random.ts";
import { SnapshotDecoder } from "./snapshot-decoder.ts";
import { SnapshotEncoder } from "./snapshot-encoder.ts";
import { SnapshotHistory } from "./snapshot-history.ts";
import { SnapshotSchema } from "./snapshot-schema.ts";

/** Frames for each decoder; CI asks for a million. */
const FRAMES = Number(process.env["FUZZ_FRAMES"] ?? 100_000);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_261_120);
/** Longest that one frame may take, in ms; a loop that a frame could stretch would take several seconds. */
const SLOW_MS = 1000;
const CAPACITY = 64;

const schema = new SnapshotSchema({
  player: { x: range(-20, 20, 16), y: range(-20, 20, 16), yaw: angle(8), alive: boolean() },
  crate: { x: range(-20, 20, 12), stock: integer(0, 9) },
});
const layout = new FieldLayout({ moveX: integer(-1, 1), aim: angle(16), fire: boolean(), throttle: range(0, 1, 7) });

/** A course of mutations over honest frames; `next` gives a frame that may be anything. */
class Mutator {
  /** Frames are taken from about here in the honest ones, because most decoders only look closely at what comes next. */
  around = 0;
  private readonly random: () => number;
  private readonly honest: Uint8Array[];
  private readonly firstByte: number;

  constructor(seed: number, honest: Uint8Array[], firstByte: number) {
    this.random = seededRandom(seed);
    this.honest = honest;
    this.firstByte = firstByte;
  }

  next(): Uint8Array {
    const choice = this.random();
    if (choice < 0.15) return this.noise();
    if (choice < 0.3) return this.headed();
    const frame = this.pick().slice();
    if (choice < 0.65) return this.flipBits(frame);
    if (choice < 0.75) return frame.subarray(0, this.below(frame.length + 1));
    if (choice < 0.85) return Uint8Array.of(...frame, ...this.noise().subarray(0, 40));
    if (choice < 0.95)
      return Uint8Array.of(...frame.subarray(0, this.below(frame.length)), ...this.pick().subarray(this.below(20)));
    return frame;
  }

  private noise(): Uint8Array {
    const length = this.random() < 0.02 ? this.below(3 * MAX_FRAME_BYTES) : this.below(200);
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** A valid head with noise behind it: gets past the first checks. */
  private headed(): Uint8Array {
    const noise = this.noise();
    noise[0] = this.firstByte;
    if (noise.length > 1) noise[1] = this.below(16) << 4;
    if (noise.length > 5) noise[5] = this.below(2);
    return noise;
  }

  private flipBits(frame: Uint8Array): Uint8Array {
    for (let count = 1 + this.below(6); count > 0; count--) {
      const bit = this.below(frame.length * 8);
      frame[bit >>> 3]! ^= 1 << (bit & 7);
    }
    return frame;
  }

  private pick(): Uint8Array {
    const index = this.random() < 0.2 ? this.below(this.honest.length) : this.around - 3 + this.below(8);
    return this.honest[Math.max(0, Math.min(this.honest.length - 1, index))]!;
  }

  private below(end: number): number {
    return Math.floor(this.random() * end);
  }
}

function honestSnapshots(): Uint8Array[] {
  const random = seededRandom(1);
  const history = new SnapshotHistory(schema, CAPACITY);
  const encoder = new SnapshotEncoder(history, { budgetBytes: 300 });
  const decoder = new SnapshotDecoder(schema, { capacity: CAPACITY });
  const ids = Array.from({ length: 40 }, (_, index) => history.add(index % 2));
  return Array.from({ length: 100 }, (_, tick) => {
    for (const id of ids) if (random() < 0.6) history.set(id, 0, random() * 40 - 20);
    history.commit(tick);
    const visible = ids.filter((id) => (id + (tick >> 3)) % 5 !== 0);
    const frame = encoder.encode({ visible, inputTick: tick, echoStamp: tick }).slice();
    if (random() < 0.8) decoder.decode(frame);
    encoder.acknowledge(decoder.received.newest, decoder.received.mask);
    return frame;
  });
}

function honestInputs(): Uint8Array[] {
  const random = seededRandom(2);
  const sender = new InputSender(layout);
  return Array.from({ length: 100 }, (_, tick) => {
    sender.push([random() < 0.5 ? 0 : 1, random() < 0.5 ? 1 : 6 * random(), 0, random()]);
    if (tick % 7 === 0) sender.confirm(tick - 4);
    return sender.encode(tick * 33, { newest: tick, mask: tick * 77 }).slice();
  });
}

function timed(decode: () => void, seed: number, index: number): void {
  const start = performance.now();
  decode();
  const tookMs = performance.now() - start;
  assert.ok(tookMs < SLOW_MS, `seed ${seed}, frame ${index} took ${tookMs} ms`);
}

test(`[SNAP14] ${FRAMES} bent snapshots: no throw, no hang, no growth, and honest ones still decode afterwards`, (context) => {
  context.diagnostic(`FUZZ_SEED=${SEED}`);
  const honest = honestSnapshots();
  const mutator = new Mutator(SEED, honest, FrameKind.snapshot);
  let decoder = new SnapshotDecoder(schema, { capacity: CAPACITY });
  const outcomes: Record<string, number> = {};
  for (let index = 0; index < FRAMES; index++) {
    // A bent tick far ahead would make the rest old: begin again now and then, with something in hand.
    if (index % 20 === 0) {
      decoder = new SnapshotDecoder(schema, { capacity: CAPACITY });
      mutator.around = 10 + ((index / 20) % 80);
      for (const frame of honest.slice(0, mutator.around)) decoder.decode(frame);
    }
    const frame = mutator.next();
    timed(
      () => {
        const outcome = decoder.decode(frame);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      },
      SEED,
      index,
    );
    assert.ok(
      decoder.entities.size <= CAPACITY &&
        decoder.spawned.length <= CAPACITY &&
        decoder.despawned.length <= 2 * CAPACITY,
    );
    for (const track of decoder.entities.values()) {
      const { length, id, layout } = track;
      assert.ok(length <= 32 && id < CAPACITY);
      for (let field = 0; field < layout.size; field++) {
        const value = track.quantizedAt(length - 1, field);
        assert.ok(value >= 0 && value < 2 ** layout.bits[field]!);
      }
    }
  }
  context.diagnostic(JSON.stringify(outcomes));
  for (const outcome of ["applied", "late", "duplicate", "foreign", "unusable", "malformed"])
    assert.ok((outcomes[outcome] ?? 0) > FRAMES / 2000, outcome);
  const fresh = new SnapshotDecoder(schema, { capacity: CAPACITY });
  assert.equal(fresh.decode(honest[0]!), "applied");
});

test(`[INP6] ${FRAMES} bent input frames: no throw, no hang, no growth, values in range, order kept`, (context) => {
  context.diagnostic(`FUZZ_SEED=${SEED}`);
  const mutator = new Mutator(SEED + 1, honestInputs(), FrameKind.input);
  let receiver = new InputReceiver(layout);
  const outcomes: Record<string, number> = {};
  const taken = [0, 0, 0, 0];
  for (let index = 0; index < FRAMES; index++) {
    if (index % 50 === 0) {
      receiver = new InputReceiver(layout);
      mutator.around = (index / 50) % 100;
    }
    const frame = mutator.next();
    timed(
      () => {
        const outcome = receiver.accept(frame, index);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      },
      SEED + 1,
      index,
    );
    assert.ok(receiver.depth >= 0 && receiver.depth <= MAX_UNCONFIRMED_INPUTS);
    const before = receiver.lastTakenTick;
    if (receiver.take(taken)) {
      assert.ok(receiver.lastTakenTick > before);
      const [moveX, aim, fire, throttle] = taken as [number, number, number, number];
      assert.ok(
        Math.abs(moveX) <= 1 &&
          aim >= -Math.PI &&
          aim < Math.PI &&
          (fire === 0 || fire === 1) &&
          throttle >= 0 &&
          throttle <= 1,
      );
    }
  }
  context.diagnostic(JSON.stringify(outcomes));
  for (const outcome of ["accepted", "duplicate", "foreign", "malformed"])
    assert.ok((outcomes[outcome] ?? 0) > FRAMES / 2000, outcome);
});

for (const isShared of [false, true]) {
  const what = isShared ? "an encoder that shares" : "an encoder";
  test(`[SNAP12] ${FRAMES} made-up acks never make ${what} throw, nor write past its budget`, () => {
    const random = seededRandom(SEED + 2);
    const history = new SnapshotHistory(schema, CAPACITY);
    const everybody = new IdSet(CAPACITY);
    if (isShared) history.share(everybody);
    const encoders = [1, 2].map(() => new SnapshotEncoder(history, { budgetBytes: 200 }));
    const ids = Array.from({ length: CAPACITY }, (_, index) => history.add(index % 2));
    everybody.assign(ids);
    for (let tick = 0; tick < FRAMES / 40; tick++) {
      for (const id of ids) if (random() < 0.2) history.set(id, 0, random() * 40 - 20);
      history.commit(tick);
      let visible = ids;
      for (const encoder of encoders) {
        for (let count = 0; count < 20; count++) {
          const newest = random() < 0.5 ? tick - Math.floor(random() * 40) : Math.floor((random() - 0.5) * 2 ** 33);
          encoder.acknowledge(newest, Math.floor(random() * 2 ** 32), Math.floor(random() * 2));
        }
        if (random() < 0.1) visible = ids.filter(() => random() < 0.95);
        const frame = encoder.encode({ visible });
        assert.ok(frame.length <= 200);
      }
    }
  });
}

test(`${FRAMES} readings of noise through the bit reader stay in range and come to an end`, () => {
  const random = seededRandom(SEED + 3);
  const reader = new BitReader();
  for (let index = 0; index < FRAMES; index++) {
    const bytes = Uint8Array.from({ length: Math.floor(random() * 12) }, () => random() * 256);
    reader.reset(bytes);
    frameKindOf(bytes);
    for (let reads = 0; !reader.overflowed; reads++) {
      assert.ok(reads <= 97);
      const bits = 1 + Math.floor(random() * 32);
      const value = random() < 0.5 ? reader.read(bits) : reader.readVarint(1 + (bits & 15));
      assert.ok(value >= 0 && value < 2 ** 32);
    }
  }
});

test("[BIT4] a writer given rubbish to write stays inside its bytes", () => {
  const random = seededRandom(SEED + 4);
  for (let index = 0; index < 10_000; index++) {
    const bytes = new Uint8Array(16).fill(0xa5);
    const writer = new BitWriter(bytes.subarray(0, 8));
    while (!writer.overflowed) writer.write((random() - 0.5) * 2 ** 40, 1 + Math.floor(random() * 32));
    writer.finish();
    assert.deepEqual(
      [...bytes.subarray(8)],
      Array.from({ length: 8 }, () => 0xa5),
    );
  }
});
