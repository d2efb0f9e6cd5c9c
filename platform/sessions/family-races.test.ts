// Token families under races: ten thousand interleavings of every read and write, each of which its seed gives again.
import { describe, it } from "node:test";
import fc from "fast-check";
import { ANY_PLAYER, FamilyTrial, script } from "./testing/family-trial.ts";
import { MemorySessions } from "./testing/memory-sessions.ts";

const INTERLEAVINGS = 10_000;
const SEEDS = [20_261_120, 20_261_121, 20_261_122, 20_261_123];

describe("token families, whatever the order of reads and writes", () => {
  for (const seed of SEEDS) {
    it(`never have two live tokens, end by every theft, and by no retry within the grace (seed ${seed})`, async () => {
      const property = fc.asyncProperty(fc.scheduler(), script, async (scheduler, acts) => {
        const step = () => scheduler.schedule(Promise.resolve());
        const trial = await FamilyTrial.begin(new MemorySessions(), ANY_PLAYER, step);
        await trial.play(acts, (work) => scheduler.waitFor(work));
      });
      await fc.assert(property, { numRuns: INTERLEAVINGS / SEEDS.length, seed });
    });
  }
});
