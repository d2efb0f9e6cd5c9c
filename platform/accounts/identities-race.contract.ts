// Many changes of identities at one time: none is ever lost or doubled, and nothing of a merged player either.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { it } from "node:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import type { SqlDatabase } from "../db/sql-database.ts";
import type { Clash } from "./clash-token.ts";
import { type AccountsBench, codeOfError, fails } from "./testing/accounts-bench.ts";

/** How many histories are tried. */
const RUNS = 60;

const PLAYERS = 4;
const SUBJECTS = 5;

/** One thing that somebody does. Players and subjects are meant by number. */
type Act =
  | { readonly kind: "link"; readonly player: number; readonly subject: number }
  | { readonly kind: "unlink"; readonly player: number; readonly which: number }
  | { readonly kind: "signIn"; readonly subject: number }
  | {
      readonly kind: "resolve";
      readonly player: number;
      readonly subject: number;
      readonly choice: "keep-mine" | "keep-theirs" | "merge";
      readonly into: "mine" | "theirs";
    };

const player = fc.nat(PLAYERS - 1);
const subject = fc.nat(SUBJECTS - 1);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("link" as const), player, subject }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("unlink" as const), player, which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("signIn" as const), subject }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("resolve" as const),
      player,
      subject,
      choice: fc.constantFrom("keep-mine" as const, "keep-theirs" as const, "merge" as const),
      into: fc.constantFrom("mine" as const, "theirs" as const),
    }),
  },
);
/** Rounds of acts; those of one round happen at one time. */
const history = fc.array(fc.array(act, { minLength: 2, maxLength: 6 }), { minLength: 1, maxLength: 6 });

/** What the database says, by identity and by player. */
interface World {
  readonly owners: Map<string, string>;
  readonly counts: Map<string, number>;
  readonly mergedInto: Map<string, string | null>;
  readonly coins: Map<string, number>;
}

/** Defines the tests of races. */
export function raceTests(bench: () => AccountsBench, database: () => SqlDatabase): void {
  const believed = (text: string) => ({ provider: "believed", subject: text });
  const guests = (count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        bench().accounts.signInGuest(bench().environmentId, `device-${randomUUID()}`),
      ),
    );

  it("gives an identity that many link at one time to one of them, and tells the others whose it is", async () => {
    const { identities, environmentId } = bench();
    const players = await guests(12);
    const text = randomUUID();
    const outcomes = await Promise.all(players.map(({ id }) => identities.link(environmentId, id, believed(text))));
    const winners = players.filter((_, index) => outcomes[index]?.kind === "linked");
    assert.equal(winners.length, 1);
    for (const outcome of outcomes) if (outcome.kind === "clash") assert.equal(outcome.theirs, winners[0]?.id);
  });

  it("leaves one way in when every one is unlinked at the same time", async () => {
    const { identities, environmentId } = bench();
    const [guest] = await guests(1);
    for (let i = 0; i < 3; i++) await identities.link(environmentId, guest!.id, believed(randomUUID()));
    const all = await identities.list(environmentId, guest!.id);
    const outcomes = await Promise.allSettled(all.map(({ id }) => identities.unlink(environmentId, guest!.id, id)));
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 3);
    assert.equal((await identities.list(environmentId, guest!.id)).length, 1);
  });

  it("merges two players who merge each other into one, once", async () => {
    const { identities, clashes, environmentId } = bench();
    const [one, two] = await guests(2);
    const [ofOne, ofTwo] = [randomUUID(), randomUUID()];
    await identities.link(environmentId, one!.id, believed(ofOne));
    await identities.link(environmentId, two!.id, believed(ofTwo));
    const clashOf = async (mine: string, text: string): Promise<Clash> => {
      const outcome = await identities.link(environmentId, mine, believed(text));
      assert.ok(outcome.kind === "clash");
      return { mine, theirs: outcome.theirs, provider: "believed", subjectHash: outcome.subjectHash };
    };
    const clashed = [await clashOf(one!.id, ofTwo), await clashOf(two!.id, ofOne)];
    const merge = { choice: "merge", rules: { coins: "sum" } } as const;
    const outcomes = await Promise.allSettled(clashed.map((clash) => clashes.resolve(environmentId, clash, merge)));
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    const [refused] = outcomes.filter((outcome) => outcome.status === "rejected");
    assert.ok(fails("account.merged")(refused?.reason) || fails("identity.clash_stale")(refused?.reason));
    const world = await read();
    const living = [one!.id, two!.id].filter((id) => world.mergedInto.get(id) === null);
    assert.equal(living.length, 1);
    assert.equal(world.counts.get(living[0]!), 4);
  });

  it("neither loses nor doubles an identity or what players have, whatever happens at one time", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (rounds) => {
        const run = new Run(bench(), read, await guests(PLAYERS));
        await run.begin((id, amount) =>
          database().query((db) =>
            db.execute(sql`insert into test_coins values (${bench().environmentId}, ${id}, ${amount})`),
          ),
        );
        for (const round of rounds) await run.round(round);
      }),
      { numRuns: RUNS },
    );
  });

  async function read(): Promise<World> {
    const { environmentId } = bench();
    return database().query(async (db) => {
      const identities = await db.execute<{ key: string; player_id: string }>(
        sql`select provider || ' ' || subject_hash as key, player_id from identity where environment_id = ${environmentId}`,
      );
      const players = await db.execute<{ id: string; merged_into: string | null }>(
        sql`select id, merged_into from player where environment_id = ${environmentId}`,
      );
      const coins = await db.execute<{ player_id: string; amount: number }>(
        sql`select player_id, amount from test_coins`,
      );
      assert.equal(new Set(identities.map(({ key }) => key)).size, identities.length, "an identity is there twice");
      const counts = new Map<string, number>();
      for (const { player_id } of identities) counts.set(player_id, (counts.get(player_id) ?? 0) + 1);
      return {
        owners: new Map(identities.map(({ key, player_id }) => [key, player_id])),
        counts,
        mergedInto: new Map(players.map(({ id, merged_into }) => [id, merged_into])),
        coins: new Map(coins.map(({ player_id, amount }) => [player_id, amount])),
      };
    });
  }
}

/** One history: what was acknowledged, to be held against what is there. */
class Run {
  readonly #bench: AccountsBench;
  readonly #read: () => Promise<World>;
  readonly #players: string[];
  readonly #subjects = Array.from({ length: SUBJECTS }, () => randomUUID());
  /** Keys of identities that were acknowledged and not unlinked since. */
  #present = new Set<string>();
  /** Players whose last way in somebody took by an acknowledged choice. */
  readonly #left = new Set<string>();
  #total = 0;

  constructor(bench: AccountsBench, read: () => Promise<World>, players: readonly { readonly id: string }[]) {
    this.#bench = bench;
    this.#read = read;
    this.#players = players.map(({ id }) => id);
  }

  async begin(grant: (id: string, amount: number) => Promise<unknown>): Promise<void> {
    // Every player has a coin of its own value: lost or doubled ones show in the sum.
    for (const [index, id] of this.#players.entries()) {
      await grant(id, 10 ** index);
      this.#total += 10 ** index;
    }
    const { owners } = await this.#read();
    for (const [key, owner] of owners) if (this.#players.includes(owner)) this.#present.add(key);
  }

  async round(acts: readonly Act[]): Promise<void> {
    const linked: string[] = [];
    const unlinked: string[] = [];
    await Promise.all(acts.map((one) => this.#perform(one, linked, unlinked)));
    const world = await this.#read();
    for (const key of linked) this.#present.add(key);
    for (const key of unlinked) this.#present.delete(key);
    // What was both linked and unlinked in one round may be either.
    for (const key of this.#present) assert.ok(world.owners.has(key), `the identity ${key} is lost`);
    this.#present = new Set([...this.#present, ...linked.filter((key) => world.owners.has(key))]);
    let sum = 0;
    for (const id of this.#players) {
      const into = world.mergedInto.get(id);
      assert.notEqual(into, undefined, "a player is lost");
      sum += world.coins.get(id) ?? 0;
      if (into !== null) {
        assert.equal(world.mergedInto.get(into!), null, "a merged player leads to one who is merged too");
        assert.equal(world.counts.get(id), undefined, "something leads to a merged player");
        assert.equal(world.coins.get(id), undefined, "a merged player has coins");
      } else if (!this.#left.has(id)) {
        assert.ok((world.counts.get(id) ?? 0) > 0, "a player has no way in, and nobody chose that");
      }
    }
    assert.equal(sum, this.#total, "coins were lost or doubled");
  }

  async #perform(one: Act, linked: string[], unlinked: string[]): Promise<void> {
    try {
      await this.#try(one, linked, unlinked);
    } catch (error) {
      const expected = [
        "identity.last",
        "identity.limit",
        "identity.not_found",
        "identity.clash_stale",
        "account.merged",
      ];
      assert.ok(expected.includes(codeOfError(error) ?? ""), `${one.kind}: ${error}`);
    }
  }

  async #try(one: Act, linked: string[], unlinked: string[]): Promise<void> {
    const { accounts, identities, clashes, environmentId } = this.#bench;
    const verified = (index: number) => ({ provider: "believed", subject: this.#subjects[index]! });
    if (one.kind === "signIn") {
      const { id } = await accounts.signIn(environmentId, verified(one.subject));
      // A new player joins the history without coins.
      if (!this.#players.includes(id)) this.#players.push(id);
      return;
    }
    const mine = this.#players[one.player]!;
    if (one.kind === "unlink") {
      const all = await identities.list(environmentId, mine);
      const leaving = all[one.which % Math.max(1, all.length)];
      if (leaving === undefined) return;
      await identities.unlink(environmentId, mine, leaving.id);
      unlinked.push(`${leaving.provider} ${leaving.subjectHash}`);
      return;
    }
    const outcome = await identities.link(environmentId, mine, verified(one.subject));
    if (outcome.kind !== "clash") {
      linked.push(`${outcome.identity.provider} ${outcome.identity.subjectHash}`);
      return;
    }
    if (one.kind === "link") return;
    const clash = { mine, theirs: outcome.theirs, provider: "believed", subjectHash: outcome.subjectHash };
    const merging = one.choice === "merge" ? { into: one.into, rules: { coins: "sum" } } : {};
    const { playerId } = await clashes.resolve(environmentId, clash, { choice: one.choice, ...merging });
    const keepsMine = one.choice === "keep-mine" || (one.choice === "merge" && one.into === "mine");
    assert.equal(playerId, keepsMine ? mine : outcome.theirs);
    if (one.choice === "keep-mine") this.#left.add(outcome.theirs);
  }
}
