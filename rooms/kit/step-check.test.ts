import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../shared/netcode/index.ts";
import { arena, type PlayerMotion, stepPlayer, TICK_HZ } from "../../shared/schema/arena/index.ts";
import { stepCheck } from "./step-check.ts";

interface Ball {
  x: number;
  speed: number;
}
const COMMON = {
  state: (): Ball => ({ x: 0, speed: 1 }),
  input: (tick: number) => ({ push: tick % 3 }),
  tickHz: 30,
  ticks: 60,
  rollbackTicks: 8,
};

test("a step that reads only its arguments passes", () => {
  const step = (ball: Ball, { push }: { push: number }, dt: number): void => {
    ball.speed += push;
    ball.x += ball.speed * dt;
  };
  assert.equal(stepCheck({ ...COMMON, step, fields: ["x", "speed"] }), undefined);
});

test("a step that reads a clock, chance or a global is caught", () => {
  let calls = 0;
  const step = (ball: Ball): void => {
    ball.x += calls++;
  };
  assert.equal(stepCheck({ ...COMMON, step, fields: ["x"] })?.field, "x");
});

test("a field that the step uses and the client does not save is caught", () => {
  const step = (ball: Ball, { push }: { push: number }, dt: number): void => {
    ball.speed += push;
    ball.x += ball.speed * dt;
  };
  assert.deepEqual(stepCheck({ ...COMMON, step, fields: ["x"] })?.field, "x");
});

test("a step that keeps more digits than the wire carries is caught", () => {
  const step = (ball: Ball, _input: object, dt: number): void => {
    ball.x += ball.speed * dt;
  };
  const check = { ...COMMON, step, fields: ["x", "speed"] as const };
  assert.equal(stepCheck(check), undefined);
  assert.equal(stepCheck({ ...check, onWire: (value) => Math.fround(value as number) })?.field, "x");
});

for (const seed of [1, 2, 3, 4, 5]) {
  test(`the arena's step survives rollback to the bit through the wire (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const inputs = Array.from({ length: 1_800 }, () => ({
      moveX: (Math.floor(random() * 3) - 1) as -1 | 0 | 1,
      moveY: (Math.floor(random() * 3) - 1) as -1 | 0 | 1,
      aim: Math.fround((random() * 2 - 1) * Math.PI),
      fire: random() < 0.3,
    }));
    const state = (): PlayerMotion => ({
      x: 1.5,
      y: -2.25,
      aim: 0,
      pushX: Math.fround(5.3),
      pushY: Math.fround(-2.7),
      cooldown: 3,
      isAlive: true,
    });
    const divergence = stepCheck({
      step: stepPlayer,
      fields: Object.keys(arena.netcode?.self ?? {}) as (keyof PlayerMotion)[],
      state,
      input: (tick) => inputs[tick] ?? assert.fail(),
      tickHz: TICK_HZ,
      ticks: inputs.length,
      rollbackTicks: 9,
      onWire: (value) => (typeof value === "number" ? Math.fround(value) : value),
    });
    assert.equal(divergence, undefined);
  });
}
