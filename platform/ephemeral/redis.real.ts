// The Redis store keeps the contract on a real Redis (REDIS_URL).
import assert from "node:assert/strict";
import { it } from "node:test";
import { AppError } from "../../shared/schema/errors.ts";
import { createLog } from "../ops/log.ts";
import { LogSink } from "../testing/log-sink.ts";
import { requireUrl } from "../testing/real-services.ts";
import { ephemeralContract } from "./ephemeral.contract.ts";
import { RedisStore } from "./redis.ts";

ephemeralContract("Redis", async () => {
  const sink = new LogSink();
  const store = new RedisStore(requireUrl("REDIS_URL"), createLog("debug", [], sink));
  await sink.waitFor("ephemeral.ready");
  return store;
});

it("answers service.unavailable at once while Redis cannot be reached", async () => {
  const store = new RedisStore("redis://127.0.0.1:1", createLog("silent"));
  const startedAt = performance.now();
  await assert.rejects(store.get("key"), (error) => error instanceof AppError && error.code === "service.unavailable");
  assert.ok(performance.now() - startedAt < 1_000);
  await store.close();
});
