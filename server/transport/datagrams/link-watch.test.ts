import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkWatch, STALL_MEMORY_MS } from "./link-watch.ts";

const TICK_MS = 33;

function calm(seconds = 3, rttMs = 50): { link: LinkWatch; nowMs: number } {
  const link = new LinkWatch(TICK_MS);
  let nowMs = 0;
  for (; nowMs < seconds * 1_000; nowMs += TICK_MS) link.onStreamAck(nowMs, rttMs);
  return { link, nowMs };
}

test("one stall is no trouble, two within ten seconds are, and they are forgotten", () => {
  const { link, nowMs } = calm();
  link.onStreamAck(nowMs, 250);
  link.onStreamAck(nowMs + 1, 220);
  assert.equal(link.isTroubled(nowMs + 1), false, "late acks of one stall come together");
  link.onStreamAck(nowMs + 5_000, 250);
  assert.equal(link.isTroubled(nowMs + 5_000), true);
  assert.equal(link.isTroubled(nowMs + 1 + STALL_MEMORY_MS), false);
});

test("a path that has grown longer is no stall for longer than its floor takes to follow", () => {
  const { link, nowMs } = calm();
  let later = nowMs;
  for (; later < nowMs + 40_000; later += TICK_MS) link.onStreamAck(later, 200);
  assert.equal(link.floorMs, 200);
  const { lastSignMs } = link;
  assert.ok(later - lastSignMs > 5_000, "and then it is calm");
});

test("a stream that is late on the whole is seen against the path that keep-alives measure", () => {
  const { link, nowMs } = calm(3, 150);
  assert.equal(link.isTroubled(nowMs), false);
  link.onPathTime(nowMs, 60);
  for (let ms = nowMs; ms < nowMs + 3_000; ms += TICK_MS) link.onStreamAck(ms, 150);
  assert.equal(link.isTroubled(nowMs + 3_000), true);
});

test("acks that come together are judged by the newest, which has not waited for the others' input", () => {
  const link = new LinkWatch(TICK_MS);
  for (let ms = 0; ms < 5_000; ms += 4 * TICK_MS) {
    for (const waited of [3, 2, 1, 0]) link.onStreamAck(ms + 0.01 * (3 - waited), 50 + waited * TICK_MS);
  }
  assert.ok(link.excessMs < 5, `${link.excessMs}`);
});

test("the loss rate follows what is lost, and what is only late is taken back", () => {
  const link = new LinkWatch(TICK_MS);
  for (let frame = 0; frame < 600; frame++) {
    link.datagrams.sent(frame * TICK_MS);
    if (frame % 5 !== 0) link.onDatagramAck(frame * TICK_MS + 50, 50);
  }
  assert.ok(Math.abs(link.lossRate - 0.2) < 0.05, `${link.lossRate}`);
  link.datagrams.restart(100_000);
  const before = link.lossRate;
  link.onDatagramAck(100_001, 50);
  assert.equal(link.lossRate < before, true);
  assert.equal(link.datagrams.lost, 0, "an ack of a frame from before counts for nothing");
});
