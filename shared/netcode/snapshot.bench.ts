// Times one client's snapshot of 60 walkers against plain ways of sending the same: node shared/netcode/snapshot.bench.ts
import { SnapshotDecoder } from "./snapshot-decoder.ts";
import { SnapshotEncoder } from "./snapshot-encoder.ts";
import { WalkingWorld } from "./testing/walking-world.ts";

const ROUNDS = 6000;
const WARM_UP = 1000;

type Result = { name: string; bytes: number; medianUs: number; p99Us: number };

function summarize(name: string, bytes: number, times: number[]): Result {
  const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * sorted.length)] ?? 0) * 1000;
  return { name, bytes, medianUs: at(0.5), p99Us: at(0.99) };
}

function run(count: number, budgetBytes: number): Result[] {
  const world = new WalkingWorld(1, count);
  const encoder = new SnapshotEncoder(world.history, { budgetBytes });
  const decoder = new SnapshotDecoder(world.history.schema, { capacity: count });
  const acks: { newest: number; mask: number }[] = [];
  const times = {
    commit: [] as number[],
    encode: [] as number[],
    decode: [] as number[],
    json: [] as number[],
    floats: [] as number[],
  };
  const floats = new DataView(new ArrayBuffer(count * 14));
  let bytes = 0;
  let jsonBytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    world.step();
    const stepped = performance.now();
    const ack = acks[acks.length - 3];
    if (ack !== undefined) encoder.acknowledge(ack.newest, ack.mask);
    const visible = world.ids;
    const from = performance.now();
    const frame = encoder.encode({ visible, inputTick: round, echoStamp: 1 });
    const encoded = performance.now();
    decoder.decode(frame);
    const decoded = performance.now();
    const text = JSON.stringify(world.walkers.map(({ id, x, y, heading }) => ({ id, x, y, yaw: heading })));
    const stringified = performance.now();
    let at = 0;
    for (const { id, x, y, heading } of world.walkers) {
      floats.setUint16(at, id);
      floats.setFloat32(at + 2, x);
      floats.setFloat32(at + 6, y);
      floats.setFloat32(at + 10, heading);
      at += 14;
    }
    const floated = performance.now();
    times.commit.push(stepped - start);
    times.encode.push(encoded - from);
    times.decode.push(decoded - encoded);
    times.json.push(stringified - decoded);
    times.floats.push(floated - stringified);
    acks.push({ newest: decoder.received.newest, mask: decoder.received.mask });
    if (acks.length > 8) acks.shift();
    bytes += frame.length;
    jsonBytes = text.length;
  }
  return [
    summarize("walk, quantise and commit (once a room)", 0, times.commit),
    summarize("snapshot encode", bytes / ROUNDS, times.encode),
    summarize("snapshot decode", bytes / ROUNDS, times.decode),
    summarize("JSON.stringify", jsonBytes, times.json),
    summarize("float32 in a DataView", count * 14, times.floats),
  ];
}

for (const [count, budget] of [
  [60, 1150],
  [200, 600],
] as const) {
  process.stdout.write(`\n${count} walkers, budget ${budget} B, acks 3 ticks late, Node ${process.version}\n`);
  for (const { name, bytes, medianUs, p99Us } of run(count, budget)) {
    const size = bytes === 0 ? "" : `${bytes.toFixed(0)} B`;
    process.stdout.write(
      `${name.padEnd(42)}${size.padStart(8)}  median ${medianUs.toFixed(1)} µs  p99 ${p99Us.toFixed(1)} µs\n`,
    );
  }
}
