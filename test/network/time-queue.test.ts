// The queue of what is on its way, against a sorted list.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TimeQueue } from "./time-queue.ts";

test("items come out by time, and those of one time in the order they went in", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 100 }), (times) => {
      const queue = new TimeQueue<number>(100);
      times.forEach((atMs, index) => {
        assert.ok(queue.add(atMs, index));
      });
      const taken: number[] = [];
      for (let due = queue.takeDue(20); due !== undefined; due = queue.takeDue(20)) taken.push(due.item);
      const sorted = times.map((atMs, index) => ({ atMs, index })).toSorted((a, b) => a.atMs - b.atMs);
      assert.deepEqual(
        taken,
        sorted.map(({ index }) => index),
      );
    }),
  );
});

test("nothing comes out before it is due, and a full queue takes no more", () => {
  const queue = new TimeQueue<string>(2);
  assert.ok(queue.add(10, "later"));
  assert.ok(queue.add(5, "sooner"));
  assert.ok(!queue.add(1, "too many"));
  assert.equal(queue.nextMs, 5);
  assert.equal(queue.takeDue(4), undefined);
  assert.equal(queue.takeDue(5)?.item, "sooner");
  assert.equal(queue.takeDue(5), undefined);
  queue.clear();
  assert.equal(queue.size, 0);
});
