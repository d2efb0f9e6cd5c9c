// Declarations are checked when the room is made, and both ends can tell that theirs are the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { angle, boolean, integer, range } from "../schema/motion.ts";
import { FieldLayout, MAX_FIELDS } from "./field-layout.ts";
import { SnapshotSchema } from "./snapshot-schema.ts";

const player = { x: range(-20, 20, 16), y: range(-20, 20, 16), yaw: angle(8) };

test("a layout compiles to flat arrays in the order of its declaration", () => {
  const layout = new FieldLayout({ ...player, health: integer(0, 100), alive: boolean() });
  assert.deepEqual(layout.names, ["x", "y", "yaw", "health", "alive"]);
  assert.deepEqual([...layout.bits], [16, 16, 8, 7, 1]);
  assert.deepEqual([...layout.isAngle], [0, 0, 1, 0, 0]);
  assert.equal(layout.totalBits, 48);
  assert.equal(layout.indexOf("yaw"), 2);
  assert.throws(() => layout.indexOf("z"), /no field "z".*x, y, yaw/);
});

test("[QNT5] every field keeps its stated error", () => {
  const layout = new FieldLayout({ ...player, health: integer(0, 100), alive: boolean() });
  fc.assert(
    fc.property(fc.double({ min: -20, max: 20, noNaN: true }), fc.integer({ min: 0, max: 100 }), (x, health) => {
      assert.ok(Math.abs(layout.dequantize(0, layout.quantize(0, x)) - x) <= layout.maxError(0) + 1e-12);
      assert.equal(layout.dequantize(3, layout.quantize(3, health)), health);
      assert.equal(layout.dequantize(4, layout.quantize(4, 1)), 1);
    }),
  );
});

test("between two values ranges go straight, angles the short way round, and flags jump at the end", () => {
  const layout = new FieldLayout({ ...player, alive: boolean() });
  assert.equal(layout.interpolate(0, 1, 3, 0.25), 1.5);
  assert.ok(Math.abs(Math.abs(layout.interpolate(2, 3, -3, 0.5)) - Math.PI) < 1e-9);
  assert.equal(layout.interpolate(3, 0, 1, 0.99), 0);
  assert.equal(layout.interpolate(3, 0, 1, 1), 1);
});

test("a field that cannot be sent is refused with its name, the bound and the way out", () => {
  assert.throws(() => new FieldLayout({ x: range(5, 5, 8) }), /field "x": min 5 must be below max 5/);
  assert.throws(() => new FieldLayout({ x: range(0, 1, 25) }), /field "x": 25 bits; a field has 1 to 24/);
  assert.throws(() => new FieldLayout({ x: range(0, Number.NaN, 8) }), /must be finite/);
  assert.throws(() => new FieldLayout({ n: integer(0.5, 3) }), /must be integers/);
  assert.throws(() => new FieldLayout({ n: integer(0, 2 ** 25) }), /26 bits/);
  assert.throws(() => new FieldLayout({}), /1 to 16 fields/);
  const tooMany = Object.fromEntries(Array.from({ length: MAX_FIELDS + 1 }, (_, index) => [`f${index}`, boolean()]));
  assert.throws(() => new FieldLayout(tooMany), /not 17/);
});

test("[SNAP2] fingerprints are equal for equal declarations and differ for any change of kind, name, order or quantisation", () => {
  const of = (motion: ConstructorParameters<typeof SnapshotSchema>[0]) => new SnapshotSchema(motion).fingerprint;
  const base = of({ player });
  assert.equal(
    of({ player: { x: range(-20, 20, 16), y: { max: 20, min: -20, bits: 16, type: "range" }, yaw: angle(8) } }),
    base,
  );
  const others = [
    of({ bullet: player }),
    of({ player: { y: player.y, x: player.x, yaw: player.yaw } }),
    of({ player: { ...player, x: range(-20, 20, 15) } }),
    of({ player, bullet: { x: player.x } }),
  ];
  assert.equal(new Set([base, ...others]).size, 5);
});

test("a kind number takes no bits when there is one kind, and the row is as wide as the widest kind", () => {
  assert.equal(new SnapshotSchema({ player }).kindBits, 0);
  const two = new SnapshotSchema({ player, bullet: { x: player.x, y: player.y } });
  assert.equal(two.kindBits, 1);
  assert.equal(two.stride, 3);
  assert.equal(two.kindOf("bullet"), 1);
  assert.throws(() => two.kindOf("car"), /no entity kind "car"/);
  assert.throws(() => new SnapshotSchema({}), /1 to 8 kinds/);
});
