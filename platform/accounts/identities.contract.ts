// What identities promise on any database; run over PGlite by identities.test.ts and over Postgres by identities.real.ts.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { sql } from "drizzle-orm";
import { EnvironmentId, MAX_IDENTITIES } from "../../shared/schema/platform/index.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { raceTests } from "./identities-race.contract.ts";
import { accountRecords } from "./player-records.ts";
import {
  type AccountsBench,
  coins,
  createAccountsBench,
  createCoins,
  fails,
  proofOf,
} from "./testing/accounts-bench.ts";

const FROM = { address: "192.0.2.1" };

/** Defines the suite. `open` gives a database that is started; the suite closes it. */
export function identitiesContract(name: string, open: () => Promise<SqlDatabase>): void {
  describe(`identities: ${name}`, () => {
    let database: SqlDatabase;
    let bench: AccountsBench;
    before(async () => {
      database = await open();
      await database.whenReady();
      await createCoins(database);
      bench = createAccountsBench(database, { modules: [coins] });
    });
    after(async () => database.close());
    linkTests(() => bench);
    recordTests(
      () => bench,
      () => database,
    );
    environmentTests(
      () => bench,
      () => database,
    );
    clashTests(
      () => bench,
      () => database,
    );
    raceTests(
      () => bench,
      () => database,
    );
  });
}

const newGuest = async ({ accounts, environmentId }: AccountsBench) => {
  const deviceId = `device-${randomUUID()}`;
  return { deviceId, id: (await accounts.signInGuest(environmentId, deviceId)).id };
};
const newSubject = () => `subject-${randomUUID()}`;
const believed = (subject: string) => ({ provider: "believed", subject });

function linkTests(bench: () => AccountsBench): void {
  it("registers a guest in place: the same player id by the old way in and by the new one", async () => {
    const { accounts, registration, signIn, environmentId } = bench();
    const guest = await newGuest(bench());
    const subject = newSubject();
    const asking = { playerId: guest.id, sessionId: "s" };
    const request = { provider: "believed", proof: proofOf(subject) };
    const linked = await registration.link(environmentId, asking, request, FROM);
    assert.equal(linked.provider, "believed");
    assert.equal(linked.displayName, `Shown ${subject}`.slice(0, 40));
    assert.equal((await registration.link(environmentId, asking, request, FROM)).id, linked.id, "linking twice is one");
    assert.equal((await signIn.signIn(environmentId, request, FROM)).playerId, guest.id);
    assert.equal((await accounts.signInGuest(environmentId, guest.deviceId)).id, guest.id);
    const { identities, hasPassword } = await registration.list(environmentId, guest.id);
    assert.deepEqual(
      identities.map(({ provider }) => provider),
      ["guest", "believed"],
    );
    assert.equal(hasPassword, false);
  });

  it("unlinks all but the last, each by its own id, and never another player's", async () => {
    const { identities, environmentId, accounts } = bench();
    const [guest, other] = [await newGuest(bench()), await newGuest(bench())];
    const [only] = await identities.list(environmentId, guest.id);
    assert.ok(only);
    await assert.rejects(identities.unlink(environmentId, guest.id, only.id), fails("identity.last"));
    await identities.link(environmentId, guest.id, believed(newSubject()));
    await assert.rejects(identities.unlink(environmentId, other.id, only.id), fails("identity.not_found"));
    await identities.unlink(environmentId, guest.id, only.id);
    await assert.rejects(identities.unlink(environmentId, guest.id, only.id), fails("identity.not_found"));
    assert.notEqual(
      (await accounts.signInGuest(environmentId, guest.deviceId)).id,
      guest.id,
      "the device is a new player",
    );
  });

  it("has a bound, and nobody for a player who does not exist", async () => {
    const { identities, environmentId } = bench();
    const guest = await newGuest(bench());
    for (let i = 1; i < MAX_IDENTITIES; i++) await identities.link(environmentId, guest.id, believed(newSubject()));
    await assert.rejects(identities.link(environmentId, guest.id, believed(newSubject())), fails("identity.limit"));
    await assert.rejects(identities.link(environmentId, randomUUID(), believed(newSubject())), fails("auth.invalid"));
  });

  it("stores what a provider tells as one line within bounds, whatever it is", async () => {
    const { identities, environmentId } = bench();
    const guest = await newGuest(bench());
    const displayName = "\u0000\n\ud800 A\u0301".padEnd(300, "\u{1f9ff}");
    const strange = { ...believed(newSubject()), displayName, email: "x".repeat(10_000) };
    await identities.link(environmentId, guest.id, strange);
    const [, stored] = await identities.list(environmentId, guest.id);
    assert.match(stored?.displayName ?? "", /^[^\p{Cc}]{1,64}$/u);
    assert.ok((stored?.email?.length ?? 0) <= 254);
  });

  it("replaces an address, adds the first one, and takes nobody's", async () => {
    const { accounts, identities, environmentId } = bench();
    const [guest, other] = [await newGuest(bench()), await newGuest(bench())];
    const [one, two] = [`${randomUUID()}@example.com`, `${randomUUID()}@example.com`];
    assert.equal(await accounts.emailOf(environmentId, guest.id), undefined);
    await identities.replaceEmail(environmentId, guest.id, undefined, one);
    assert.equal(await accounts.emailOf(environmentId, guest.id), one);
    await assert.rejects(identities.replaceEmail(environmentId, other.id, undefined, one), fails("identity.taken"));
    await assert.rejects(identities.replaceEmail(environmentId, other.id, one, two), fails("identity.not_found"));
    await identities.replaceEmail(environmentId, guest.id, one, two);
    assert.equal(await accounts.emailOf(environmentId, guest.id), two);
    assert.equal(await accounts.playerOfEmail(environmentId, two), guest.id);
    assert.equal(await accounts.playerOfEmail(environmentId, one), undefined);
  });

  it("leaves an audit entry for each change, and no subject in it", async () => {
    const { identities, environmentId, audit } = bench();
    const guest = await newGuest(bench());
    const subject = newSubject();
    await identities.link(environmentId, guest.id, believed(subject));
    const [first] = await identities.list(environmentId, guest.id);
    await identities.unlink(environmentId, guest.id, first?.id ?? "");
    const entries = audit.entries.filter((entry) => entry.subject === `player/${guest.id}`);
    assert.deepEqual(
      entries.map(({ action }) => action),
      ["identity.linked", "identity.unlinked"],
    );
    assert.ok(!JSON.stringify(entries).includes(subject));
  });
}

function recordTests(bench: () => AccountsBench, database: () => SqlDatabase): void {
  it("are given to their owner without a secret, and deleted for good with whoever was merged into the player", async () => {
    const { accounts, environmentId } = bench();
    const records = accountRecords(database());
    const [mine, theirs] = [await newGuest(bench()), await newGuest(bench())];
    const outcome = await bench().identities.link(environmentId, mine.id, {
      provider: "guest",
      subject: theirs.deviceId,
    });
    assert.ok(outcome.kind === "clash");
    const clash = { mine: mine.id, theirs: outcome.theirs, provider: "guest", subjectHash: outcome.subjectHash };
    await bench().clashes.resolve(environmentId, clash, { choice: "merge", rules: { coins: "keep" } });
    const given = JSON.stringify(await records.export(environmentId, mine.id));
    assert.ok(given.includes(mine.id));
    for (const secret of [mine.deviceId, theirs.deviceId, outcome.subjectHash]) assert.ok(!given.includes(secret));
    await database().transaction((tx) => records.delete(environmentId, mine.id, tx));
    assert.equal(await records.export(environmentId, mine.id), undefined);
    await assert.rejects(accounts.profile(environmentId, theirs.id), fails("player.not_found"));
    await database().transaction((tx) => records.delete(environmentId, mine.id, tx));
  });
}

function environmentTests(bench: () => AccountsBench, database: () => SqlDatabase): void {
  it("are each environment's own: one subject is another player elsewhere, and no choice of a clash crosses over", async () => {
    const live = EnvironmentId.parse("demo/live");
    await database().query((db) =>
      db.execute(sql`insert into environment (id, project_id, name) values (${live}, 'demo', 'live')`),
    );
    const there = createAccountsBench(database(), { environmentId: live });
    const text = newSubject();
    const here = await bench().accounts.signIn(bench().environmentId, believed(text));
    const elsewhere = await there.accounts.signIn(live, believed(text));
    assert.notEqual(here.id, elsewhere.id);
    assert.deepEqual(await there.identities.list(live, here.id), []);
    await assert.rejects(there.identities.link(live, here.id, believed(newSubject())), fails("auth.invalid"));
    await assert.rejects(there.accounts.profile(live, here.id), fails("player.not_found"));
    const [identity] = await bench().identities.list(bench().environmentId, here.id);
    await assert.rejects(there.identities.unlink(live, elsewhere.id, identity?.id ?? ""), fails("identity.not_found"));
    const clash = {
      mine: elsewhere.id,
      theirs: here.id,
      provider: "believed",
      subjectHash: identity?.subjectHash ?? "",
    };
    const error = await bench().clashes.describe(bench().environmentId, { ...clash, mine: here.id });
    const { token } = (error.members as { clash: { token: string } }).clash;
    await assert.rejects(there.clashes.read(live, here.id, token), fails("identity.clash_stale"));
    await assert.rejects(there.clashes.resolve(live, clash, { choice: "keep-mine" }), fails("auth.invalid"));
  });
}

function clashTests(bench: () => AccountsBench, database: () => SqlDatabase): void {
  const grant = (playerId: string, amount: number) =>
    database().query((db) =>
      db.execute(sql`insert into test_coins values (${bench().environmentId}, ${playerId}, ${amount})`),
    );
  const coinsOf = async (playerId: string) => {
    const rows = await database().query((db) =>
      db.execute<{ amount: number }>(sql`select amount from test_coins where player_id = ${playerId}`),
    );
    return rows[0]?.amount;
  };

  /** Two guests, of whom `theirs` has an identity that `mine` has proven just now. */
  const clash = async () => {
    const [mine, theirs, subject] = [await newGuest(bench()), await newGuest(bench()), newSubject()];
    await grant(mine.id, 3);
    await grant(theirs.id, 40);
    const { identities, registration, environmentId } = bench();
    await identities.link(environmentId, theirs.id, believed(subject));
    const request = { provider: "believed", proof: proofOf(subject) };
    const error = await registration.link(environmentId, { playerId: mine.id, sessionId: "s" }, request, FROM).then(
      () => assert.fail("an identity of somebody else was linked"),
      (thrown: unknown) => thrown,
    );
    assert.ok(fails("identity.clash")(error));
    const { members } = error as { members: { clash: { token: string } } };
    return { mine, theirs, subject, clash: members.clash, token: members.clash.token };
  };
  const owner = async (subject: string) =>
    (await bench().accounts.signInKnown(bench().environmentId, believed(subject)))?.id;
  const resolve = (playerId: string, choice: Parameters<AccountsBench["registration"]["resolve"]>[2]) =>
    bench().registration.resolve(bench().environmentId, playerId, choice, FROM);

  it("changes nothing by itself, and says whose the identity is and what can be chosen", async () => {
    const { mine, theirs, subject, clash: details } = await clash();
    assert.equal(await owner(subject), theirs.id);
    const { token, mine: me, theirs: them, ...rest } = details as unknown as Record<string, Record<string, unknown>>;
    assert.equal(me?.["playerId"], mine.id);
    assert.equal(them?.["playerId"], theirs.id);
    assert.equal(them?.["isLastWayIn"], false);
    assert.ok(token);
    assert.deepEqual(rest, {
      expiresIn: 300,
      provider: "believed",
      merge: [{ module: "coins", rules: ["sum", "keep"] }],
    });
  });

  it("keep-mine moves the identity and nothing else, once", async () => {
    const { mine, theirs, subject, token } = await clash();
    assert.equal((await resolve(mine.id, { token, choice: "keep-mine" })).playerId, mine.id);
    assert.equal(await owner(subject), mine.id);
    assert.deepEqual([await coinsOf(mine.id), await coinsOf(theirs.id)], [3, 40]);
    assert.equal((await bench().accounts.signInGuest(bench().environmentId, theirs.deviceId)).id, theirs.id);
    await assert.rejects(resolve(mine.id, { token, choice: "keep-mine" }), fails("identity.clash_stale"));
  });

  it("keep-theirs signs in as the other, and takes this device along where that is wished", async () => {
    const { mine, theirs, subject, token } = await clash();
    assert.equal((await resolve(mine.id, { token, choice: "keep-theirs" })).playerId, theirs.id);
    const { accounts, environmentId } = bench();
    assert.equal(
      (await accounts.signInGuest(environmentId, mine.deviceId)).id,
      mine.id,
      "the device was not asked for",
    );
    const stranger = await newGuest(bench());
    const choice = { token, choice: "keep-theirs" } as const;
    await assert.rejects(resolve(mine.id, { ...choice, deviceId: stranger.deviceId }), fails("request.invalid"));
    await resolve(mine.id, { ...choice, deviceId: mine.deviceId });
    assert.equal((await accounts.signInGuest(environmentId, mine.deviceId)).id, theirs.id);
    assert.equal(await owner(subject), theirs.id);
    assert.deepEqual([await coinsOf(mine.id), await coinsOf(theirs.id)], [3, 40]);
  });

  it("merge makes one player of both by the rules that were chosen, and by none that was not", async () => {
    const { mine, theirs, subject, token } = await clash();
    const { accounts, environmentId, happened } = bench();
    await assert.rejects(resolve(mine.id, { token, choice: "merge" }), fails("request.invalid"));
    await assert.rejects(
      resolve(mine.id, { token, choice: "merge", rules: { coins: "all" } }),
      fails("request.invalid"),
    );
    await assert.rejects(resolve(mine.id, { token, choice: "keep-mine", into: "mine" }), fails("request.invalid"));
    assert.equal(await owner(subject), theirs.id);
    const merged = await resolve(mine.id, { token, choice: "merge", rules: { coins: "sum" } });
    assert.equal(merged.playerId, mine.id);
    assert.equal(await owner(subject), mine.id);
    for (const { deviceId } of [mine, theirs]) {
      assert.equal((await accounts.signInGuest(environmentId, deviceId)).id, mine.id);
    }
    assert.deepEqual([await coinsOf(mine.id), await coinsOf(theirs.id)], [43, undefined]);
    assert.equal((await accounts.profile(environmentId, theirs.id)).id, mine.id, "old references lead on");
    await assert.rejects(accounts.player(environmentId, theirs.id), fails("auth.invalid"));
    assert.ok(happened.ended.includes(`${theirs.id} account_closed`));
    await assert.rejects(
      bench().identities.link(environmentId, theirs.id, believed(newSubject())),
      fails("account.merged"),
    );
  });

  it("merge into the other keeps the other's id, and by keep the other's coins", async () => {
    const { mine, theirs, token } = await clash();
    const choice = { token, choice: "merge", into: "theirs", rules: { coins: "keep" } } as const;
    assert.equal((await resolve(mine.id, choice)).playerId, theirs.id);
    assert.deepEqual([await coinsOf(mine.id), await coinsOf(theirs.id)], [undefined, 40]);
  });

  it("takes a token from nobody else, in no other environment, and no other token", async () => {
    const { mine, theirs, token } = await clash();
    const { tokens, environmentId } = bench();
    const choice = { choice: "keep-mine" } as const;
    await assert.rejects(resolve(theirs.id, { ...choice, token }), fails("identity.clash_stale"));
    const { accessToken } = await tokens.signAccessToken(environmentId, mine.id, "s");
    for (const other of [accessToken, `${token}x`, "nonsense", "a.b.c"]) {
      await assert.rejects(resolve(mine.id, { ...choice, token: other }), fails("identity.clash_stale"));
    }
  });

  it("asks of whoever takes from a player what signing in as that player would ask", async () => {
    for (const choice of ["keep-mine", "keep-theirs", "merge"] as const) {
      const { mine, theirs, subject, token } = await clash();
      const request = { token, choice, ...(choice === "merge" ? { rules: { coins: "sum" } } : {}) };
      bench().challenged.add(theirs.id);
      await assert.rejects(resolve(mine.id, request), fails("auth.step_up_required"));
      bench().challenged.delete(theirs.id);
      bench().banned.add(theirs.id);
      await assert.rejects(resolve(mine.id, request), fails("auth.forbidden"));
      bench().banned.delete(theirs.id);
      assert.equal(await owner(subject), theirs.id);
    }
  });
}
