// A code by mail that is not good is a wrong answer; any other failure is none.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import { type CodeIssuer, mailedCodes } from "./mailed-codes.ts";

const env = FIRST_ENVIRONMENT;
const asked: unknown[] = [];
const issuer: CodeIssuer = {
  issue: async (_, request) => {
    asked.push(request);
    return { codeId: "c1", expiresIn: 600, codeLength: 8 };
  },
  redeem: async (_, { code }, use) => {
    if (code === "right") return use();
    throw Object.assign(new Error(code), { code: code === "wrong" ? "code.invalid" : "service.unavailable" });
  },
};
const codes = mailedCodes(issuer, { emailOf: async (_, id) => (id === "p1" ? "a@example.com" : undefined) });

describe("codes by mail", () => {
  it("are issued to the player's address for step-up alone", async () => {
    assert.equal(await codes.addressOf(env, "p2"), undefined);
    assert.equal(await codes.addressOf(env, "p1"), "a@example.com");
    assert.equal((await codes.issue(env, "p1", "a@example.com")).codeId, "c1");
    assert.deepEqual(asked, [{ purpose: "step-up", address: "a@example.com", playerId: "p1" }]);
  });

  it("are right, wrong, or could not be checked", async () => {
    assert.equal(await codes.redeem(env, "p1", "c1", "right"), true);
    assert.equal(await codes.redeem(env, "p1", "c1", "wrong"), false);
    await assert.rejects(codes.redeem(env, "p1", "c1", "away"), /away/);
  });
});
