// The named profiles: the figures that were promised, and that the README tells the same ones.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { checkConditions, meanLossRate } from "./link-conditions.ts";
import {
  DIRECTIONS,
  describeProfile,
  isProfileName,
  PROFILE_FIGURES,
  PROFILE_NAMES,
  type ProfileFigures,
  profile,
  repeatedBlackouts,
} from "./profiles.ts";

test("lossy is 5 % loss, 80 ms and 20 ms jitter of the round trip, half of the times each way", () => {
  for (const direction of DIRECTIONS) {
    const { loss, delayMs, jitterMs } = profile("lossy")[direction];
    assert.deepEqual(
      { loss, delayMs, jitterMs },
      { loss: { kind: "independent", rate: 0.05 }, delayMs: 40, jitterMs: 10 },
    );
  }
});

test("awful is 20 % loss and 200 ms of the round trip, half of the time each way", () => {
  for (const direction of DIRECTIONS) {
    const { loss, delayMs } = profile("awful")[direction];
    assert.deepEqual({ loss, delayMs }, { loss: { kind: "independent", rate: 0.2 }, delayMs: 100 });
  }
});

test("there are five profiles, mildest first, and each makes sense", () => {
  assert.deepEqual(PROFILE_NAMES, ["lan", "wifi", "mobile", "lossy", "awful"]);
  for (const name of PROFILE_NAMES) for (const direction of DIRECTIONS) checkConditions(profile(name)[direction]);
  const rates = PROFILE_NAMES.map((name) => meanLossRate(profile(name).down.loss));
  assert.deepEqual(
    rates,
    rates.toSorted((a, b) => a - b),
  );
  assert.ok(isProfileName("wifi"));
  assert.ok(!isProfileName("toString"));
  assert.match(
    describeProfile(PROFILE_FIGURES.mobile),
    /^round trip 60 ± 30 ms, 1\.0 % loss in runs of about 3 each way,/,
  );
});

test("the README's table tells the figures of the code", async () => {
  const readme = await readFile(new URL("README.md", import.meta.url), "utf8");
  for (const name of PROFILE_NAMES) {
    const figures: ProfileFigures = PROFILE_FIGURES[name];
    const lossRate = meanLossRate(figures.loss);
    const isBursty = figures.loss.kind === "bursty" ? ` in runs of about ${1 / figures.loss.badToGood}` : "";
    const row = [
      `\`${name}\``,
      `${figures.rttMs} ± ${figures.rttJitterMs} ms`,
      lossRate === 0 ? "none" : `${Number((lossRate * 100).toFixed(2))} %${isBursty}`,
      figures.isReordering ? "may change" : "kept",
      figures.duplicateRate === 0 ? "0" : `${figures.duplicateRate * 100} %`,
      `${figures.upBitsPerSecond / 1e6} / ${figures.downBitsPerSecond / 1e6}`,
      `${figures.queueBytes / 1024} KiB`,
    ].join(" | ");
    assert.ok(readme.includes(`| ${row} |`), `the README lacks: ${row}`);
  }
});

test("repeated blackouts are evenly spaced, and cannot overlap", () => {
  const plan = { firstMs: 100, lengthMs: 50, everyMs: 1_000, count: 2 };
  assert.deepEqual(repeatedBlackouts(plan), [
    { fromMs: 100, untilMs: 150 },
    { fromMs: 1_100, untilMs: 1_150 },
  ]);
  assert.throws(
    () => repeatedBlackouts({ ...plan, lengthMs: 1_001 }),
    /lengthMs \(at most everyMs\) must be from .* to 1000/,
  );
  assert.throws(() => repeatedBlackouts({ ...plan, count: 257 }), /count must be from 0 to 256/);
});
