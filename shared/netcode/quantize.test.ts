// Quantisation keeps its stated error and survives what a stranger may send.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  angleBetween,
  angleError,
  dequantizeAngle,
  dequantizeInteger,
  dequantizeRange,
  integerBits,
  quantizeAngle,
  quantizeInteger,
  quantizeRange,
  rangeError,
} from "./quantize.ts";

const bits = fc.integer({ min: 1, max: 30 });
const range = fc
  .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
  .map(([min, size]) => ({ min, max: min + size }));
/** Float rounding of the arithmetic itself, relative to the size of the numbers in it. */
const ROUNDING = 1e-15;

test("[QNT1] a value of the range comes back within (max - min) / (2^bits - 1) / 2", () => {
  fc.assert(
    fc.property(range, bits, fc.double({ min: 0, max: 1, noNaN: true }), ({ min, max }, width, share) => {
      const value = min + share * (max - min);
      const back = dequantizeRange(quantizeRange(value, min, max, width), min, max, width);
      const slack = ROUNDING * Math.max(Math.abs(min), Math.abs(max));
      assert.ok(Math.abs(back - value) <= rangeError(min, max, width) * (1 + 1e-6) + slack);
    }),
    { numRuns: 2000 },
  );
});

test("[QNT1] quantising what came back gives the same index", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 24 }), fc.nat(), (width, raw) => {
      const index = raw % 2 ** width;
      assert.equal(quantizeRange(dequantizeRange(index, -20, 20, width), -20, 20, width), index);
      assert.equal(quantizeAngle(dequantizeAngle(index, width), width), index);
    }),
    { numRuns: 2000 },
  );
});

test("[QNT2] an angle of any size comes back within π / 2^bits the short way round, in [-π, π)", () => {
  fc.assert(
    fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), bits, (radians, width) => {
      const index = quantizeAngle(radians, width);
      assert.ok(Number.isInteger(index) && index >= 0 && index < 2 ** width && !Object.is(index, -0));
      const back = dequantizeAngle(index, width);
      assert.ok(back >= -Math.PI && back < Math.PI);
      assert.ok(Math.abs(angleBetween(radians, back)) <= angleError(width) + 1e-12);
    }),
    { numRuns: 2000 },
  );
});

test("[QNT4] every number a float can hold, NaN and infinities too, quantises to an index of the range", () => {
  fc.assert(
    fc.property(fc.double(), bits, (value, width) => {
      for (const index of [quantizeRange(value, -5, 5, width), quantizeAngle(value, width)]) {
        assert.ok(Number.isInteger(index) && index >= 0 && index < 2 ** width);
      }
      const offset = quantizeInteger(value, -3, 4);
      assert.ok(Number.isInteger(offset) && offset >= 0 && offset <= 7);
    }),
    { numRuns: 2000 },
  );
  assert.equal(dequantizeInteger(quantizeInteger(Number.NaN, -1, 1), -1, 1), 0);
  assert.equal(quantizeRange(Number.NaN, 3, 9, 8), 0);
  assert.equal(quantizeRange(Number.POSITIVE_INFINITY, 3, 9, 8), 255);
});

test("[QNT3] integers are exact, and an offset past the range gives its end", () => {
  assert.equal(integerBits(-1, 1), 2);
  assert.equal(integerBits(0, 0), 1);
  assert.equal(integerBits(0, 255), 8);
  for (let value = -3; value <= 9; value++)
    assert.equal(dequantizeInteger(quantizeInteger(value, -3, 9), -3, 9), value);
  assert.equal(dequantizeInteger(15, -3, 9), 9);
});
