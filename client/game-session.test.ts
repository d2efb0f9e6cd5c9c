// A session against the real arena, with time and the network in the test's hands: a minute of play takes a second.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { $changes } from "@colyseus/schema";
import { encodeControl, FrameKind, frameKindOf } from "../shared/netcode/index.ts";
import { type Player, RUN_SPEED, TICK_HZ } from "../shared/schema/arena/index.ts";
import { ArenaBench, type BenchPlayer } from "./testing/arena-bench.ts";

const STEP_MS = 1000 / TICK_HZ;
/** What others are shown by is to the millimetre, and what was seen is told to a sixteenth of a tick. */
const SHOWN_ERROR = 0.001 + RUN_SPEED / TICK_HZ / 16;

describe("a session's prediction", () => {
  let bench: ArenaBench;
  beforeEach(async () => {
    bench = await ArenaBench.open(42);
  });
  afterEach(() => bench.close());

  for (const ticksInFlight of [0, 3, 8]) {
    test(`60 s of random play, ${ticksInFlight} ticks in flight, need no correction`, async () => {
      const up = Math.ceil(ticksInFlight / 2);
      const player = await bench.join("Ann", { up, down: ticksInFlight - up });
      bench.run(60 * TICK_HZ, bench.pressAtRandom);
      const { stats } = player.session;
      assert.equal(stats.corrections, 0);
      const { heard } = bench.room;
      assert.ok(heard.length > 60 * TICK_HZ - ticksInFlight - 10, `${heard.length} inputs were applied`);
      assert.ok(stats.pendingInputs >= ticksInFlight && stats.pendingInputs <= ticksInFlight + 3);
      assert.equal(new Set(heard.map(({ moveX, moveY }) => `${moveX},${moveY}`)).size, 9);
      assert.equal(stats.lossPercent, 0);
    });
  }

  test("a push by the server is one correction that converges, and then play goes on without", async () => {
    const player = await bench.join("Ann", { up: 3, down: 2 });
    bench.run(60, bench.pressAtRandom);
    Object.assign(player.held, { moveX: 0, moveY: 0 });
    bench.run(10);
    const truth = bench.truthOf(player);
    truth.pushX = truth.x > 0 ? -RUN_SPEED : RUN_SPEED;
    bench.run(60);
    const { session } = player;
    assert.equal(session.stats.corrections, 1);
    assert.ok(session.stats.correctionMetres > 0.1 && session.stats.correctionMetres < 1.5);
    assert.ok(Math.abs(session.value(session.self!, "x") - truth.x) < 0.001, "it is drawn where the server has it");
    bench.run(120, bench.pressAtRandom);
    assert.equal(session.stats.corrections, 1);
  });

  test("a server that misses a second of inputs gets the rest, and the client's tick gives up what stands in the queue", async () => {
    const player = await bench.join("Ann");
    bench.run(60, bench.pressAtRandom);
    player.lag.up = 15;
    bench.run(15, bench.pressAtRandom);
    player.lag.up = 0;
    bench.run(5 * TICK_HZ, bench.pressAtRandom);
    const { stats } = player.session;
    assert.equal(stats.corrections, 0);
    assert.ok(stats.pendingInputs <= 3, `${stats.pendingInputs} inputs wait for good`);
  });

  test("[INP2] a third of all input frames may be lost: each input is applied once, in order", async () => {
    const player = await bench.join("Ann", { up: 2, down: 2 });
    const made: string[] = [];
    player.losesUp = () => bench.random() < 0.33;
    player.onFrame = (steps) => {
      for (let step = 0; step < steps; step++) made.push(`${player.held.moveX},${player.held.moveY}`);
    };
    const { heard } = bench.room;
    const [before, pending] = [heard.length, player.session.stats.pendingInputs];
    bench.run(20 * TICK_HZ, bench.pressAtRandom);
    const applied = heard.slice(before + pending).map(({ moveX, moveY }) => `${moveX},${moveY}`);
    assert.deepEqual(applied, made.slice(0, applied.length));
    assert.ok(made.length - applied.length < 20, `${made.length - applied.length} are under way`);
    assert.equal(player.session.stats.corrections, 0);
  });

  for (const [what, stall] of Object.entries({
    "every input frame is lost": (player: BenchPlayer, is: boolean) => {
      player.losesUp = () => is;
    },
    "every snapshot is lost": (player: BenchPlayer, is: boolean) => {
      player.losesDown = (frame) => is && frameKindOf(frame) === FrameKind.snapshot;
    },
    "nothing gets through and then all of it at once": (player: BenchPlayer, is: boolean) => {
      Object.assign(player.lag, is ? { up: 1e6, down: 1e6 } : { up: 2, down: 2 });
    },
  })) {
    test(`[INP2] ${what} for four seconds: the player stands after two, no input is lost, and nothing is corrected`, async () => {
      const player = await bench.join("Ann", { up: 2, down: 2 });
      bench.run(30, bench.pressAtRandom);
      const made: string[] = [];
      player.onFrame = (steps) => {
        for (let step = 0; step < steps; step++) made.push(`${player.held.moveX},${player.held.moveY}`);
      };
      const from = player.steps;
      stall(player, true);
      bench.run(4 * TICK_HZ, bench.pressAtRandom);
      assert.equal(player.session.stats.pendingInputs, 64);
      stall(player, false);
      bench.run(6 * TICK_HZ, bench.pressAtRandom);
      const applied = bench.room.heard.slice(from).map(({ moveX, moveY }) => `${moveX},${moveY}`);
      assert.deepEqual(applied, made.slice(0, applied.length), "each once, in order");
      assert.ok(made.length - applied.length < 10, `${made.length - applied.length} are under way`);
      assert.equal(player.session.stats.corrections, 0);
    });
  }

  test("a client whose clock runs 4 times too fast moves no faster than time and what it saved up", async () => {
    const cheat = await bench.join("Ann");
    bench.run(30);
    bench.players.length = 0;
    const truth = bench.truthOf(cheat);
    truth.x = -19;
    cheat.held.moveX = 1;
    const SECONDS = 3;
    for (let tick = 0; tick < SECONDS * TICK_HZ; tick++) {
      for (let frame = 1; frame <= 4; frame++) cheat.frame(bench.nowMs + (4 * tick + frame) * STEP_MS);
      cheat.sendUp();
      bench.bench.advance(1);
      cheat.sendDown();
    }
    const metres = truth.x + 19;
    const most = RUN_SPEED * (SECONDS + 12 / TICK_HZ) + 0.01;
    assert.ok(metres > RUN_SPEED * SECONDS - 0.5 && metres <= most, `${metres} m, at most ${most}`);
  });

  test("a page in the background runs no frames and still acknowledges, some four times a second", async () => {
    const player = await bench.join("Ann");
    const walker = await bench.join("Bob");
    bench.run(30);
    let [frames, bytes] = [0, 0];
    player.losesUp = () => {
      frames += 1;
      return false;
    };
    player.losesDown = (frame) => {
      if (frameKindOf(frame) === FrameKind.snapshot) bytes = Math.max(bytes, frame.byteLength);
      return false;
    };
    player.frame = () => undefined;
    walker.held.moveX = 1;
    bench.run(5 * TICK_HZ);
    assert.ok(frames >= 15 && frames <= 20, `${frames} frames in 5 s`);
    assert.ok(bytes < 30, `deltas against fresh baselines: at most ${bytes} B`);
  });
});

describe("a session's picture", () => {
  let bench: ArenaBench;
  let walker: BenchPlayer;
  let watcher: BenchPlayer;
  const other = (): Player => watcher.session.room.state.players.get(walker.session.sessionId)!;
  beforeEach(async () => {
    bench = await ArenaBench.open(7);
    walker = await bench.join("Ann");
    watcher = await bench.join("Bob", { up: 1, down: 2 });
    bench.run(10);
  });
  afterEach(() => bench.close());

  test("others are drawn between snapshots, a little in the past, or where the newest says", () => {
    const { session } = watcher;
    walker.held.moveX = 1;
    const seen = new Set<number>();
    const behind: number[] = [];
    watcher.onFrame = () => {
      seen.add(session.value(other(), "x"));
      if (other().x > 2 && other().x < 9) behind.push(other().x - session.value(other(), "x"));
    };
    bench.run(60);
    assert.ok(seen.size > 70, `${seen.size} places in 60 ticks`);
    const medianMs = (1000 * behind.sort((a, b) => a - b)[behind.length >> 1]!) / RUN_SPEED;
    const { interpolationDelayMs } = session.stats;
    assert.ok(interpolationDelayMs >= STEP_MS, "at least a tick, to have two states");
    assert.ok(
      Math.abs(medianMs - interpolationDelayMs) < STEP_MS,
      `${medianMs} ms behind, ${interpolationDelayMs} said`,
    );
    session.settings.interpolation = false;
    bench.run(1);
    assert.equal(session.value(other(), "x"), session.truth(other(), "x"));
    assert.equal(session.stats.interpolationDelayMs, 0);
  });

  for (const isInterpolating of [true, false]) {
    const how = isInterpolating ? "between snapshots" : "by the newest snapshot";
    test(`[INP7] each input is judged at what was on screen, drawn ${how}`, () => {
      const { session } = watcher;
      session.settings.interpolation = isInterpolating;
      walker.held.moveX = 1;
      bench.run(15);
      const shown = new Map<number, number>();
      watcher.onFrame = (steps) => {
        if (steps > 0) shown.set(watcher.steps - 1, session.value(other(), "x"));
      };
      bench.run(45);
      const heard = bench.room.heard.filter(({ sessionId }) => sessionId === session.sessionId);
      const errors = [...shown]
        .filter(([input]) => input < heard.length)
        .map(([input, x]) => Math.abs(heard[input]!.seenX.get(walker.session.sessionId)! - x));
      assert.ok(errors.length > 35);
      assert.ok(Math.max(...errors) < SHOWN_ERROR, `off by up to ${Math.max(...errors)} m`);
    });
  }

  test("a teleport of another player is shown at once, in both coordinates", () => {
    const { session } = watcher;
    const truth = bench.truthOf(walker);
    for (let tick = 0; tick < 5; tick++) {
      Object.assign(truth, { x: truth.x + 0.1, y: truth.y + 0.1 });
      bench.run(1);
    }
    Object.assign(truth, { x: 12, y: 1 });
    let arrived = false;
    watcher.onFrame = () => {
      const [x, y] = [session.value(other(), "x"), session.value(other(), "y")];
      assert.ok(x === 12 ? y === 1 : x <= 0.51 && y <= 0.51, `drawn at ${x}, ${y}`);
      assert.equal(x === 12, other().x === 12, "as soon as it is known");
      arrived ||= x === 12;
    };
    bench.run(20);
    assert.ok(arrived);
  });

  test("prediction off: the own player is drawn as the server says, between snapshots or raw", () => {
    const { session } = watcher;
    session.settings.prediction = false;
    watcher.held.moveX = 1;
    let frames = 0;
    watcher.onFrame = () => {
      frames += 1;
      assert.ok(session.value(session.self!, "x") <= session.self!.x, "never ahead of the server");
    };
    bench.run(3);
    assert.equal(session.value(session.self!, "x"), 0, "the key is still under way");
    bench.run(30);
    assert.ok(frames > 30 && session.value(session.self!, "x") > 4);
    session.settings.interpolation = false;
    bench.run(1);
    assert.equal(session.value(session.self!, "x"), session.self!.x);
  });

  test("the state's own instances hold the motion that patches do not carry, and record no change of it", () => {
    const { session } = watcher;
    walker.held.moveX = 1;
    bench.run(30);
    assert.ok(other().x > 4);
    assert.equal(other().x, session.truth(other(), "x"));
    assert.equal(session.self!.x, bench.truthOf(watcher).x, "the own one to the bit");
    const { [$changes]: changes } = other() as unknown as { [$changes]: object };
    assert.equal(changes.constructor.name, "UntrackedChangeTree", "nobody would ever encode what was recorded");
  });

  test("entities of a kind can be drawn without any schema state", () => {
    const { session } = watcher;
    walker.held.moveX = 1;
    bench.run(30);
    const [entity, ...rest] = session.entities("players");
    assert.deepEqual(rest, [], "the own player is not among them");
    assert.equal(entity!.id, other().entityId);
    assert.deepEqual(entity!.fields, ["x", "y", "aim"]);
    const sample = [0, 0, 0];
    entity!.sample(sample);
    assert.equal(sample[0], session.value(other(), "x"));
    assert.equal(entity!.newest("x"), session.truth(other(), "x"));
  });

  test("who leaves is forgotten, and who takes the freed id is somebody else", async () => {
    const { session } = watcher;
    const left = other().entityId;
    walker.client.room.leave();
    bench.run(5);
    assert.deepEqual([...session.entities("players")], []);
    bench.players.splice(bench.players.indexOf(walker), 1);
    bench.run(80);
    walker = await bench.join("Cid");
    bench.run(5);
    assert.notEqual(other().entityId, left);
    assert.equal([...session.entities("players")][0]!.id, other().entityId);
  });

  test("losses are counted, and cost no truth", () => {
    const { session } = watcher;
    walker.held.moveX = 1;
    let snapshots = 0;
    watcher.losesDown = (frame) => frameKindOf(frame) === FrameKind.snapshot && ++snapshots % 5 === 0;
    for (let turn = 0; turn < 10; turn++) {
      bench.run(TICK_HZ);
      walker.held.moveX = walker.held.moveX === 1 ? -1 : 1;
    }
    assert.ok(Math.abs(session.stats.lossPercent - 20) < 3, `${session.stats.lossPercent} %`);
    Object.assign(walker.held, { moveX: 0 });
    bench.run(10);
    assert.ok(Math.abs(session.value(other(), "x") - bench.truthOf(walker).x) < 0.001);
    assert.equal(session.stats.corrections, 0);
  });

  test("[FRM3] frames of an earlier life, and before any welcome, change nothing", () => {
    const { session, client } = watcher;
    const { events } = client.room.connection;
    const old: Uint8Array[] = [];
    watcher.losesDown = (frame) => {
      if (frameKindOf(frame) === FrameKind.snapshot) old.push(frame.slice());
      return false;
    };
    bench.run(3);
    watcher.losesDown = () => false;
    const welcome = encodeControl({ type: "welcome", epoch: 5, capacity: 128, tickHz: TICK_HZ, nextInput: 0 });
    events.onmessage?.({ data: welcome } as unknown as MessageEvent);
    const { tick } = session.stats;
    const x = session.truth(other(), "x");
    for (const frame of old) events.onmessage?.({ data: frame } as unknown as MessageEvent);
    bench.run(5);
    assert.equal(session.stats.tick, tick, "the server goes on in epoch 0, which is over here");
    assert.equal(session.truth(other(), "x"), x, "and what was shown is shown on until the new life begins");
  });
});

test("bytes of a snapshot in the arena, with everybody running at random", async (context) => {
  for (const players of [2, 8, 16]) {
    const bench = await ArenaBench.open(players);
    const sizes: number[] = [];
    const sent: number[] = [];
    for (let index = 0; index < players; index++) await bench.join(`player ${index}`, { up: 2, down: 2 });
    bench.run(30, bench.pressAtRandom);
    const [first] = bench.players;
    first!.losesDown = (frame) => {
      if (frameKindOf(frame) === FrameKind.snapshot) sizes.push(frame.byteLength);
      return false;
    };
    first!.losesUp = (frame) => {
      if (frameKindOf(frame) === FrameKind.input) sent.push(frame.byteLength);
      return false;
    };
    bench.run(10 * TICK_HZ, bench.pressAtRandom);
    const mean = (numbers: number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
    context.diagnostic(
      `${players} players: snapshot ${mean(sizes).toFixed(1)} B, at most ${Math.max(...sizes)}; ` +
        `input frame ${mean(sent).toFixed(1)} B; corrections ${first!.session.stats.corrections}; ` +
        `delay ${first!.session.stats.interpolationDelayMs.toFixed(0)} ms`,
    );
    assert.ok(mean(sizes) <= 25 + 6 * players);
    await bench.close();
  }
});
