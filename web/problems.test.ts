// Errors become words that say what to do, and retries back off.
import assert from "node:assert/strict";
import { test } from "node:test";
import { endProblem, joinProblem, needsReload, retryDelayMs } from "./problems.ts";

test("an unreachable platform is named, with how to start it, and the error's own detail", () => {
  const problem = joinProblem({ code: "client.unreachable", detail: "No answer from http://localhost:8000." });
  assert.match(problem.title, /platform/);
  assert.ok(problem.steps.some((step) => step.includes("npm start")));
  assert.equal(problem.detail, "No answer from http://localhost:8000.");
  assert.equal(problem.code, "client.unreachable");
});

test("an error nobody foresaw still says what it said and what to do", () => {
  const problem = joinProblem(new TypeError("x is not a function"));
  assert.match(problem.detail, /x is not a function/);
  assert.ok(problem.steps.length > 0);
  assert.ok(joinProblem(undefined).detail.length > 0);
});

test("an ended session says why, quotes its close code, and plays again by itself unless the person plays elsewhere", () => {
  const stopping = endProblem({ reason: "server-stopping", code: 4102, detail: "Draining." });
  assert.match(stopping.title, /restarted/);
  assert.match(stopping.code, /4102/);
  assert.equal(stopping.isRetryable, true);
  assert.equal(endProblem({ reason: "replaced", code: 4100, detail: "" }).isRetryable, false);
});

test("retries wait 2, 4, 8 and then never more than 15 seconds", () => {
  assert.deepEqual([1, 2, 3, 4, 50].map(retryDelayMs), [2_000, 4_000, 8_000, 15_000, 15_000]);
});

test("a page of another build is reloaded, not tried again", () => {
  const problem = joinProblem({ code: "build.mismatch", detail: "Reload the page." });
  assert.equal(problem.action, "Reload");
  assert.equal(needsReload({ code: "build.mismatch" }), true);
  assert.equal(needsReload({ code: "room.full" }), false);
});
