// Nothing of a player is merged by a rule that was not chosen.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { AppError } from "../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import type { Executor } from "../db/database.ts";
import { type PlayerModule, PlayerModules } from "./player-modules.ts";

const done: string[] = [];
const module = (name: string, ...rules: [string, ...string[]]): PlayerModule => ({
  name,
  tables: [`${name}_row`],
  rules,
  merge: async (_environmentId, { into, from, rule }) => void done.push(`${name} ${rule}: ${from} to ${into}`),
});
const modules = new PlayerModules([
  module("wallet", "sum", "mine"),
  module("password", "mine"),
  module("bag", "all", "mine"),
]);
const tx = undefined as unknown as Executor;

const refused = (chosen: Record<string, string>) => {
  try {
    modules.rulesOf(chosen);
  } catch (error) {
    assert.ok(error instanceof AppError && error.code === "request.invalid");
    return error.errors?.map(({ field }) => field);
  }
  return undefined;
};

describe("PlayerModules", () => {
  it("asks about modules with several rules, and knows every table", () => {
    assert.deepEqual(modules.questions(), [
      { module: "wallet", rules: ["sum", "mine"] },
      { module: "bag", rules: ["all", "mine"] },
    ]);
    assert.deepEqual(modules.tables, ["wallet_row", "password_row", "bag_row"]);
  });

  it("takes a complete choice, and names what is missing, unknown or no rule", () => {
    const rules = modules.rulesOf({ wallet: "sum", bag: "all" });
    assert.deepEqual(
      [...rules],
      [
        ["wallet", "sum"],
        ["password", "mine"],
        ["bag", "all"],
      ],
    );
    assert.deepEqual(refused({}), ["rules.wallet", "rules.bag"]);
    assert.deepEqual(refused({ wallet: "theirs", bag: "all" }), ["rules.wallet"]);
    assert.deepEqual(refused({ wallet: "sum", bag: "all", quest: "sum" }), ["rules.quest"]);
    assert.deepEqual(refused({ wallet: "sum", bag: "all", password: "theirs" }), ["rules.password"]);
  });

  it("takes no other choice, whatever it is", () => {
    const word = fc.oneof(fc.constantFrom("wallet", "bag", "password", "sum", "mine", "all", "__proto__"), fc.string());
    fc.assert(
      fc.property(fc.dictionary(word, word), (chosen) => {
        const isComplete =
          ["sum", "mine"].includes(chosen["wallet"] ?? "") && ["all", "mine"].includes(chosen["bag"] ?? "");
        const others = Object.keys(chosen).filter((name) => !["wallet", "bag"].includes(name));
        const isGood = isComplete && others.every((name) => name === "password" && chosen[name] === "mine");
        assert.equal(refused(chosen) === undefined, isGood);
      }),
    );
  });

  it("merges each module by its own rule", async () => {
    const merge = { into: "ada", from: "bob" };
    await modules.merge(FIRST_ENVIRONMENT, merge, modules.rulesOf({ wallet: "sum", bag: "mine" }), tx);
    assert.deepEqual(done, ["wallet sum: bob to ada", "password mine: bob to ada", "bag mine: bob to ada"]);
    await assert.rejects(modules.merge(FIRST_ENVIRONMENT, merge, new Map(), tx), /no rule to merge wallet/);
  });

  it("refuses two modules of one name, and two that keep one table", () => {
    assert.throws(() => new PlayerModules([module("a", "x"), module("a", "x")]), /called/);
    assert.throws(() => new PlayerModules([module("a", "x"), { ...module("b", "x"), tables: ["a_row"] }]), /a_row/);
  });
});
