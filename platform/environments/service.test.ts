// Environments are found by name, at the cost of few reads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AppError } from "../../shared/schema/errors.ts";
import { EnvironmentId, FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import type { Database } from "../db/database.ts";
import { MemoryAuditLog } from "../testing/memory-audit-log.ts";
import { environmentKey } from "./environment-key.ts";
import { ENVIRONMENTS_FRESH_MS, EnvironmentService, UNKNOWN_RETRY_MS } from "./service.ts";
import { type Environment, EnvironmentStore } from "./store.ts";

const live = EnvironmentId.parse("demo/live");
const unknown = (error: unknown) => error instanceof AppError && error.code === "environment.unknown";

/** Whatever asks it fails: these tests are about what is remembered. */
const NO_DATABASE = {} as Database;

function service(defaultEnvironment = FIRST_ENVIRONMENT) {
  const state = { nowMs: 0, reads: 0, isAway: false, ids: [FIRST_ENVIRONMENT] };
  const all = async (): Promise<Environment[]> => {
    state.reads += 1;
    if (state.isAway) throw new AppError("service.unavailable", "away");
    return state.ids.map((id) => ({ id, corsOrigins: undefined }));
  };
  const ensure = async (id: EnvironmentId) => void state.ids.push(id);
  const store = Object.assign(new EnvironmentStore(NO_DATABASE), { all, ensure });
  const deps = { store, audit: new MemoryAuditLog(), defaultEnvironment };
  return { state, environments: new EnvironmentService({ ...deps, now: () => state.nowMs }) };
}

test("many questions are one read, and what was read is believed for a while", async () => {
  const { state, environments } = service();
  await Promise.all(Array.from({ length: 50 }, () => environments.find("demo/dev")));
  assert.equal(state.reads, 1);
  state.nowMs += ENVIRONMENTS_FRESH_MS - 1;
  assert.equal((await environments.find("demo/dev")).id, "demo/dev");
  assert.equal(state.reads, 1);
  state.nowMs += 1;
  await environments.find("demo/dev");
  assert.equal(state.reads, 2);
});

test("names that do not exist are environment.unknown, and cannot make it read at a stranger's pace", async () => {
  const { state, environments } = service();
  await environments.find("demo/dev");
  for (let i = 0; i < 100; i += 1) await assert.rejects(environments.find(`demo/x${i}`), unknown);
  for (const name of ["", "demo", "Demo/dev", "demo/dev/x", "__proto__", "demo/dev\n"]) {
    await assert.rejects(environments.find(name), unknown);
  }
  assert.equal(state.reads, 1);
});

test("a new environment is found soon after it was made", async () => {
  const { state, environments } = service();
  await assert.rejects(environments.find("demo/live"), unknown);
  state.ids.push(live);
  state.nowMs += UNKNOWN_RETRY_MS;
  assert.equal((await environments.find("demo/live")).id, live);
});

test("a known environment is answered while the database is away, an unknown one is not called unknown", async () => {
  const { state, environments } = service();
  await environments.find("demo/dev");
  state.isAway = true;
  state.nowMs += ENVIRONMENTS_FRESH_MS;
  assert.equal((await environments.find("demo/dev")).id, "demo/dev");
  await assert.rejects(environments.find("demo/live"), (error) => {
    return error instanceof AppError && error.code === "service.unavailable";
  });
});

test("no two environments share a key of the ephemeral store", () => {
  assert.equal(environmentKey(live, "rate:x"), "demo/live:rate:x");
  assert.ok(!FIRST_ENVIRONMENT.includes(":"));
});

test("the default environment is made when it is not there", async () => {
  const { state, environments } = service(live);
  assert.equal((await environments.find("demo/live")).id, live);
  assert.deepEqual(state.ids, [FIRST_ENVIRONMENT, live]);
});

test("the default environment is answered while the database was never there, and no other is", async () => {
  const { state, environments } = service();
  state.isAway = true;
  assert.equal((await environments.find("demo/dev")).id, FIRST_ENVIRONMENT);
  assert.deepEqual(await environments.ids(), [FIRST_ENVIRONMENT]);
  await assert.rejects(environments.find("demo/live"), (error) => {
    return error instanceof AppError && error.code === "service.unavailable";
  });
  state.isAway = false;
  state.ids.push(live);
  assert.equal((await environments.find("demo/live")).id, live);
});
