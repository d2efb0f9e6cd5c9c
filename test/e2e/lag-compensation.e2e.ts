// What is hit on the shooter's screen is hit, at 120 ms latency: a real mouse, a real page, a target that runs across.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_HEALTH, PLAYER_RADIUS, RUN_SPEED, SHOT_DAMAGE } from "../../shared/schema/arena/index.ts";
import { Fighter, type ShotTold } from "../support/fighter.ts";
import { GamePage, type Point } from "../support/game-page.ts";
import { ScreenWatch } from "../support/screen-watch.ts";
import { setStage } from "../support/stage.ts";
import { until } from "../support/until.ts";

const LATENCY_MS = 120;
/** The target runs up and down this far from the shooter, and turns this far from the shooter's height. */
const RANGE_METRES = 6;
const TURN_METRES = 4;
/** It is shot at only this near to the middle of its run, where it runs straight on and has for a while. */
const STRAIGHT_METRES = 1.5;
/** From looking at the page to the frame that fires: messages to the browser and a frame or two. */
const HAND_MS = 40;
/** A ray that passes this near the drawn middle of the target is a hit for anybody who sees it. */
const CLEAR_HIT_METRES = 0.6 * PLAYER_RADIUS;
const WANTED_HITS = 3;
const MAX_SHOTS = 15;

const stage = setStage();

test("a shot that hits on the shooter's screen at 120 ms latency counts, though the target has run on", async (t) => {
  const shooter = await GamePage.join(stage.browser, stage.stack.platformUrl, {
    query: `latency=${LATENCY_MS}&ghost=1`,
  });
  const target = await Fighter.join(stage.stack.platformUrl);
  t.after(() => target.leave());
  const told = listenForShots(target, await shooter.sessionId());
  const screen = await ScreenWatch.on(shooter, target.sessionId);
  runAcross(target, beside(await screen.own()));
  await until("the target to be fair game, and the link to be slow", async () => {
    return !target.self.isProtected && (await screen.rttMs()) >= LATENCY_MS;
  });

  let hits = 0;
  for (let shots = 1; hits < WANTED_HITS; shots++) {
    assert.ok(shots <= MAX_SHOTS, `only ${hits} of ${MAX_SHOTS} shots hit on screen: the hand is not steady enough`);
    await aimAndFire(shooter, screen, target);
    const seen = await until("the shot on screen", async () => (await screen.shots())[shots - 1]);
    const shot = await until("the server's word on the shot", () => told[shots - 1]);
    t.diagnostic(
      `shot ${shots}: ray passed ${seen.missMetres.toFixed(2)} m from the drawn target, ` +
        `${shot.presentMissMetres.toFixed(2)} m from where it was by then, and ${shot.hit ? "hit" : "missed"}`,
    );
    if (seen.missMetres > CLEAR_HIT_METRES) continue;
    hits += 1;
    assert.equal(shot.hit, target.sessionId, "it hit on screen");
    assert.ok(shot.presentMissMetres > PLAYER_RADIUS, "judged by where the target was by then, it would have missed");
  }
  const all = told.filter(({ hit }) => hit === target.sessionId).length;
  await until("the hits to hurt", () => target.self.health === MAX_HEALTH - SHOT_DAMAGE * all);
  await shooter.page.mouse.down();
  await shooter.picture("hit-at-120-ms");
  await shooter.page.mouse.up();
  assert.deepEqual(shooter.problems, []);
  await shooter.close();
});

/** Where the target runs: on the side of the shooter that is nearer to the middle of the arena. */
function beside(shooter: Point): Point {
  return { x: shooter.x - Math.sign(shooter.x || 1) * RANGE_METRES, y: shooter.y };
}

/** Makes the target run up and down about `middle` until it leaves. */
function runAcross(target: Fighter, middle: Point): void {
  let goal = middle.y + TURN_METRES;
  target.onFrame = () => {
    const { y } = target.drawn;
    if (Math.abs(y - goal) < 0.3) goal = middle.y + (goal > middle.y ? -TURN_METRES : TURN_METRES);
    target.headFor(middle.x, goal);
  };
}

/** Every shot of the shooter as the room tells it, with how far its ray passed from where the target was by then. */
function listenForShots(target: Fighter, shooterId: string): (ShotTold & { presentMissMetres: number })[] {
  const told: (ShotTold & { presentMissMetres: number })[] = [];
  target.session.room.onMessage("shot", (shot: ShotTold) => {
    if (shot.by !== shooterId) return;
    const { x, y } = target.self;
    const across = (x - shot.x) * Math.sin(shot.aim) - (y - shot.y) * Math.cos(shot.aim);
    told.push({ ...shot, presentMissMetres: Math.abs(across) });
  });
  return told;
}

/** Follows the drawn target with the mouse, and clicks when it is well under way. */
async function aimAndFire(shooter: GamePage, screen: ScreenWatch, target: Fighter): Promise<void> {
  const stand = await screen.own();
  const middle = beside(stand);
  await until("the target to run through the middle", async () => {
    const { x, y, speedY, aimPixel, isGunReady } = await screen.target(HAND_MS);
    await shooter.page.mouse.move(aimPixel.x, aimPixel.y);
    const isStraight = Math.abs(speedY) > 0.95 * RUN_SPEED && target.held.moveX === 0;
    return isGunReady && isStraight && Math.abs(x - middle.x) < 0.5 && Math.abs(y - middle.y) < STRAIGHT_METRES;
  });
  await shooter.page.mouse.down();
  await shooter.page.mouse.up();
}
