// The web origins of environments are known without waiting, and without the database.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AppError } from "../../shared/schema/errors.ts";
import { EnvironmentId, FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import { ENVIRONMENTS_FRESH_MS, EnvironmentService } from "./service.ts";
import type { Environment, EnvironmentStore } from "./store.ts";

const LIVE = EnvironmentId.parse("demo/live");

describe("origins of environments", () => {
  let [isAway, reads, now] = [false, 0, 0];
  let all: Environment[] = [
    { id: FIRST_ENVIRONMENT, corsOrigins: undefined },
    { id: LIVE, corsOrigins: ["https://play.example.com"] },
  ];
  const store = {
    all: async () => {
      reads += 1;
      if (isAway) throw new AppError("service.unavailable", "The database is away.");
      return all;
    },
  };
  const environments = new EnvironmentService({
    store: store as Partial<EnvironmentStore> as EnvironmentStore,
    audit: { record: async () => {} },
    defaultEnvironment: FIRST_ENVIRONMENT,
    now: () => now,
  });

  it("are none before anything could be read, and that is no error", async () => {
    isAway = true;
    assert.deepEqual(await environments.allCorsOrigins(), []);
    assert.equal(environments.corsOriginsOf(LIVE), undefined);
    isAway = false;
  });

  it("are read at the first question, and remembered", async () => {
    assert.deepEqual(await environments.allCorsOrigins(), ["https://play.example.com"]);
    assert.deepEqual(await environments.allCorsOrigins(), ["https://play.example.com"]);
    assert.equal(reads, 2);
    assert.deepEqual(environments.corsOriginsOf(LIVE), ["https://play.example.com"]);
    assert.equal(environments.corsOriginsOf(FIRST_ENVIRONMENT), undefined);
  });

  it("follow a change within seconds, and stay known while the database is away", async () => {
    all = [
      { id: FIRST_ENVIRONMENT, corsOrigins: undefined },
      { id: LIVE, corsOrigins: ["https://new.example.com"] },
    ];
    now += ENVIRONMENTS_FRESH_MS;
    await environments.allCorsOrigins();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(environments.corsOriginsOf(LIVE), ["https://new.example.com"]);
    isAway = true;
    now += ENVIRONMENTS_FRESH_MS;
    assert.deepEqual(await environments.allCorsOrigins(), ["https://new.example.com"]);
  });
});
