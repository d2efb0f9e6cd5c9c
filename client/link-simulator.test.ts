import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LinkSimulator, type LinkTimer } from "./link-simulator.ts";

/** Time that the test moves. */
class ManualTimer implements LinkTimer {
  nowMs = 0;
  #waiting: { atMs: number; callback: () => void }[] = [];

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const entry = { atMs: this.nowMs + delayMs, callback };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  get pending(): number {
    return this.#waiting.length;
  }

  run(forMs: number): void {
    const untilMs = this.nowMs + forMs;
    for (;;) {
      const next = this.#waiting.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.nowMs = next.atMs;
      next.callback();
    }
    this.nowMs = untilMs;
  }
}

function rig() {
  const timer = new ManualTimer();
  const sent: { bytes: Uint8Array; atMs: number }[] = [];
  const received: { data: unknown; atMs: number }[] = [];
  const closed: number[] = [];
  const counted = { in: 0, out: 0 };
  const connection = {
    isOpen: true,
    transport: { send: (bytes: Uint8Array): void => void sent.push({ bytes, atMs: timer.nowMs }) },
    events: {
      onmessage: (event: MessageEvent): void => void received.push({ data: event.data, atMs: timer.nowMs }),
      onclose: (): void => void closed.push(received.length),
    },
  };
  const simulator = new LinkSimulator(
    connection,
    {
      onFrameIn: (bytes) => {
        counted.in += bytes;
      },
      onFrameOut: (bytes) => {
        counted.out += bytes;
      },
    },
    1,
    timer,
  );
  const receive = (byte: number): void =>
    connection.events.onmessage({ data: new Uint8Array([byte]).buffer } as MessageEvent);
  return { timer, sent, received, closed, counted, connection, simulator, receive };
}

describe("LinkSimulator", () => {
  test("with nothing set, frames pass in the same call, uncopied, with no timer", () => {
    const { timer, sent, received, connection, counted, receive } = rig();
    const frame = new Uint8Array([1, 2]);
    connection.transport.send(frame);
    receive(7);
    assert.equal(sent[0]?.bytes, frame);
    assert.equal(received.length, 1);
    assert.equal(timer.pending, 0);
    assert.deepEqual(counted, { in: 1, out: 2 });
  });

  test("latency delays both directions by half, and keeps what was in the buffer when it was sent", () => {
    const { timer, sent, received, connection, simulator, receive } = rig();
    simulator.conditions.latencyMs = 100;
    const frame = new Uint8Array([1]);
    connection.transport.send(frame);
    frame[0] = 2;
    receive(7);
    timer.run(49);
    assert.equal(sent.length + received.length, 0);
    timer.run(1);
    assert.deepEqual([...(sent[0]?.bytes ?? [])], [1]);
    assert.equal(received[0]?.atMs, 50);
  });

  test("frames keep their order when the conditions change or end while some wait", () => {
    const { timer, sent, connection, simulator } = rig();
    simulator.conditions = { latencyMs: 200, jitterMs: 100, lossPercent: 20 };
    for (let frame = 0; frame < 50; frame++) {
      if (frame === 25) simulator.conditions = { latencyMs: 0, jitterMs: 0, lossPercent: 0 };
      connection.transport.send(new Uint8Array([frame]));
      timer.run(5);
    }
    timer.run(20_000);
    assert.deepEqual(
      sent.map(({ bytes }) => bytes[0]),
      Array.from({ length: 50 }, (_, frame) => frame),
    );
    connection.transport.send(new Uint8Array([50]));
    assert.equal(sent.length, 51, "and passes straight through when nothing waits any longer");
  });

  test("loss shows as a stall and a burst, and nothing is missing", () => {
    const { timer, received, simulator, receive } = rig();
    simulator.conditions.lossPercent = 5;
    for (let frame = 0; frame < 200; frame++) {
      receive(frame);
      timer.run(33);
    }
    timer.run(5_000);
    assert.equal(received.length, 200);
    const gaps = received.map(({ atMs }, index) => atMs - (received[index - 1]?.atMs ?? 0));
    assert.ok(Math.max(...gaps) >= 165, "it stalled");
    assert.ok(gaps.filter((gap) => gap === 0).length >= 4, "and what had waited came at once");
  });

  test("when the connection closes, what had arrived is delivered first and what had not left is dropped", () => {
    const { timer, sent, received, closed, connection, simulator, receive } = rig();
    simulator.conditions.latencyMs = 100;
    connection.transport.send(new Uint8Array([1]));
    receive(7);
    connection.events.onclose();
    assert.deepEqual(closed, [1]);
    timer.run(1_000);
    assert.equal(sent.length, 0);
    assert.equal(received.length, 1);
    assert.equal(timer.pending, 0);
  });

  test("frames that wait are bounded: beyond it they pass, in order", () => {
    const { sent, connection, simulator } = rig();
    simulator.conditions.latencyMs = 2_000;
    for (let frame = 0; frame < 1_025; frame++) connection.transport.send(new Uint8Array([frame % 256]));
    assert.equal(sent.length, 1_024);
  });
});
