import assert from "node:assert/strict";
import { test } from "node:test";
import { quickPeers, withTls } from "./peers.ts";
import { SCENARIOS } from "./scenarios.ts";

test("a quick run measures every peer of the arena but the one that takes minutes to build", () => {
  const { peers } = SCENARIOS["arena"]!;
  assert.ok(peers.includes("nakama"));
  assert.deepEqual(
    quickPeers(peers),
    peers.filter((name) => name !== "nakama"),
  );
});

test("with TLS each peer that can is measured again right after itself", () => {
  assert.deepEqual(withTls(["gamekeeper", "stock-float32", "ws-ours"]), [
    "gamekeeper",
    "gamekeeper-tls",
    "stock-float32",
    "ws-ours",
    "ws-ours-tls",
  ]);
});
