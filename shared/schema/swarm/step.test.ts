import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom, stepCheck } from "../../../rooms/kit/index.ts";
import type { FieldSpecs } from "../motion.ts";
import { type HerderMotion, stepHerder, swarm, TICK_HZ } from "./index.ts";

const SELF: FieldSpecs = swarm.netcode?.self ?? {};

/** What the wire makes of a number: only ranges are rounded, the rest is exact. */
function onWire(value: unknown, field: string): unknown {
  const spec = SELF[field];
  if (spec?.type !== "range") return value;
  const steps = 2 ** spec.bits - 1;
  const index = Math.round((((value as number) - spec.min) / (spec.max - spec.min)) * steps);
  return Math.fround(spec.min + (index / steps) * (spec.max - spec.min));
}

for (const seed of [1, 2, 3, 4, 5]) {
  test(`the herder's step survives rollback to the bit through the wire (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const any = (): -1 | 0 | 1 => (Math.floor(random() * 3) - 1) as -1 | 0 | 1;
    const inputs = Array.from({ length: 1_200 }, () => ({ moveX: any(), moveY: any(), creep: random() < 0.3 }));
    const divergence = stepCheck<HerderMotion, (typeof inputs)[number]>({
      step: stepHerder,
      fields: Object.keys(swarm.netcode?.self ?? {}) as (keyof HerderMotion)[],
      state: () => ({ x: 12.25, y: -180.5, facing: 3, isCreeping: false }),
      input: (tick) => inputs[tick] ?? assert.fail(),
      tickHz: TICK_HZ,
      ticks: inputs.length,
      rollbackTicks: 9,
      onWire,
    });
    assert.equal(divergence, undefined);
  });
}
