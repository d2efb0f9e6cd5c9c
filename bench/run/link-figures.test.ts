import assert from "node:assert/strict";
import { test } from "node:test";
import { linkFiguresOf } from "./link-figures.ts";

const PLAY = { clients: 10, cpuMicroseconds: 2_000, messagesPerSecond: 60 };

test("messages a core are those of one player over what they cost", () => {
  assert.deepEqual(linkFiguresOf(PLAY), { messagesPerCore: 30_000 });
});

test("a join costs what is left when the play of those who had joined is taken off", () => {
  const { joinCpuMs } = linkFiguresOf({ ...PLAY, join: { cpuMicroseconds: 120_000, clientSeconds: 10 } });
  assert.equal(joinCpuMs, 10);
  assert.equal(linkFiguresOf({ ...PLAY, join: { cpuMicroseconds: 1, clientSeconds: 10 } }).joinCpuMs, 0);
});

test("what passed on the wire is that of one client and second", () => {
  const wire = { before: { bytes: 1_000, packets: 10 }, after: { bytes: 41_000, packets: 1_210 }, seconds: 4 };
  const figures = linkFiguresOf({ ...PLAY, wire });
  assert.deepEqual([figures.wireBytesPerSecond, figures.wirePacketsPerSecond], [1_000, 30]);
});
