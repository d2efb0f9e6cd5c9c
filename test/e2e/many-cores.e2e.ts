// One machine, two match processes: rooms spread over both, one dies and the other does not notice, a signal ends both.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MAX_PLAYERS, TICK_HZ } from "../../shared/schema/arena/index.ts";
import { Fighter } from "../support/fighter.ts";
import { GameStack } from "../support/game-stack.ts";
import { isAlive, processTree } from "../support/process-tree.ts";
import { askSeat, type Seat, type StockRoom, takeSeat, untilState } from "../support/seat.ts";
import { until } from "../support/until.ts";

/** A process that was killed waits half a second and then starts anew; this much is enough on a busy machine. */
const RESTART_PATIENCE_MS = 40_000;

let stack: GameStack;
let ann: Fighter;
let bob: StockRoom;
let bobsSeat: Seat;

before(async () => {
  stack = await GameStack.start({ gameEnvironment: { GAME_PROCESSES: "2" } });
  await until("both processes to be registered", () => registered().length === 2);
  ann = await Fighter.join(stack.platformUrl);
  const { tick } = ann.session.stats;
  // A process measures its load over three seconds and says it once a second: by now both know who has a room.
  await until("five seconds of ticks", () => ann.session.stats.tick >= tick + 5 * TICK_HZ);
});
after(async () => {
  await ann?.leave();
  await stack?.stop();
});

/** The log records of this event, oldest first. */
function records(lines: readonly string[], event: string): Record<string, unknown>[] {
  const all = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, unknown>);
  return all.filter((record) => record["event"] === event);
}

const registered = () => records(stack.platform.lines, "game_server.registered");

/** The process that listens at `endpoint`, by its index and its process id. */
function processAt(endpoint: string): { index: number; pid: number } {
  const port = Number(new URL(endpoint).port);
  const listening = records(stack.gameServer.lines, "game-server.listening").find(({ gamePort }) => gamePort === port);
  const index = Number(String(listening?.["process"]).split("-").at(-1));
  const started = records(stack.gameServer.lines, "match-process.started").findLast(
    (record) => record["index"] === index,
  );
  return { index, pid: Number(started?.["pid"]) };
}

test("an arena is filled before another opens, and that one opens on the other process", async () => {
  const inAnnsArena: Seat[] = [];
  for (let seat = 1; seat < MAX_PLAYERS; seat += 1) inAnnsArena.push(await askSeat(stack.platformUrl));
  assert.equal(new Set(inAnnsArena.map(({ roomId }) => roomId)).size, 1);
  bobsSeat = await askSeat(stack.platformUrl);
  assert.notEqual(bobsSeat.roomId, inAnnsArena[0]!.roomId);
  assert.notEqual(bobsSeat.endpoint, inAnnsArena[0]!.endpoint);
  bob = await takeSeat(bobsSeat);
  bob.reconnection.enabled = false;
  await untilState(bob, ({ players }) => players.has(bob.sessionId));
  const carl = await takeSeat(inAnnsArena[0]!);
  await untilState(carl, ({ players }) => players.has(ann.sessionId));
  await carl.leave();
});

test("a process that is killed takes its rooms with it; the other's go on, and new players go there", async () => {
  const bobLeft = new Promise((resolve) => bob.onLeave(resolve));
  process.kill(processAt(bobsSeat.endpoint).pid, "SIGKILL");
  await bobLeft;
  const { tick } = ann.session.stats;
  const seat = await until("a seat while one process is gone", () => askSeat(stack.platformUrl).catch(() => undefined));
  assert.notEqual(seat.endpoint, bobsSeat.endpoint);
  await until("two seconds of ticks", () => ann.session.stats.tick >= tick + 2 * TICK_HZ);
  assert.equal(ann.session.stats.isReconnecting, false, "the seat was never in doubt");
});

test("it is started again, and rooms are opened there again", async () => {
  const { index } = processAt(bobsSeat.endpoint);
  const name = `game-server-${index}`;
  await until(
    "the process to listen again",
    () =>
      records(stack.gameServer.lines, "game-server.listening").filter((line) => line["process"] === name).length === 2,
    RESTART_PATIENCE_MS,
  );
  const seat = await until(
    "a seat there",
    async () => {
      const given = await askSeat(stack.platformUrl);
      return processAt(given.endpoint).index === index && given;
    },
    RESTART_PATIENCE_MS,
  );
  const dora = await takeSeat(seat);
  await untilState(dora, ({ players }) => players.has(dora.sessionId));
  await dora.leave();
});

test("a signal drains both and ends all of it", async () => {
  const tree = processTree(stack.gameServer.pid);
  assert.equal(tree.length, 3, "a supervisor and two match processes");
  const { code } = await stack.gameServer.end("SIGTERM");
  assert.equal(code, 0);
  assert.equal(records(stack.gameServer.lines, "game-server.stopped").length, 2);
  assert.deepEqual(tree.filter(isAlive), []);
});
