import assert from "node:assert/strict";
import { test } from "node:test";
import { soakOutcome } from "./soak-result.ts";

const MB = 1024 * 1024;
const RUN = { seconds: 1_800, clients: 160, staySeconds: 30, joins: 9_000, snapshots: 8_000_000 };

test("a soak says how much the heap grew and whether that is allowed", () => {
  const growth = { firstBytes: 44 * MB, lastBytes: 45 * MB, allowedBytes: 2.2 * MB, isGrowing: false };
  const about = { scenario: "soak", what: "", rounds: 1, machine: undefined as never, samples: [] };
  const outcome = soakOutcome({ ...RUN, ...about, growth });
  assert.match(
    outcome,
    /^30 minutes, 160 players .* 9000 joins, .* 44\.0 MB .* 45\.0 MB in the last, within the 2\.2 MB/,
  );
  assert.match(soakOutcome({ ...RUN, ...about, growth: { ...growth, isGrowing: true } }), /more than the 2\.2 MB/);
});
