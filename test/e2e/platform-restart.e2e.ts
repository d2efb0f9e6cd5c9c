// A match does not need the platform, and a platform that comes back needs no game server to be restarted.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { TICK_HZ } from "../../shared/schema/arena/index.ts";
import { Fighter } from "../support/fighter.ts";
import { GameStack } from "../support/game-stack.ts";
import { askSeat, signIn, takeSeat, untilState } from "../support/seat.ts";
import { until } from "../support/until.ts";

let stack: GameStack;

before(async () => {
  stack = await GameStack.start();
});
after(() => stack?.stop());

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test(`a match goes on while the platform is down (${signal}), and when it is back the same device is the same player`, async (t) => {
    const deviceId = randomUUID();
    const ann = await Fighter.join(stack.platformUrl, deviceId);
    t.after(() => ann.leave());
    const { playerId } = ann.session;
    const exit = await stack.platform.end(signal);
    assert.deepEqual(exit, signal === "SIGTERM" ? { code: 0, signal: null } : { code: null, signal });
    await assert.rejects(fetch(stack.platformUrl), "nobody listens there any more");

    const { tick } = ann.session.stats;
    const { x } = ann.self;
    ann.held.moveX = x > 0 ? -1 : 1;
    await until("the server to move the fighter", () => Math.abs(ann.self.x - x) > 3);
    ann.stand();
    await until("two seconds of ticks", () => ann.session.stats.tick >= tick + 2 * TICK_HZ);
    await until("the game server to notice", async () => {
      const answer = await fetch(`${stack.gameOpsUrl}/readyz`);
      return answer.status === 503 && /platform/.test(await answer.text());
    });
    assert.equal(ann.session.stats.isReconnecting, false, "the seat was never in doubt");

    const startedAt = performance.now();
    await stack.startPlatform();
    await stack.untilReady();
    t.diagnostic(`ready again ${Math.round(performance.now() - startedAt)} ms after its start`);
    assert.equal((await signIn(stack.platformUrl, deviceId)).playerId, playerId);
    const bob = await takeSeat(await askSeat(stack.platformUrl));
    t.after(() => bob.leave());
    await untilState(bob, ({ players }) => players.has(ann.sessionId));
    assert.ok(stack.gameServer.isRunning);
  });
}
