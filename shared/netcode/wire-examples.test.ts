// The examples of SPEC.md are what the code writes: a decoder in another language may be tested with them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { angle, boolean, integer, range } from "../schema/motion.ts";
import { FieldLayout } from "./field-layout.ts";
import { InputSender } from "./input-sender.ts";
import { SnapshotDecoder } from "./snapshot-decoder.ts";
import { SnapshotEncoder } from "./snapshot-encoder.ts";
import { SnapshotHistory } from "./snapshot-history.ts";
import { SnapshotSchema } from "./snapshot-schema.ts";

const spec = readFileSync(new URL("../../SPEC.md", import.meta.url), "utf8");

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** The frame that SPEC.md shows after `**Example <name>**`. */
function example(name: string): string {
  const found = new RegExp(`\\*\\*Example ${name}\\*\\*[^\`]*\`([0-9a-f ]+)\``).exec(spec);
  assert.ok(found, `SPEC.md has an example ${name}`);
  return found[1]!;
}

test("[SNAP1] the keyframe, the delta and the removal of SPEC.md are what the encoder writes and the decoder reads", () => {
  const schema = new SnapshotSchema({ player: { x: range(-20, 20, 16), y: range(-20, 20, 16), yaw: angle(8) } });
  const history = new SnapshotHistory(schema, 4);
  const encoder = new SnapshotEncoder(history, { epoch: 1 });
  const decoder = new SnapshotDecoder(schema, { epoch: 1, capacity: 4 });
  const id = history.add(0);
  const send = (tick: number, x: number, visible: number[]) => {
    history.set(id, 0, x);
    history.set(id, 1, -2);
    history.set(id, 2, Math.PI / 2);
    history.commit(tick);
    const frame = encoder.encode({ visible, inputTick: 70, inputDepth: 2, echoStamp: 0x1234, echoHoldMs: 9 });
    assert.equal(decoder.decode(frame), "applied");
    encoder.acknowledge(decoder.received.newest, decoder.received.mask, 1);
    return hex(frame);
  };
  assert.equal(send(100, 1, [id]), example("keyframe"));
  assert.equal(send(101, 1.2, [id]), example("delta"));
  assert.equal(send(102, 1.2, []), example("removal"));
});

test("[INP1] the input frame of SPEC.md is what the sender writes", () => {
  const layout = new FieldLayout({ moveX: integer(-1, 1), moveY: integer(-1, 1), aim: angle(16), fire: boolean() });
  const sender = new InputSender(layout, { epoch: 1, firstTick: 71 });
  sender.push([1, 0, Math.PI / 2, 0]);
  sender.push([1, 0, Math.PI / 2, 0]);
  sender.push([1, 0, Math.PI / 2, 1]);
  assert.equal(hex(sender.encode(0x51234, { newest: 102, mask: 0b11 })), example("input"));
});

test("[SNAP2] the fingerprint of SPEC.md is the schema's", () => {
  const schema = new SnapshotSchema({ player: { x: range(-20, 20, 16), y: range(-20, 20, 16), yaw: angle(8) } });
  assert.ok(spec.includes(`\`${schema.fingerprint.toString(16).padStart(8, "0")}\``));
});
