import assert from "node:assert/strict";
import { test } from "node:test";
import { findCeiling, type Verdict } from "./ceiling-search.ts";

const SPACE = { start: 100, step: 10, max: 2_000, precision: 0.05 };

/** A server that carries exactly so many, and the numbers that it was tried with. */
function carrying(limit: number, outcome: "failed" | "load-bound" = "failed") {
  const tried: number[] = [];
  const trial = async (players: number): Promise<Verdict> => {
    tried.push(players);
    return players <= limit ? { outcome: "held" } : { outcome, why: `${players} are too many` };
  };
  return { tried, trial };
}

test("the ceiling is found from below, to the precision and in whole steps", async () => {
  for (const limit of [100, 137, 480, 999, 1_600]) {
    const found = await findCeiling({ ...SPACE, ...carrying(limit) });
    assert.ok(found.players <= limit && found.above! > limit, `${limit}: ${found.players} to ${found.above}`);
    assert.ok(found.above! - found.players <= Math.max(SPACE.step, 0.05 * found.players), `${limit} is too wide a gap`);
    assert.equal(found.players % SPACE.step, 0);
    assert.equal(found.outcome, "failed");
    assert.equal(found.why, `${found.above} are too many`);
  }
});

test("a ceiling below the start is found too, and none at all is 0", async () => {
  assert.equal((await findCeiling({ ...SPACE, ...carrying(40) })).players, 40);
  const none = await findCeiling({ ...SPACE, ...carrying(0) });
  assert.deepEqual([none.players, none.above], [0, 10]);
});

test("where everything holds, the bound is what was found", async () => {
  const { tried, trial } = carrying(Number.POSITIVE_INFINITY);
  const found = await findCeiling({ ...SPACE, trial });
  assert.deepEqual([found.players, found.outcome, found.above], [2_000, "bound", undefined]);
  assert.deepEqual(tried, [100, 200, 400, 800, 1_600, 2_000]);
});

test("one bad moment is no ceiling: a number that failed is tried once more", async () => {
  let bad = 1;
  const { trial } = carrying(Number.POSITIVE_INFINITY);
  const found = await findCeiling({
    ...SPACE,
    trial: async (players) => (players === 400 && bad-- > 0 ? { outcome: "failed", why: "a hitch" } : trial(players)),
  });
  assert.equal(found.players, 2_000);
});

test("a load at its limit is said, and not tried again", async () => {
  const { tried, trial } = carrying(500, "load-bound");
  const found = await findCeiling({ ...SPACE, trial });
  assert.equal(found.outcome, "load-bound");
  assert.equal(new Set(tried).size, tried.length);
});
