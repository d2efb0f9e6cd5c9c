import assert from "node:assert/strict";
import { test } from "node:test";
import { HeldSeats } from "./held-seats.ts";

test("an unclaimed seat returns itself when its time is over", () => {
  const seats = new HeldSeats(1_000);
  seats.hold("ann", 0);
  seats.hold("bob", 500);
  assert.equal(seats.count(999), 2);
  assert.equal(seats.count(1_000), 1);
  assert.equal(seats.has("ann", 1_000), false);
  assert.equal(seats.count(1_500), 0);
});

test("a player holds one seat however often it asks", () => {
  const seats = new HeldSeats(1_000);
  for (let time = 0; time < 500; time++) seats.hold("ann", time);
  assert.equal(seats.count(500), 1);
  assert.equal(seats.has("ann", 1_400), true);
});

test("a claimed seat is held no longer", () => {
  const seats = new HeldSeats(1_000);
  seats.hold("ann", 0);
  seats.release("ann");
  assert.equal(seats.count(1), 0);
});
