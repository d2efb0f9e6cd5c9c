// A client that lies about time, made of the unmodified SDK, against the real processes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { INPUT_BURST_TICKS } from "../../rooms/kit/input-budget.ts";
import { ARENA_HALF_SIZE, ArenaInput, PLAYER_RADIUS, RUN_SPEED, TICK_HZ } from "../../shared/schema/arena/index.ts";
import { GameStack } from "../support/game-stack.ts";
import { askSeat, type StockRoom, takeSeat, untilState } from "../support/seat.ts";

const WALL = ARENA_HALF_SIZE - PLAYER_RADIUS;
const STEP_METRES = RUN_SPEED / TICK_HZ;
/** How long the race is, in ticks of the server. */
const RACE_TICKS = 120;
/** Float32 positions, summed over a race. */
const ROUNDING_METRES = 0.01;

let stack: GameStack;

before(async () => {
  stack = await GameStack.start();
});
after(() => stack?.stop());

test("inputs sent 4 times too fast move a fighter no faster than real time", async (t) => {
  const room = await takeSeat(await askSeat(stack.platformUrl));
  t.after(() => room.leave());
  await untilState(room, ({ players }) => players.has(room.sessionId));
  const honest = await race(room, { inputsPerTick: 1 });
  const hasty = await race(room, { inputsPerTick: 4 });
  const metres = (run: Race): string => `${run.metres.toFixed(2)} m in ${run.ticks} ticks`;
  t.diagnostic(`honest ${metres(honest)}, four times too fast ${metres(hasty)} (${hasty.sent} inputs sent)`);
  assert.ok(honest.metres > 0.9 * honest.ticks * STEP_METRES, "an honest client is not held back");
  assert.ok(hasty.sent > 3.5 * hasty.ticks, "the hasty client really sent four times as much");
  assert.ok(
    hasty.metres <= (hasty.ticks + INPUT_BURST_TICKS) * STEP_METRES + ROUNDING_METRES,
    "over any time: its ticks, and what was saved up before",
  );
});

/** What a run across the arena came to. */
interface Race {
  readonly metres: number;
  readonly ticks: number;
  readonly sent: number;
}

/** Runs from one wall towards the other for `RACE_TICKS`, sending so many inputs for each tick of the clock. */
async function race(room: StockRoom, { inputsPerTick }: { inputsPerTick: number }): Promise<Race> {
  const self = (): { x: number } => room.state.players.get(room.sessionId) ?? { x: Number.NaN };
  await run(room, { moveX: -1, inputsPerTick: 1 }, () => self().x === -WALL);
  const [fromX, fromTick] = [self().x, room.state.tick];
  const sent = await run(room, { moveX: 1, inputsPerTick }, () => room.state.tick - fromTick >= RACE_TICKS);
  return { metres: self().x - fromX, ticks: room.state.tick - fromTick, sent };
}

/** Sends inputs by this machine's clock until a state is as `isDone` says. Resolves with how many were sent. */
async function run(
  room: StockRoom,
  { moveX, inputsPerTick }: { moveX: -1 | 1; inputsPerTick: number },
  isDone: () => boolean,
): Promise<number> {
  const input = room.input<ArenaInput>({ type: ArenaInput });
  const startedAt = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * TICK_HZ * inputsPerTick);
    for (; sent < due; sent++) {
      input.data.moveX = moveX;
      input.send();
    }
  }, 4);
  await untilState(room, isDone);
  clearInterval(timer);
  return sent;
}
