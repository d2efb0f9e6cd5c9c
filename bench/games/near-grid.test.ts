import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../shared/netcode/index.ts";
import { NearGrid } from "./near-grid.ts";

test("a grid finds those whom a look at everybody finds, and keeps who has not gone far", () => {
  const random = seededRandom(3);
  const entities = Array.from({ length: 300 }, () => ({ x: random() * 200 - 100, y: random() * 200 - 100, yaw: 0 }));
  const grid = new NearGrid<(typeof entities)[number]>({ enter: 20, leave: 25 });
  grid.fill([entities.slice(0, 100), entities.slice(100)]);
  for (const viewer of entities.slice(0, 40)) {
    const before = new Set(entities.filter((_, index) => index % 2 === 0));
    const within = (metres: number) => entities.filter(({ x, y }) => Math.hypot(x - viewer.x, y - viewer.y) <= metres);
    const expected = new Set([...within(20), ...within(25).filter((entity) => before.has(entity))]);
    assert.deepEqual(grid.near(viewer, before), expected);
  }
});
