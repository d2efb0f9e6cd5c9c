// The page's address sets the simulator and the switches.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DEFAULT_OPTIONS, LIMITS, optionsFromQuery } from "./options.ts";

test("an empty address means a perfect link with everything on", () => {
  assert.deepEqual(optionsFromQuery(""), DEFAULT_OPTIONS);
});

test("the address sets link and switches", () => {
  const options = optionsFromQuery(
    "?latency=120&jitter=20&loss=5&prediction=0&interpolation=off&reconciliation=1&ghost=1",
  );
  assert.deepEqual(options, {
    latency: 120,
    jitter: 20,
    loss: 5,
    prediction: false,
    interpolation: false,
    reconciliation: true,
    ghost: true,
  });
});

test("the address chooses how finely to draw, and nonsense leaves the choice to the page", () => {
  assert.equal(optionsFromQuery("?quality=low").quality, "low");
  assert.equal(optionsFromQuery("?quality=ultra").quality, undefined);
});

test("whatever the address says, the link stays inside its limits", () => {
  fc.assert(
    fc.property(fc.string(), fc.double(), (text, number) => {
      for (const value of [text, String(number)]) {
        const options = optionsFromQuery(`?latency=${encodeURIComponent(value)}&loss=${encodeURIComponent(value)}`);
        assert.ok(options.latency >= 0 && options.latency <= LIMITS.latency);
        assert.ok(options.loss >= 0 && options.loss <= LIMITS.loss);
      }
    }),
  );
});
