// Work waits in a line with an end.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { AppError } from "../../shared/schema/errors.ts";
import { BoundedWork } from "./bounded-work.ts";

describe("BoundedWork", () => {
  it("never runs more at a time than it may, runs everything in order, and refuses what finds the line full", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.nat(5),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
        async (atOnce, maxWaiting, fails) => {
          const line = new BoundedWork({ name: "counting", atOnce, maxWaiting });
          const started: number[] = [];
          let running = 0;
          const outcomes = await Promise.allSettled(
            fails.map((isFailing, index) =>
              line.run(async () => {
                started.push(index);
                running += 1;
                assert.ok(running <= atOnce);
                await Promise.resolve();
                running -= 1;
                if (isFailing) throw new RangeError("failed");
              }),
            ),
          );
          const accepted = Math.min(fails.length, atOnce + maxWaiting);
          assert.deepEqual(started, [...Array(accepted).keys()]);
          for (const [index, outcome] of outcomes.entries()) {
            if (index < accepted) assert.equal(outcome.status, fails[index] ? "rejected" : "fulfilled");
            else assert.ok(outcome.status === "rejected" && isUnavailable(outcome.reason));
          }
          assert.equal(line.waiting, 0);
          await line.run(async () => assert.equal(running, 0));
        },
      ),
    );
  });
});

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === "service.unavailable";
}
