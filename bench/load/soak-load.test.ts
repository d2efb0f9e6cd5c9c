import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../shared/netcode/index.ts";
import { stayMs } from "./soak-load.ts";

test("stays are about as long as asked for, none shorter than two seconds, none longer than five times the mean", () => {
  const random = seededRandom(1);
  const stays = Array.from({ length: 5_000 }, () => stayMs(30_000, random));
  const mean = stays.reduce((sum, stay) => sum + stay, 0) / stays.length;
  assert.ok(Math.abs(mean - 30_000) < 2_000, `the mean is ${mean}`);
  assert.equal(Math.min(...stays), 2_000);
  assert.ok(Math.max(...stays) <= 150_000);
});
