// The arena as its players know it, advanced tick by tick.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import {
  ArenaInput,
  type ArenaState,
  FRAGS_TO_WIN,
  MAX_HEALTH,
  type Player,
  RESPAWN_TICKS,
  ROUND_PAUSE_TICKS,
  SHOT_DAMAGE,
  SHOT_INTERVAL_TICKS,
  SPAWN_PROTECTION_TICKS,
  TICK_HZ,
} from "../../shared/schema/arena/index.ts";
import { type BenchClient, RoomBench } from "../kit/testing/index.ts";
import { type ArenaOptions, ArenaRoom } from "./arena-room.ts";

type Bench = RoomBench<ArenaRoom, ArenaState>;
type Fighter = BenchClient<ArenaState>;

let bench: Bench;
afterEach(() => bench.close());

const open = async (options: ArenaOptions = {}): Promise<Bench> => {
  bench = await RoomBench.open<ArenaRoom, ArenaState>(ArenaRoom, TICK_HZ, { seed: 7, ...options });
  return bench;
};

/** Seats a fighter and counts its shots. */
async function seat(name: string): Promise<Fighter & { shots: { by: string; hit: string }[] }> {
  const fighter = await bench.join(name);
  const shots: { by: string; hit: string }[] = [];
  fighter.room.onMessage("shot", (shot: { by: string; hit: string }) => shots.push(shot));
  fighter.room.onMessage("frag", () => undefined);
  return Object.assign(fighter, { shots });
}

const truth = ({ sessionId }: Fighter): Player => {
  const player = bench.room.state.players.get(sessionId);
  assert.ok(player);
  return player;
};

function send(fighter: Fighter, intent: Partial<Pick<ArenaInput, "moveX" | "moveY" | "aim" | "fire">>): void {
  const input = fighter.room.input<ArenaInput>({ type: ArenaInput });
  Object.assign(input.data, { moveX: 0, moveY: 0, fire: false, ...intent });
  input.send();
  fighter.uplink.deliver();
}

/** Puts two fighters on a line, out of protection. */
function face(shooter: Fighter, target: Fighter, metres: number): void {
  for (const fighter of [shooter, target]) Object.assign(truth(fighter), { x: 0, y: 0, isProtected: false });
  truth(target).x = metres;
  bench.advance(SPAWN_PROTECTION_TICKS);
  Object.assign(truth(target), { x: metres, y: 0 });
  bench.settle();
}

test("one tick of input moves a fighter a tick's way at 6 m/s, diagonals too", async () => {
  await open();
  const ann = await seat("Ann");
  const { x, y } = truth(ann);
  for (let tick = 0; tick < TICK_HZ; tick++) bench.advance(1, () => send(ann, { moveX: x > 0 ? -1 : 1 }));
  assert.ok(Math.abs(Math.abs(truth(ann).x - x) - 6) < 0.001);
  const from = { ...truth(ann).toJSON() };
  for (let tick = 0; tick < TICK_HZ / 2; tick++)
    bench.advance(1, () => send(ann, { moveX: x > 0 ? 1 : -1, moveY: y > 0 ? -1 : 1 }));
  assert.ok(Math.abs(Math.hypot(truth(ann).x - from.x, truth(ann).y - from.y) - 3) < 0.001);
});

test("walls stop a fighter at half its width", async () => {
  await open();
  const ann = await seat("Ann");
  bench.advance(8 * TICK_HZ, () => send(ann, { moveX: 1 }));
  assert.equal(truth(ann).x, 19.5);
});

test("nobody fires faster than the gun, however often the trigger is sent", async () => {
  await open();
  const ann = await seat("Ann");
  bench.advance(SHOT_INTERVAL_TICKS * 5, () => send(ann, { fire: true }));
  bench.settle();
  assert.equal(ann.shots.length, 5);
});

test("a hit hurts, pushes along the shot, and kills at no health; the dead come back whole and protected", async () => {
  await open();
  const [ann, bob] = [await seat("Ann"), await seat("Bob")];
  face(ann, bob, 5);
  bench.advance(1, () => send(ann, { fire: true, aim: 0 }));
  assert.equal(truth(bob).health, MAX_HEALTH - SHOT_DAMAGE);
  assert.ok(truth(bob).pushX > 0);
  Object.assign(truth(bob), { health: SHOT_DAMAGE });
  bench.advance(SHOT_INTERVAL_TICKS, () => send(ann, {}));
  bench.advance(1, () => send(ann, { fire: true, aim: 0 }));
  assert.equal(truth(bob).isAlive, false);
  assert.equal(truth(ann).frags, 1);
  assert.equal(truth(bob).deaths, 1);
  const { x } = truth(bob);
  bench.advance(3, () => send(bob, { moveX: 1 }));
  assert.equal(truth(bob).x, x, "the dead do not walk");
  bench.advance(RESPAWN_TICKS);
  assert.deepEqual([truth(bob).isAlive, truth(bob).health, truth(bob).isProtected], [true, MAX_HEALTH, true]);
});

test("what the shooter saw is what counts: a target that has walked on since is hit where it was shown", async () => {
  await open();
  const [ann, bob] = [await seat("Ann"), await seat("Bob")];
  face(ann, bob, 8);
  // Bob walks up, away from the line of fire; Ann's screen is 200 ms behind.
  const SCREEN_DELAY_MS = 200;
  const input = ann.room.input<ArenaInput>({ type: ArenaInput, renderDelay: SCREEN_DELAY_MS });
  const path: number[] = [];
  bench.advance(12, () => {
    send(bob, { moveY: 1 });
    path.push(truth(bob).y);
  });
  const shown = path.at(-SCREEN_DELAY_MS / (1000 / TICK_HZ)) ?? 0;
  assert.ok(truth(bob).y - shown > 1, "Bob has left what Ann sees by more than his width");
  Object.assign(input.data, { fire: true, aim: Math.atan2(shown, 8) });
  input.send();
  ann.uplink.deliver();
  bench.advance(1);
  assert.equal(truth(bob).health, MAX_HEALTH - SHOT_DAMAGE);

  // From a screen with no delay the same lead misses: it is the rewind that hit, not luck.
  bench.advance(SHOT_INTERVAL_TICKS, () => send(ann, {}));
  bench.settle();
  const { y } = truth(bob);
  bench.advance(1, () => {
    Object.assign(input.data, { fire: true, aim: Math.atan2(y - 1.5, 8) });
    input.send();
    ann.uplink.deliver();
  });
  bench.settle();
  assert.deepEqual(
    ann.shots.map(({ hit }) => hit),
    [bob.sessionId, ""],
  );
});

test("a protected fighter is not hurt, and shooting ends its own protection", async () => {
  await open();
  const [ann, bob] = [await seat("Ann"), await seat("Bob")];
  face(ann, bob, 5);
  truth(bob).isProtected = true;
  bench.advance(1, () => send(ann, { fire: true, aim: 0 }));
  assert.equal(truth(bob).health, MAX_HEALTH);
  bench.advance(1, () => send(bob, { fire: true, aim: 1 }));
  assert.equal(truth(bob).isProtected, false);
});

test("a round ends with its winner, pauses, and begins anew with clean scores", async () => {
  await open();
  const ann = await seat("Ann");
  truth(ann).frags = FRAGS_TO_WIN;
  bench.advance(1);
  const { state } = bench.room;
  assert.deepEqual([state.phase, state.winner, state.round], ["over", "Ann", 1]);
  bench.advance(ROUND_PAUSE_TICKS);
  assert.deepEqual([state.phase, state.round, truth(ann).frags], ["playing", 2, 0]);
});

test("bots fill the arena through the same inputs as people, and give way to them", async () => {
  await open({ fighters: 4 });
  const bots = () => [...bench.room.state.players.values()].filter(({ isBot }) => isBot);
  assert.equal(bots().length, 4);
  const from = bots().map(({ x, y }) => ({ x, y }));
  bench.advance(2 * TICK_HZ);
  const moved = bots().map(({ x, y }, index) => Math.hypot(x - (from[index]?.x ?? 0), y - (from[index]?.y ?? 0)));
  assert.ok(Math.max(...moved) > 1, `the bots stand still: ${moved}`);
  assert.ok(Math.max(...moved) < 12.01 + 3, `a bot is faster than a person: ${moved}`);
  await seat("Ann");
  assert.equal(bots().length, 3);
});

test("the same seed gives the same arena", async () => {
  const play = async (): Promise<unknown> => {
    await open({ fighters: 5, seed: 99 });
    bench.advance(5 * TICK_HZ);
    const players = [...bench.room.state.players.values()].map((player) => player.toJSON());
    return players;
  };
  const first = await play();
  await bench.close();
  assert.deepEqual(await play(), first);
});

test("everything a client is told adds up to the server's state", async () => {
  await open({ fighters: 3 });
  const [ann, bob] = [await seat("Ann"), await seat("Bob")];
  bench.advance(60, (tick) => {
    send(ann, { moveX: tick % 20 < 10 ? 1 : -1, aim: 0.5, fire: tick % 3 === 0 });
    // Bob's frames come late and in bunches, but a WebSocket keeps their order.
    if (tick % 7 === 0) bob.downlink.deliver();
  });
  bench.settle();
  const rounded = (state: ArenaState): unknown =>
    JSON.parse(
      JSON.stringify(state.toJSON(), (_key, value) => (typeof value === "number" ? Math.fround(value) : value)),
    );
  assert.deepEqual(rounded(ann.room.state), rounded(bench.room.state));
  assert.deepEqual(rounded(bob.room.state), rounded(bench.room.state));
  assert.deepEqual(bench.failures, []);
});
