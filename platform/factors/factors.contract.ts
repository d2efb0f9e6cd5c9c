// What second factors promise, over any database and ephemeral store; run by factors.test.ts and factors.real.ts.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { sql } from "drizzle-orm";
import { AppError } from "../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT, MAX_PASSKEYS } from "../../shared/schema/platform/index.ts";
import type { Database } from "../db/database.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";
import { FactorsWorld, OTHER_ENVIRONMENT, TEST_ORIGIN } from "./testing/factors-world.ts";
import { SoftwareAuthenticator } from "./testing/software-authenticator.ts";
import { totpCode } from "./totp.ts";

const env = FIRST_ENVIRONMENT;
const code = (expected: string) => (error: unknown) => error instanceof AppError && error.code === expected;

/** What a suite runs on. */
export interface Backends {
  readonly database: Database;
  readonly ephemeral: EphemeralStore;
  close(): Promise<void>;
}

/** Defines the suite. */
export function factorsContract(name: string, open: () => Promise<Backends>): void {
  describe(`second factors: ${name}`, () => {
    let backends: Backends;
    let world: FactorsWorld;
    before(async () => {
      backends = await open();
      world = await new FactorsWorld(backends.database, backends.ephemeral).open();
    });
    after(async () => backends.close());
    totpTests(
      () => world,
      () => backends,
    );
    recoveryCodeTests(() => world);
    passkeyTests(() => world);
    recordTests(
      () => world,
      () => backends,
    );
  });
}

function totpTests(current: () => FactorsWorld, backends: () => Backends): void {
  describe("an authenticator app", () => {
    it("is in force once a code of it was confirmed, with ten recovery codes, a notice and an audit entry", async () => {
      const world = current();
      const { factors } = world.services;
      const id = await world.player();
      const { secret, uri, expiresIn } = await factors.beginTotp(env, id);
      assert.match(uri, /^otpauth:\/\/totp\/The%20Game:Nimble%20Otter%2042\?/);
      assert.equal(expiresIn, 600);
      assert.equal((await factors.list(env, id)).totp, undefined);
      await assert.rejects(factors.confirmTotp(env, id, "000000"), code("factor.wrong_code"));
      const { codes } = await factors.confirmTotp(env, id, totpCode(secret, world.nowMs));
      assert.equal(codes.length, 10);
      const listed = await factors.list(env, id);
      assert.ok(listed.totp);
      assert.equal(listed.recoveryCodesLeft, 10);
      assert.deepEqual(listed.methods, ["totp", "recovery-code"]);
      assert.deepEqual(world.notices.at(-1), { playerId: id, kind: "factor-added", details: { factor: "totp" } });
      assert.equal(world.audit.entries.at(-1)?.action, "totp.added");
      assert.doesNotMatch(JSON.stringify(world.audit.entries), new RegExp(secret));
    });

    it("is stored sealed: nothing in the database gives its codes, nor another player's row", async () => {
      const world = current();
      const [id, other] = [await world.player(), await world.player()];
      const { secret } = await world.addTotp(id);
      const rows = await backends().database.query((db) => db.execute(sql`select * from totp_factor`));
      assert.ok(rows.length > 0);
      assert.ok(!JSON.stringify(rows).includes(secret));
      await world.addTotp(other);
      await backends().database.query((db) =>
        db.execute(sql`update totp_factor set sealed_secret = (select sealed_secret from totp_factor where player_id = ${id})
          where player_id = ${other}`),
      );
      const challenge = await world.signIn(other);
      await assert.rejects(world.answer(challenge!.challengeId, { method: "totp", code: world.nextCode(secret) }), {
        name: "UnsealError",
      });
    });

    it("is set up once: a second one is refused, also when both are confirmed at the same time", async () => {
      const world = current();
      const { factors } = world.services;
      const id = await world.player();
      const { secret } = await factors.beginTotp(env, id);
      const confirmed = await Promise.allSettled(
        Array.from({ length: 4 }, () => factors.confirmTotp(env, id, totpCode(secret, world.nowMs))),
      );
      assert.equal(confirmed.filter(({ status }) => status === "fulfilled").length, 1);
      await assert.rejects(factors.beginTotp(env, id), code("factor.exists"));
      await assert.rejects(factors.confirmTotp(env, id, "000000"), code("factor.not_found"));
    });

    it("takes each code once, also when it is sent many times at once, and none that is older", async () => {
      const world = current();
      const id = await world.player();
      const { secret } = await world.addTotp(id);
      const now = world.nextCode(secret);
      const old = totpCode(secret, world.nowMs - 30_000);
      const challenges = await Promise.all(Array.from({ length: 4 }, () => world.signIn(id)));
      const answers = await Promise.allSettled(
        challenges.map((challenge) => world.answer(challenge!.challengeId, { method: "totp", code: now })),
      );
      assert.equal(answers.filter(({ status }) => status === "fulfilled").length, 1);
      const again = await world.signIn(id);
      await assert.rejects(
        world.answer(again!.challengeId, { method: "totp", code: old }),
        code("factor.wrong_code"),
        "a code of the period before, after one of this period",
      );
      await world.answer(again!.challengeId, { method: "totp", code: world.nextCode(secret) });
    });

    it("takes no code of the same player id in another environment", async () => {
      const world = current();
      const id = await world.player();
      await world.player({ environmentId: OTHER_ENVIRONMENT, id });
      await world.addTotp(id);
      assert.deepEqual((await world.services.factors.list(OTHER_ENVIRONMENT, id)).methods, []);
      const challenge = await world.signIn(id);
      const elsewhere = world.services.challenges.answerSignIn(OTHER_ENVIRONMENT, challenge!.challengeId, {
        method: "totp",
        code: "000000",
      });
      await assert.rejects(elsewhere, code("challenge.not_found"));
    });

    it("goes with its recovery codes, tells the player, and is not there a second time", async () => {
      const world = current();
      const { factors } = world.services;
      const id = await world.player();
      await world.addTotp(id);
      await factors.removeTotp(env, id);
      const left = { passkeys: [], recoveryCodesLeft: 0, methods: [] };
      assert.deepEqual(await factors.list(env, id), left);
      assert.equal(world.notices.at(-1)?.kind, "factor-removed");
      await assert.rejects(factors.removeTotp(env, id), code("factor.not_found"));
      assert.equal(await world.signIn(id), undefined, "nothing is asked for any more");
    });

    it("is sealed anew with a new key when it is used, and is not offered without any", async () => {
      const [old, fresh] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
      const world = current();
      const { database, ephemeral } = backends();
      const id = await world.player();
      const { secret } = await world.addTotp(id);
      const use = async (keys: Uint8Array[]) => {
        const later = new FactorsWorld(database, ephemeral, keys);
        later.nowMs = world.nowMs;
        const challenge = await later.signIn(id);
        const answer = { method: "totp", code: later.nextCode(secret) } as const;
        world.nowMs = later.nowMs;
        await later.answer(challenge!.challengeId, answer);
      };
      await use([fresh, old]);
      await use([fresh]);
      await assert.rejects(use([old]), { name: "UnsealError" });
      const without = new FactorsWorld(database, ephemeral, []);
      await assert.rejects(without.services.factors.beginTotp(env, await world.player()), code("factor.not_offered"));
    });
  });
}

function recoveryCodeTests(current: () => FactorsWorld): void {
  describe("a recovery code", () => {
    it("signs in once, also when it is sent many times at once, and the player hears how many are left", async () => {
      const world = current();
      const id = await world.player();
      const { codes } = await world.addTotp(id);
      const challenges = await Promise.all(Array.from({ length: 4 }, () => world.signIn(id)));
      const answers = await Promise.allSettled(
        challenges.map((challenge) =>
          world.answer(challenge!.challengeId, { method: "recovery-code", code: codes[0]!.toLowerCase() }),
        ),
      );
      assert.equal(answers.filter(({ status }) => status === "fulfilled").length, 1);
      assert.equal((await world.services.factors.list(env, id)).recoveryCodesLeft, 9);
      const told = world.notices.filter(({ playerId, kind }) => playerId === id && kind === "recovery-code-used");
      assert.deepEqual(
        told.map(({ details }) => details),
        [{ codesLeft: 9 }],
      );
    });

    it("is void once there are new ones, and is no other player's", async () => {
      const world = current();
      const [id, other] = [await world.player(), await world.player()];
      const { codes } = await world.addTotp(id);
      const { codes: others } = await world.addTotp(other);
      const { codes: fresh } = await world.services.factors.replaceRecoveryCodes(env, id);
      const challenge = await world.signIn(id);
      const send = (typed: string) => world.answer(challenge!.challengeId, { method: "recovery-code", code: typed });
      await assert.rejects(send(codes[1]!), code("factor.wrong_code"));
      await assert.rejects(send(others[1]!), code("factor.wrong_code"));
      await send(fresh[1]!);
    });

    it("is not made for a player with no factor to stand in for", async () => {
      const world = current();
      const id = await world.player();
      await assert.rejects(world.services.factors.replaceRecoveryCodes(env, id), code("factor.not_found"));
    });
  });
}

function passkeyTests(current: () => FactorsWorld): void {
  describe("a passkey", () => {
    const signIn = async (world: FactorsWorld, authenticator: SoftwareAuthenticator) => {
      const options = await world.services.factors.beginPasskeySignIn(env);
      return authenticator.get(options as never) as never;
    };

    it("signs its player in, with nothing more asked for, and each answer once", async () => {
      const world = current();
      const { factors } = world.services;
      const id = await world.player();
      for (const isSynced of [false, true]) {
        const response = await signIn(world, await world.addPasskey(id, { isSynced }));
        const from = { address: "127.0.0.1", deviceName: "Phone" };
        assert.equal((await factors.signInByPasskey(env, response, from)).playerId, id);
        assert.deepEqual(world.started.at(-1), { playerId: id, origin: { ...from, provider: "passkey" } });
        await assert.rejects(factors.signInByPasskey(env, response, from), code("factor.wrong_passkey"));
      }
      assert.equal(await factors.canSignInByPasskey(env, id), true);
    });

    it("counts one of two answers that reach us with the same counter", async () => {
      const world = current();
      const id = await world.player();
      const authenticator = await world.addPasskey(id);
      const begin = () => world.services.factors.beginPasskeySignIn(env);
      const answers = (await Promise.all([begin(), begin()])).map((o) => authenticator.get(o as never, { counter: 9 }));
      const signedIn = await Promise.allSettled(
        answers.map((answer) => world.services.factors.signInByPasskey(env, answer as never, { address: "::1" })),
      );
      assert.equal(signedIn.filter(({ status }) => status === "fulfilled").length, 1);
    });

    it("is refused with one answer where it is not known: here, or in this environment, or for this player", async () => {
      const world = current();
      const { factors } = world.services;
      const id = await world.player();
      const authenticator = await world.addPasskey(id);
      const stranger = new SoftwareAuthenticator(TEST_ORIGIN);
      stranger.create((await factors.beginPasskey(env, await world.player())) as never);
      const refused = code("factor.wrong_passkey");
      await assert.rejects(factors.signInByPasskey(env, await signIn(world, stranger), { address: "::1" }), refused);
      const options = await factors.beginPasskeySignIn(OTHER_ENVIRONMENT);
      const elsewhere = authenticator.get(options as never) as never;
      await assert.rejects(factors.signInByPasskey(OTHER_ENVIRONMENT, elsewhere, { address: "::1" }), refused);
      const other = await world.player();
      await world.addPasskey(other);
      const challenge = await world.signIn(other);
      const proof = await world.services.challenges.beginPasskey(env, challenge!.challengeId);
      const response = authenticator.get({ ...proof, allowCredentials: [] } as never) as never;
      await assert.rejects(world.answer(challenge!.challengeId, { method: "passkey", response }), refused);
    });

    it("is refused, and noted, when it says it is another player's", async () => {
      const world = current();
      const authenticator = await world.addPasskey(await world.player());
      const options = await world.services.factors.beginPasskeySignIn(env);
      const response = authenticator.get(options as never, { userHandle: "AAAA" }) as never;
      await assert.rejects(
        world.services.factors.signInByPasskey(env, response, { address: "::1" }),
        code("factor.wrong_passkey"),
      );
      const broken = authenticator.get((await world.services.factors.beginPasskeySignIn(env)) as never, {
        hasBrokenSignature: true,
      });
      await assert.rejects(world.services.factors.signInByPasskey(env, broken as never, { address: "::1" }));
      assert.equal(world.audit.entries.at(-1)?.action, "passkey.refused");
    });

    it("does not take an answer to one ceremony for another, nor one player's for another's", async () => {
      const world = current();
      const { factors } = world.services;
      const [id, other] = [await world.player(), await world.player()];
      const authenticator = new SoftwareAuthenticator(TEST_ORIGIN);
      const response = authenticator.create((await factors.beginPasskey(env, id)) as never) as never;
      const refused = code("factor.wrong_passkey");
      await assert.rejects(factors.addPasskey(env, other, { response, name: "Stolen" }), refused);
      await assert.rejects(factors.addPasskey(env, id, { response, name: "Mine" }), refused, "it was used up");
      const own = await world.addPasskey(id);
      const challenge = await world.signIn(id);
      const proof = await world.services.challenges.beginPasskey(env, challenge!.challengeId);
      await assert.rejects(factors.signInByPasskey(env, own.get(proof as never) as never, { address: "::1" }), refused);
    });

    it("is registered once, and a player has at most ten, also when they are added at the same time", async () => {
      const world = current();
      const { factors } = world.services;
      const id = await world.player();
      for (let i = 0; i < MAX_PASSKEYS - 2; i += 1) await world.addPasskey(id);
      const added = await Promise.allSettled(Array.from({ length: 5 }, () => world.addPasskey(id)));
      assert.equal(added.filter(({ status }) => status === "fulfilled").length, 2);
      for (const result of added) {
        if (result.status === "rejected") assert.ok(code("factor.limit")(result.reason), String(result.reason));
      }
      assert.equal((await factors.list(env, id)).passkeys.length, MAX_PASSKEYS);
      await assert.rejects(factors.beginPasskey(env, id), code("factor.limit"));
    });

    it("is listed with its name and last use, and removed by its owner alone", async () => {
      const world = current();
      const { factors } = world.services;
      const [id, other] = [await world.player(), await world.player()];
      const authenticator = await world.addPasskey(id);
      const [listed] = (await factors.list(env, id)).passkeys;
      assert.equal(listed?.name, "My phone");
      assert.equal(listed.lastUsedAt, undefined);
      await factors.signInByPasskey(env, await signIn(world, authenticator), { address: "::1" });
      assert.ok((await factors.list(env, id)).passkeys[0]?.lastUsedAt);
      await assert.rejects(factors.removePasskey(env, other, listed.passkeyId), code("factor.not_found"));
      await factors.removePasskey(env, id, listed.passkeyId);
      assert.equal(await factors.canSignInByPasskey(env, id), false);
      const response = await signIn(world, authenticator);
      await assert.rejects(factors.signInByPasskey(env, response, { address: "::1" }), code("factor.wrong_passkey"));
    });
  });
}

function recordTests(current: () => FactorsWorld, backends: () => Backends): void {
  describe("a player's records", () => {
    const rowsOf = async (id: string) => {
      const { records } = current().services;
      const counts = await Promise.all(
        records.tables.map((table) =>
          backends().database.query((db) =>
            db.execute(sql`select count(*)::int as held from ${sql.identifier(table)} where player_id = ${id}`),
          ),
        ),
      );
      return counts.map((rows) => rows[0]?.["held"]);
    };

    it("name every table with a row of a player", async () => {
      const rows = await backends().database.query((db) =>
        db.execute(sql`select distinct table_name as name from information_schema.columns where column_name = 'player_id'
          and table_name in ('totp_factor', 'recovery_code', 'passkey', 'known_device', 'sign_in_country', 'factor_policy')`),
      );
      assert.deepEqual([...current().services.records.tables].sort(), rows.map(({ name }) => name).sort());
    });

    it("are exported without secrets and hashes, and deleted, and nobody else's with them", async () => {
      const world = current();
      const { records } = world.services;
      const [id, other] = [await world.player(), await world.player()];
      for (const player of [id, other]) {
        await world.signIn(player);
        await world.addTotp(player);
        await world.addPasskey(player);
      }
      const exported = JSON.stringify(await records.export(env, id));
      assert.match(exported, /"passkeys":\[\{"name":"My phone"/);
      assert.match(exported, /"country":"CH"/);
      assert.doesNotMatch(exported, /v1\.|[0-9a-f]{64}/);
      await backends().database.transaction((tx) => records.delete(OTHER_ENVIRONMENT, id, tx));
      assert.deepEqual(await rowsOf(id), [1, 10, 1, 1, 1]);
      await backends().database.transaction((tx) => records.delete(env, id, tx));
      assert.deepEqual(await rowsOf(id), [0, 0, 0, 0, 0]);
      assert.deepEqual(await rowsOf(other), [1, 10, 1, 1, 1]);
    });

    it("are taken over in a merge by a player without factors, and work there; else the ones of who stays are kept", async () => {
      const world = current();
      const { records, factors } = world.services;
      const merge = (into: string, from: string) =>
        backends().database.transaction((tx) => records.merge(env, { into, from }, tx));
      const [bare, from, own] = [await world.player(), await world.player(), await world.player()];
      const { secret } = await world.addTotp(from);
      await world.addPasskey(from);
      await merge(bare, from);
      assert.deepEqual(await rowsOf(from), [0, 0, 0, 0, 0]);
      const challenge = await world.signIn(bare);
      await world.answer(challenge!.challengeId, { method: "totp", code: world.nextCode(secret) });
      await world.addTotp(own);
      await merge(own, bare);
      assert.deepEqual((await factors.list(env, own)).methods, ["totp", "recovery-code"]);
      const again = await world.signIn(own);
      const wrong = world.answer(again!.challengeId, { method: "totp", code: world.nextCode(secret) });
      await assert.rejects(wrong, code("factor.wrong_code"));
    });
  });
}
