import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { type TestContext, test } from "node:test";
import { pino } from "pino";
import { type MatchProcess, Supervisor } from "./supervisor.ts";

/** A child process that does what the test says. */
class FakeProcess extends EventEmitter implements MatchProcess {
  readonly signals: string[] = [];
  readonly index: number;

  constructor(index: number) {
    super();
    this.index = index;
  }

  kill(signal: string): void {
    this.signals.push(signal);
  }

  listen(): void {
    this.emit("message", "listening");
  }

  end(code: number | null, signal: string | null = null): void {
    this.emit("exit", code, signal);
  }
}

/** A supervisor over fake processes, on a clock that the test moves. */
function supervised(t: TestContext, count: number) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const started: FakeProcess[] = [];
  const events: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void events.push(JSON.parse(line).event) });
  const supervisor = new Supervisor({
    count,
    log,
    start: (index) => {
      const child = new FakeProcess(index);
      started.push(child);
      return child;
    },
  });
  let exitCode: number | undefined;
  const ended = supervisor.run().then((code) => {
    exitCode = code;
    return code;
  });
  return { supervisor, started, events, ended, exitCode: () => exitCode };
}

test("one that dies is started again after a wait, and the others are left alone", (t) => {
  const { started } = supervised(t, 2);
  for (const child of started) child.listen();
  started[1]!.end(null, "SIGKILL");
  assert.equal(started.length, 2);
  t.mock.timers.tick(500);
  assert.deepEqual(
    started.map(({ index }) => index),
    [0, 1, 1],
  );
  assert.deepEqual(started[0]!.signals, []);
});

test("each death in a row waits longer, and after six within a minute the process is given up", async (t) => {
  const { supervisor, started, events, ended, exitCode } = supervised(t, 2);
  for (const child of started) child.listen();
  for (let death = 1; death <= 5; death += 1) {
    started.at(-1)!.end(1);
    t.mock.timers.tick(500 * death - 1);
    assert.equal(started.length, 1 + death, `it waits ${500 * death} ms`);
    t.mock.timers.tick(1);
    assert.equal(started.length, 2 + death);
  }
  started.at(-1)!.end(1);
  t.mock.timers.tick(60_000);
  assert.equal(started.length, 7);
  assert.equal(events.at(-1), "match-process.given-up");
  assert.equal(exitCode(), undefined, "the other goes on");
  supervisor.stop("SIGTERM");
  started[0]!.end(0);
  assert.equal(await ended, 1);
});

test("deaths that are far apart are forgotten", (t) => {
  const { started } = supervised(t, 1);
  started[0]!.listen();
  for (let death = 0; death < 20; death += 1) {
    started.at(-1)!.end(1);
    t.mock.timers.tick(500);
    t.mock.timers.tick(60_000);
  }
  assert.equal(started.length, 21);
});

test("when the last one is given up, it is over", async (t) => {
  const { started, ended } = supervised(t, 1);
  started[0]!.listen();
  for (let death = 1; death <= 6; death += 1) {
    started.at(-1)!.end(1);
    t.mock.timers.tick(500 * death);
  }
  assert.equal(await ended, 1);
});

test("one that never came up ends all of them with exit code 1", async (t) => {
  const { started, ended, events } = supervised(t, 2);
  started[0]!.listen();
  started[1]!.end(1);
  assert.ok(events.includes("supervisor.failed"));
  assert.deepEqual(started[0]!.signals, ["SIGTERM"]);
  started[0]!.end(0);
  assert.equal(await ended, 1);
});

test("a signal drains all, a second one is passed on too, and it ends when the last has ended", async (t) => {
  const { supervisor, started, ended, exitCode } = supervised(t, 2);
  for (const child of started) child.listen();
  supervisor.stop("SIGTERM");
  supervisor.stop("SIGTERM");
  assert.deepEqual(
    started.map(({ signals }) => signals),
    [
      ["SIGTERM", "SIGTERM"],
      ["SIGTERM", "SIGTERM"],
    ],
  );
  started[0]!.end(0);
  await Promise.resolve();
  assert.equal(exitCode(), undefined);
  started[1]!.end(0);
  assert.equal(await ended, 0);
  t.mock.timers.tick(60_000);
  assert.equal(started.length, 2, "none is started again");
});

test("one that waits for its restart is not started again by then", async (t) => {
  const { supervisor, started, ended } = supervised(t, 2);
  for (const child of started) child.listen();
  started[1]!.end(1);
  supervisor.stop("SIGTERM");
  started[0]!.end(0);
  assert.equal(await ended, 0);
  t.mock.timers.tick(60_000);
  assert.equal(started.length, 2);
});
