import assert from "node:assert/strict";
import { test } from "node:test";
import { leaveOf } from "./leave.ts";

const ON_OUR_OWN = { hasAskedToLeave: false, wasReconnecting: false };

test("each way to end has its reason", () => {
  assert.equal(leaveOf(4000, undefined, { ...ON_OUR_OWN, hasAskedToLeave: true }).reason, "left");
  assert.equal(leaveOf(4000, undefined, ON_OUR_OWN).reason, "removed");
  assert.equal(leaveOf(4001, undefined, ON_OUR_OWN).reason, "server-stopping");
  assert.equal(leaveOf(4100, "joined elsewhere", ON_OUR_OWN).reason, "replaced");
  assert.equal(leaveOf(4101, undefined, ON_OUR_OWN).reason, "room-failed");
  assert.equal(leaveOf(4103, undefined, ON_OUR_OWN).reason, "signed-out");
  assert.equal(leaveOf(4104, undefined, ON_OUR_OWN).reason, "banned");
  assert.equal(leaveOf(4003, "", { ...ON_OUR_OWN, wasReconnecting: true }).reason, "reconnection-refused");
  assert.equal(
    leaveOf(4003, "No more retries. Reconnection failed.", { ...ON_OUR_OWN, wasReconnecting: true }).reason,
    "reconnection-failed",
  );
});
