import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../shared/netcode/index.ts";
import { leastSquares } from "./least-squares.ts";

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length);
  for (const [at, value] of expected.entries()) assert.ok(Math.abs(actual[at]! - value) <= tolerance, `${actual}`);
}

test("coefficients that made the targets are found again, however different their columns are in size", () => {
  const random = seededRandom(3);
  const expected = [2.5, 0.01, 40];
  const rows = Array.from({ length: 12 }, () => [random(), random() * 10_000, random() / 100]);
  const targets = rows.map((row) => row.reduce((sum, value, at) => sum + value * expected[at]!, 0));
  near(leastSquares(rows, targets), expected);
});

test("a coefficient that would be negative is 0, and the others are the best without it", () => {
  const rows = [
    [1, 0],
    [1, 1],
    [1, 2],
  ];
  near(leastSquares(rows, [3, 2, 1]), [2, 0]);
});

test("of columns that say the same one is used", () => {
  const rows = [1, 2, 3].map((value) => [value, 2 * value]);
  const [a = 0, b = 0] = leastSquares(rows, [2, 4, 6]);
  near([a + 2 * b], [2]);
});

test("too few points are refused", () => {
  assert.throws(() => leastSquares([[1, 2]], [1]), /1 points do not determine 2 coefficients/);
  assert.throws(() => leastSquares([], []), /1 to 12 columns/);
});
