import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  ChannelPolicy,
  type DatagramMode,
  type FastChannel,
  HOLD_MEMORY_MS,
  LONGEST_HOLD_MS,
  QUIET_MS,
} from "./channel-policy.ts";
import { type Cut, PolicyTrial, type TrialOptions } from "./testing/policy-trial.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** What an issue of this project promises: no player waits longer for the other channel; ms. */
const FALLBACK_MS = 250;
/** Changes of channel in any ten seconds, whatever happens: a fall and a return, with holds of 0.25, 0.5, 1, 2 and 4 s. */
const MAX_CHANGES_IN_TEN_SECONDS = 12;

function opened(options: TrialOptions): PolicyTrial {
  const trial = new PolicyTrial(options);
  trial.run(SECOND);
  trial.policy.onChannelOpen(trial.nowMs);
  return trial;
}

test("a clean link stays on the WebSocket for an hour, at any tick rate", () => {
  for (const options of [{ tickHz: 20 }, { tickHz: 30, jitterMs: 10 }, { tickHz: 60, rttMs: 5 }, { tickHz: 10 }]) {
    const trial = opened(options);
    trial.run(60 * MINUTE);
    assert.deepEqual(trial.changes, [], JSON.stringify(options));
  }
});

test("one freeze of 300 ms in an hour moves nothing, one that a player must have seen does", () => {
  for (const [freezeMs, moves] of [
    [300, 0],
    [700, 1],
  ] as const) {
    const trial = opened({});
    trial.run(MINUTE);
    trial.link.rttMs += 2 * freezeMs;
    trial.run(20);
    trial.link.rttMs -= 2 * freezeMs;
    trial.run(10 * SECOND);
    assert.equal(trial.changes.length, moves, `${freezeMs} ms`);
  }
});

test("at 2 % loss the WebSocket stalls, and traffic moves within eight seconds, whatever the seed", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const trial = opened({ loss: 0.02, seed });
    const beganMs = trial.nowMs;
    trial.run(30 * SECOND);
    const moved = trial.changes[0];
    assert.equal(moved?.channel, "datagram");
    assert.ok(moved.ms - beganMs < 8 * SECOND, `seed ${seed}: ${moved.ms - beganMs} ms`);
  }
});

test("jitter that a stream turns into bunches moves traffic, and half of it does not", () => {
  const [wild, mild] = [opened({ rttMs: 120, jitterMs: 80 }), opened({ rttMs: 120, jitterMs: 20 })];
  for (const trial of [wild, mild]) trial.run(20 * SECOND);
  assert.equal(wild.channel, "datagram");
  assert.equal(mild.channel, "websocket");
});

test("after a quiet time traffic is back on the WebSocket, and the next quiet time is longer", () => {
  const trial = opened({ loss: 0.05 });
  const stays: number[] = [];
  for (let round = 0; round < 3; round++) {
    trial.link.loss = 0.05;
    while (trial.channel === "websocket") trial.run(100);
    trial.link.loss = 0;
    const beganMs = trial.nowMs;
    while (trial.channel === "datagram") trial.run(100);
    stays.push(Math.round((trial.nowMs - beganMs) / SECOND));
  }
  assert.ok(Math.abs(stays[0]! - QUIET_MS / SECOND) <= 2, `${stays}`);
  assert.ok(stays[1]! > 1.8 * stays[0]! && stays[2]! > 1.8 * stays[1]!, `${stays}`);
});

test("a link that goes on losing packets keeps its datagrams", () => {
  const trial = opened({ loss: 0.01 });
  trial.run(10 * MINUTE);
  const firstMs = trial.changes[0]!.ms;
  const onWebSocket = share(trial, "websocket", firstMs, trial.nowMs);
  assert.ok(onWebSocket < 0.01, `${(onWebSocket * 100).toFixed(2)} % of the time on the WebSocket`);
});

test("5 % loss with 20 ms of jitter is not taken for a dead channel more than a moment at a time", (context) => {
  let [falls, away] = [0, 0];
  for (let seed = 1; seed <= 5; seed++) {
    const trial = opened({ mode: "always", loss: 0.05, rttMs: 80, jitterMs: 20, seed });
    trial.run(10 * MINUTE);
    falls += trial.changes.filter(({ channel }) => channel === "websocket").length / 5;
    away += share(trial, "websocket", 2 * SECOND, trial.nowMs) / 5;
  }
  context.diagnostic(`${falls} falls in 10 minutes, ${(away * 100).toFixed(2)} % of the time`);
  assert.ok(falls <= 30 && away < 0.03);
});

test("a channel that dies without a word is left in time, and used again when it works", () => {
  for (const cut of ["both", "up", "down"] as const) {
    const trial = opened({ mode: "always", rttMs: 100 });
    trial.run(10 * SECOND);
    assert.equal(trial.channel, "datagram");
    trial.cut = cut;
    const cutMs = trial.nowMs;
    trial.run(10 * SECOND);
    const fall = trial.changes.at(-1)!;
    assert.equal(fall.channel, "websocket");
    assert.ok(fall.ms - cutMs <= FALLBACK_MS + 34, `${cut}: ${fall.ms - cutMs} ms`);
    trial.cut = "none";
    const mendedMs = trial.nowMs;
    trial.run(5 * SECOND);
    const back = trial.changes.at(-1)!;
    assert.equal(back.channel, "datagram");
    assert.ok(back.ms - mendedMs < 4 * SECOND, `${cut}: back after ${back.ms - mendedMs} ms`);
  }
});

test("a closed channel is left at once, and one that opens again is used again", () => {
  const trial = opened({ mode: "always" });
  trial.run(SECOND);
  assert.equal(trial.channel, "datagram");
  trial.policy.onChannelClosed(trial.nowMs);
  assert.equal(trial.policy.channel(trial.nowMs), "websocket");
  trial.run(SECOND);
  trial.policy.onChannelOpen(trial.nowMs);
  trial.run(SECOND);
  assert.equal(trial.channel, "datagram");
});

test("a page that is hidden and says nothing does not make its channel flap", () => {
  const trial = opened({ mode: "always" });
  trial.run(10 * SECOND);
  trial.isClientPlaying = false;
  trial.run(10 * MINUTE);
  assert.equal(trial.channel, "websocket");
  assert.equal(trial.changes.length, 2);
  trial.isClientPlaying = true;
  trial.run(2 * SECOND);
  assert.equal(trial.channel, "datagram");
});

test("never is never, and always waits for a channel only", () => {
  for (const [mode, expected] of [
    ["never", "websocket"],
    ["always", "datagram"],
  ] as const) {
    const trial = opened({ mode, loss: 0.05 });
    trial.run(10 * SECOND);
    assert.equal(trial.channel, expected);
  }
});

test("keep-alives are bounded: one a second on an idle channel, and on a dead one soon no more", () => {
  const policy = new ChannelPolicy("always");
  const count = (fromMs: number, toMs: number): number => {
    let claimed = 0;
    for (let ms = fromMs; ms < toMs; ms += 10) if (policy.claimKeepAlive(ms)) claimed += 1;
    return claimed;
  };
  assert.equal(count(0, SECOND), 0, "there is no channel to ask");
  policy.onChannelOpen(SECOND);
  assert.equal(policy.channel(SECOND), "datagram");
  assert.equal(policy.channel(2 * SECOND), "websocket", "it has fallen silent");
  assert.ok(count(2 * SECOND, 12 * SECOND) <= 26);
  assert.ok(count(12 * SECOND, 72 * SECOND) <= 61);
});

/** One thing that happens to a seat. */
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ run: fc.integer({ min: 1, max: 3_000 }) }) },
  { weight: 2, arbitrary: fc.record({ cut: fc.constantFrom<Cut>("none", "none", "up", "down", "both") }) },
  { weight: 2, arbitrary: fc.record({ loss: fc.constantFrom(0, 0.02, 0.05, 0.2, 0.6) }) },
  { weight: 1, arbitrary: fc.record({ rttMs: fc.integer({ min: 1, max: 300 }) }) },
  { weight: 1, arbitrary: fc.record({ open: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ isClientPlaying: fc.boolean() }) },
);
const setting = fc.record({
  mode: fc.constantFrom<DatagramMode>("auto", "auto", "always", "never"),
  tickHz: fc.constantFrom(20, 30, 60),
  jitterMs: fc.integer({ min: 0, max: 60 }),
  seed: fc.nat(),
});

test("whatever happens: never on a closed channel, and never flapping", () => {
  fc.assert(
    fc.property(setting, fc.array(happening, { maxLength: 60 }), (options, story) => {
      const trial = new PolicyTrial(options);
      let isOpen = false;
      for (const event of story) {
        if ("run" in event) trial.run(event.run);
        else if ("cut" in event) trial.cut = event.cut;
        else if ("loss" in event) trial.link.loss = event.loss;
        else if ("rttMs" in event) trial.link.rttMs = event.rttMs;
        else if ("isClientPlaying" in event) trial.isClientPlaying = event.isClientPlaying;
        else if (event.open !== isOpen) {
          isOpen = event.open;
          if (isOpen) trial.policy.onChannelOpen(trial.nowMs);
          else trial.policy.onChannelClosed(trial.nowMs);
        }
        const channel = trial.policy.channel(trial.nowMs);
        assert.ok(channel === "websocket" || (isOpen && options.mode !== "never"));
      }
      for (const { ms } of trial.changes) {
        const near = trial.changes.filter((change) => change.ms >= ms && change.ms < ms + 10 * SECOND);
        assert.ok(near.length <= MAX_CHANGES_IN_TEN_SECONDS, `${near.length} changes in ten seconds`);
      }
    }),
    { numRuns: 300 },
  );
});

test("up to 100 ms of round trip, frames take the WebSocket within 250 ms of the first that is lost", () => {
  const cuts = fc.record({
    tickHz: fc.constantFrom(20, 30, 60),
    rttMs: fc.integer({ min: 1, max: 60 }),
    phaseMs: fc.nat({ max: 33 }),
    seed: fc.nat(),
    cut: fc.constantFrom<Cut>("both", "up", "down"),
    atMs: fc.integer({ min: 2_000, max: 4_000 }),
  });
  fc.assert(
    fc.property(cuts, ({ cut, atMs, ...options }) => {
      const trial = opened({ mode: "always", ...options });
      trial.run(atMs);
      fc.pre(trial.channel === "datagram");
      trial.cut = cut;
      const cutMs = trial.nowMs;
      trial.run(SECOND);
      const fall = trial.changes.at(-1)!;
      assert.equal(fall.channel, "websocket");
      // The first frame that is lost leaves up to a tick after the cut.
      assert.ok(fall.ms - cutMs <= FALLBACK_MS + 1_000 / options.tickHz, `${fall.ms - cutMs} ms`);
    }),
    { numRuns: 500 },
  );
});

test("a channel that works for a moment at a time is held off for longer each time", () => {
  const trial = opened({ mode: "always" });
  for (let round = 0; round < 60; round++) {
    trial.cut = "none";
    trial.run(SECOND);
    trial.cut = "both";
    trial.run(SECOND);
  }
  const falls = trial.changes.filter(({ channel }) => channel === "websocket");
  assert.ok(falls.length <= 6 + (2 * MINUTE) / LONGEST_HOLD_MS, `${falls.length} falls in two minutes`);
  trial.cut = "none";
  trial.run(HOLD_MEMORY_MS);
  assert.equal(trial.channel, "datagram");
});

/** How much of a time frames went by one channel. */
function share(trial: PolicyTrial, channel: FastChannel, fromMs: number, toMs: number): number {
  let sum = 0;
  let [ms, current] = [fromMs, "websocket" as FastChannel];
  for (const change of [...trial.changes, { ms: toMs, channel }]) {
    const until = Math.max(change.ms, fromMs);
    if (current === channel) sum += until - ms;
    [ms, current] = [until, change.channel];
  }
  return sum / (toMs - fromMs);
}
