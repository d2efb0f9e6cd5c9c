// Prediction against a real game server, in real time: right to the bit while nobody interferes, and soon right again after.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { seededRandom } from "../../rooms/kit/index.ts";
import { Fighter, type ShotTold } from "../support/fighter.ts";
import { GameStack } from "../support/game-stack.ts";
import { until } from "../support/until.ts";

/** How long the random play is: time itself is the subject. */
const PLAY_MS = 60_000;
/** Keys are held for 100 to 500 ms. */
const HOLD_MS = { least: 100, most: 500 };
const SEED = Number(process.env["SEED"] ?? 20_261_120);
/** Nearer than this, two places are the same on any screen. */
const SAME_METRES = 0.01;
/** By then a correction is over. */
const CONVERGED_MS = 1_000;
const LATENCY_MS = 100;
/** The server says the same for so many frames: several ticks. */
const REST_FRAMES = 20;

let stack: GameStack;

before(async () => {
  stack = await GameStack.start();
});
after(() => stack?.stop());

test(`60 s of random play with nothing lost needs no correction (SEED=${SEED})`, async (t) => {
  const ann = await Fighter.join(stack.platformUrl);
  t.after(() => ann.leave());
  const random = seededRandom(SEED);
  const axis = (): -1 | 0 | 1 => (Math.floor(random() * 3) - 1) as -1 | 0 | 1;
  const sizes: number[] = [];
  let [metres, shots, lastX, lastY] = [0, 0, ann.self.x, ann.self.y];
  let corrections = 0;
  ann.session.room.onMessage("shot", () => {
    shots += 1;
  });
  ann.session.room.onStateChange(() => {
    const { x, y } = ann.self;
    metres += Math.hypot(x - lastX, y - lastY);
    [lastX, lastY] = [x, y];
  });
  ann.onFrame = () => {
    const { stats } = ann.session;
    if (stats.corrections > corrections) sizes.push(stats.correctionMetres);
    corrections = stats.corrections;
  };
  const endsAt = performance.now() + PLAY_MS;
  while (performance.now() < endsAt) {
    Object.assign(ann.held, {
      moveX: axis(),
      moveY: axis(),
      aim: (random() * 2 - 1) * Math.PI,
      fire: random() < 0.5,
    });
    await pause(HOLD_MS.least + random() * (HOLD_MS.most - HOLD_MS.least));
  }
  t.diagnostic(`walked ${metres.toFixed(0)} m and fired ${shots} shots with ${corrections} corrections ${sizes}`);
  assert.ok(metres > 150 && shots > 50, "it really played");
  assert.equal(corrections, 0, `corrected by ${sizes} m`);
  assert.equal(ann.session.stats.isReconnecting, false);
});

test("a hit's knockback is one correction, after which the picture goes straight to where the server is", async (t) => {
  const [ann, bob] = [await Fighter.join(stack.platformUrl), await Fighter.join(stack.platformUrl)];
  t.after(() => Promise.all([ann.leave(), bob.leave()]));
  ann.session.link = { latencyMs: LATENCY_MS, jitterMs: 0, lossPercent: 0 };
  await until("the round trip to be the simulated one", () => ann.session.stats.rttMs >= LATENCY_MS);
  await until("both to be fair game", () => !ann.self.isProtected && !bob.self.isProtected);
  const corrections = ann.session.stats.corrections;
  const from = { ...ann.drawn };
  const frames: { atMs: number; metres: number; serverMetres: number }[] = [];
  ann.onFrame = (atMs) => {
    const away = (at: { x: number; y: number }): number => Math.hypot(at.x - from.x, at.y - from.y);
    frames.push({ atMs, metres: away(ann.drawn), serverMetres: away(ann.self) });
  };
  const shots: ShotTold[] = [];
  bob.session.room.onMessage("shot", (shot: ShotTold) => shots.push(shot));
  await bob.shootAt(ann.sessionId, "a hit", () => shots.some(({ hit }) => hit === ann.sessionId));

  const rest = await until("the server to have pushed and stopped", () => {
    const lately = frames.slice(-REST_FRAMES).map(({ serverMetres }) => serverMetres);
    return lately.every((metres) => metres > 0.5 && metres === lately[0]) && { x: ann.self.x, y: ann.self.y };
  });
  const pushed = Math.hypot(rest.x - from.x, rest.y - from.y);
  const isBack = (): boolean => Math.hypot(ann.drawn.x - rest.x, ann.drawn.y - rest.y) < SAME_METRES / 10;
  await until("the picture to be where the server is", isBack);

  const begin = frames.findIndex(({ metres }) => metres > SAME_METRES);
  const end = frames.findIndex(({ metres }) => metres > pushed - SAME_METRES);
  const tookMs = (frames[end]?.atMs ?? Infinity) - (frames[begin]?.atMs ?? 0);
  const size = ann.session.stats.correctionMetres;
  t.diagnostic(
    `pushed ${pushed.toFixed(2)} m, corrected by ${size.toFixed(2)} m, drawn there in ${tookMs.toFixed(0)} ms`,
  );
  assert.equal(ann.session.stats.corrections - corrections, 1);
  assert.equal(shots.filter(({ hit }) => hit === ann.sessionId).length, 1, "one hit was all it took");
  assert.ok(tookMs <= CONVERGED_MS, `it took ${tookMs} ms`);
  for (const [index, { metres }] of frames.entries()) {
    const before = frames[index - 1]?.metres ?? 0;
    assert.ok(metres >= before - SAME_METRES / 10, `the picture went back: ${before} m, then ${metres} m`);
    assert.ok(metres <= pushed + SAME_METRES, `the picture shot past: ${metres} m of ${pushed} m`);
  }
});
