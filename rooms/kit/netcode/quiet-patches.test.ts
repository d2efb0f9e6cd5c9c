import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, Protocol } from "@colyseus/core";
import { dropEmptyPatches, isEmptyPatch } from "./quiet-patches.ts";

const TIMED = Protocol.ROOM_STATE_PATCH | 0x80;

test("a patch with a change in it is not empty, and neither is any other frame", () => {
  assert.equal(isEmptyPatch(Uint8Array.of(Protocol.ROOM_STATE_PATCH)), true);
  assert.equal(isEmptyPatch(Uint8Array.of(TIMED, 1, 2, 3, 4, 5, 6, 7, 8)), true);
  assert.equal(isEmptyPatch(Uint8Array.of(Protocol.ROOM_STATE_PATCH, 0x80)), false);
  assert.equal(isEmptyPatch(Uint8Array.of(TIMED, 1, 2, 3, 4, 5, 6, 7, 8, 0x80)), false);
  assert.equal(isEmptyPatch(Uint8Array.of(Protocol.ROOM_STATE)), false);
  assert.equal(isEmptyPatch(new Uint8Array()), false);
});

test("what a client is sent otherwise arrives, in order", () => {
  const sent: number[] = [];
  const client = { raw: (data: Uint8Array) => void sent.push(data.length) } as unknown as Client;
  dropEmptyPatches(client);
  for (const length of [1, 2, 9, 10]) client.raw(new Uint8Array(length).fill(TIMED, 0, 1));
  assert.deepEqual(sent, [1, 2, 10], "one byte with a time announced is not a whole patch");
});
