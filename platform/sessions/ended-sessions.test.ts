// The pages of ended sessions: one question for many game servers, and no heartbeat that waits for a database.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { AppError } from "../../shared/schema/errors.ts";
import {
  type EndedSession,
  FIRST_ENVIRONMENT as environmentId,
  HeartbeatResponse,
  MAX_EVICTIONS_PER_HEARTBEAT,
} from "../../shared/schema/platform/index.ts";
import { EndedSessions, FIRST_PAGE_MS, OVERLAP_MS } from "./ended-sessions.ts";
import type { EndedPosition } from "./store.ts";

const NOW = 1_800_000_000_500;
const NOTHING = { endedSessions: [], hasMore: false };

type Row = EndedSession & { atMs: number };

function bench(read: () => Promise<Row[]>) {
  const asked: EndedPosition[] = [];
  const clock = { nowMs: NOW };
  const store = {
    endedSince: (_: unknown, after: EndedPosition) => {
      asked.push(after);
      return read();
    },
  };
  return { asked, clock, ended: new EndedSessions(store, () => clock.nowMs) };
}

describe("ended sessions", () => {
  it("are read once for all game servers that have read to the same place", async () => {
    const { asked, clock, ended } = bench(async () => []);
    const first = await ended.since(environmentId, undefined);
    assert.deepEqual(asked, [{ atMs: NOW - FIRST_PAGE_MS }]);
    assert.equal(first.endedCursor, String(NOW - 500 - OVERLAP_MS));
    await Promise.all(Array.from({ length: 100 }, () => ended.since(environmentId, first.endedCursor)));
    assert.equal(asked.length, 2);
    clock.nowMs += 1_000;
    await ended.since(environmentId, first.endedCursor);
    assert.equal(asked.length, 3);
  });

  it("come a full page at a time, and the cursor of a full page is its last row", async () => {
    const rows: Row[] = Array.from({ length: MAX_EVICTIONS_PER_HEARTBEAT }, (_, index) => ({
      sessionId: randomUUID(),
      reason: "banned",
      atMs: NOW + index,
    }));
    const { asked, ended } = bench(async () => rows);
    const page = HeartbeatResponse.parse(await ended.since(environmentId, undefined));
    assert.equal(page.hasMore, true);
    const last = rows.at(-1)!;
    assert.equal(page.endedCursor, `${last.atMs}.${last.sessionId}`);
    await ended.since(environmentId, page.endedCursor);
    assert.deepEqual(asked[1], { atMs: last.atMs, sessionId: last.sessionId });
  });

  it("are nothing while the database is away or slow, without a cursor, so that they come later", async () => {
    let isAway = true;
    const { asked, ended } = bench(async () => {
      if (isAway) throw new AppError("service.unavailable", "away");
      return [];
    });
    assert.deepEqual(await ended.since(environmentId, "5"), NOTHING);
    isAway = false;
    assert.notDeepEqual(await ended.since(environmentId, "5"), NOTHING, "a failure is not remembered");
    assert.equal(asked.length, 2);
    const slow = bench(() => new Promise(() => undefined));
    assert.deepEqual(await slow.ended.since(environmentId, undefined), NOTHING);
    const broken = bench(() => Promise.reject(new Error("a fault of ours")));
    await assert.rejects(broken.ended.since(environmentId, undefined), /a fault of ours/);
  });
});
