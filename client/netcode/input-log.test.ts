import assert from "node:assert/strict";
import { test } from "node:test";
import { GameWire, InputReceiver } from "../../shared/netcode/index.ts";
import { ArenaInput, arena } from "../../shared/schema/arena/index.ts";
import { InputLog } from "./input-log.ts";

const wire = new GameWire(arena.netcode!);
const newLog = (): InputLog<ArenaInput> => new InputLog(wire, ArenaInput);

function input(values: Partial<Pick<ArenaInput, "moveX" | "moveY" | "aim" | "fire">>): ArenaInput {
  return Object.assign(new ArenaInput(), values);
}

test("what is predicted with is what the server reads, to the bit", () => {
  const log = newLog();
  const receiver = new InputReceiver(wire.input);
  log.add(input({ moveX: 1, aim: 1.23456789, fire: true }));
  assert.equal(receiver.accept(log.encode(0, { newest: -1, mask: 0 }, Number.NaN), 0), "accepted");
  const values = [0, 0, 0, 0];
  assert.ok(receiver.take(values));
  const kept = log.at(1)!;
  assert.deepEqual(values, [kept.moveX, kept.moveY, kept.aim, Number(kept.fire)]);
  assert.equal(kept.fire, true, "a button is a boolean again");
  assert.notEqual(kept.aim, 1.23456789);
});

test("inputs are numbered from 1, told of as they come, and kept until they are confirmed", () => {
  const log = newLog();
  const told: number[] = [];
  const stop = log.onSend((seq) => told.push(seq));
  for (let count = 0; count < 5; count++) log.add(input({ moveX: 1 }));
  assert.deepEqual(told, [1, 2, 3, 4, 5]);
  assert.deepEqual([log.sentCount, log.pendingCount, log.lastProcessed], [5, 5, 0]);
  log.confirm(2);
  assert.deepEqual([log.pendingCount, log.lastProcessed, log.at(3), log.at(4) !== undefined], [2, 3, undefined, true]);
  log.confirm(1);
  assert.equal(log.lastProcessed, 3, "a late confirmation takes nothing back");
  stop();
  log.add(input({}));
  assert.equal(told.length, 5);
});

test("[INP8] another life of the connection goes on with what the server has not taken, in frames of its own epoch", () => {
  const log = newLog();
  for (let count = 0; count < 10; count++) log.add(input({ moveX: 1 }));
  log.restart(7, 4, 20);
  assert.deepEqual([log.sentCount, log.lastProcessed, log.pendingCount], [10, 4, 6]);
  assert.deepEqual([log.at(4), log.at(5)?.moveX], [undefined, 1]);
  log.add(input({ moveY: 1 }));
  const receiver = new InputReceiver(wire.input, { epoch: 7 });
  assert.equal(receiver.accept(log.encode(0, { newest: 3, mask: 1 }, 2.5), 0), "accepted");
  assert.deepEqual([receiver.header.count, receiver.header.newestTick, receiver.header.viewAge], [7, 10, 8]);
});

test("[INP8] of what the server has not taken, what is too old is neither sent nor replayed", () => {
  const log = newLog();
  for (let count = 0; count < 10; count++) log.add(input({ moveX: 1 }));
  log.restart(1, 4, 2);
  assert.deepEqual([log.lastProcessed, log.pendingCount, log.at(8), log.at(9)?.moveX], [8, 2, undefined, 1]);
  log.restart(2, 4, 0);
  assert.deepEqual([log.lastProcessed, log.pendingCount], [10, 0]);
});

test("[INP8] a client that knows nothing of the seat's earlier inputs begins where the server says", () => {
  const log = newLog();
  log.restart(3, 500, 0);
  log.add(input({ moveX: 1 }));
  const receiver = new InputReceiver(wire.input, { epoch: 3 });
  receiver.accept(log.encode(0, { newest: -1, mask: 0 }, Number.NaN), 0);
  assert.deepEqual([receiver.header.newestTick, log.at(501)?.moveX], [500, 1]);
});

test("[INP2] there is room for 64 unconfirmed inputs; memory is bounded however many are added, and what is too old is not replayed", () => {
  const log = newLog();
  assert.equal(log.room, 64);
  for (let count = 0; count < 1_000; count++) log.add(input({ moveX: 1 }));
  assert.deepEqual([log.room, log.pendingCount], [0, 64]);
  assert.equal(log.at(1_000 - log.replayBufferSize), undefined);
  assert.ok(log.at(1_000 - log.replayBufferSize + 1));
});
