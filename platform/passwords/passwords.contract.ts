// What passwords promise on any database; run over PGlite by passwords.test.ts and over Postgres by passwords.real.ts.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { sql } from "drizzle-orm";
import { AppError } from "../../shared/schema/errors.ts";
import { type AccountsBench, codeOf, createAccountsBench, fails } from "../accounts/testing/accounts-bench.ts";
import type { SqlDatabase } from "../db/sql-database.ts";

const FROM = { address: "192.0.2.1" };
const PASSWORD = "eleven wet badgers hum";

let database: SqlDatabase;
let bench: AccountsBench;

/** Defines the suite. `open` gives a database that is started; the suite closes it. */
export function passwordsContract(name: string, open: () => Promise<SqlDatabase>): void {
  describe(`passwords: ${name}`, () => {
    before(async () => {
      database = await open();
      await database.whenReady();
      bench = createAccountsBench(database);
    });
    after(async () => database.close());
    describe("signing up with a password", signUpTests);
    describe("registering a guest with a password", registerTests);
    describe("what an answer tells of an account", secrecyTests);
    describe("changing a password", changeTests);
    describe("a password and its address", addressTests);
  });
}

const newAddress = () => `${randomUUID()}@example.com`;
const signUp = (address: string, password = PASSWORD) =>
  bench.signUp.signUp(bench.environmentId, { ...codeOf(address), password }, FROM);
const login = (email: string, password = PASSWORD) =>
  bench.signIn.signIn(bench.environmentId, { provider: "password", proof: { email, password } }, FROM);
const newGuest = async () => (await bench.accounts.signInGuest(bench.environmentId, `device-${randomUUID()}`)).id;
const register = (playerId: string, address: string, password?: string) => {
  const request = { provider: "email-code", proof: codeOf(address), ...(password === undefined ? {} : { password }) };
  return bench.registration.link(bench.environmentId, { playerId, sessionId: "this" }, request, FROM);
};
const change = (playerId: string, currentPassword: string, newPassword: string) =>
  bench.passwords.change(
    bench.environmentId,
    playerId,
    { currentPassword, newPassword },
    { sessionId: "this", ...FROM },
  );

function signUpTests(): void {
  it("makes a player, whom address and password find again in every spelling of the address", async () => {
    const address = newAddress();
    const { playerId } = await signUp(address);
    assert.equal((await login(address)).playerId, playerId);
    assert.equal((await login(` ${address.toUpperCase()} `)).playerId, playerId);
    await assert.rejects(login(address, `${PASSWORD}!`), fails("auth.wrong_credentials"));
  });

  it("needs the code that was mailed, and makes nobody without it", async () => {
    const address = newAddress();
    const wrong = { ...codeOf(address), code: "another", password: PASSWORD };
    await assert.rejects(bench.signUp.signUp(bench.environmentId, wrong, FROM), fails("auth.invalid"));
    assert.equal(await bench.accounts.playerOfEmail(bench.environmentId, address), undefined);
  });

  it("says to whoever proved the address that it has an account, and changes nothing of that", async () => {
    const address = newAddress();
    const { playerId } = await signUp(address);
    await assert.rejects(signUp(address, "quite another password"), fails("identity.taken"));
    assert.equal((await login(address)).playerId, playerId);
  });

  it("makes one player when the same form is sent twice at one time", async () => {
    const address = newAddress();
    const outcomes = await Promise.allSettled([signUp(address), signUp(address)]);
    const good = outcomes.filter((outcome) => outcome.status === "fulfilled");
    assert.equal(good.length, 1);
    assert.equal((await login(address)).playerId, good[0]?.value.playerId);
  });

  it("refuses passwords that are short, long, easy to guess or stolen, before the code is spent", async () => {
    const address = newAddress();
    await assert.rejects(signUp(address, "short"), fails("password.weak"));
    await assert.rejects(signUp(address, "x".repeat(129)), fails("password.weak"));
    await assert.rejects(signUp(address, "weak but long enough"), fails("password.weak"));
    bench.breached.add("stolen from elsewhere");
    await assert.rejects(signUp(address, "stolen from elsewhere"), (error) => {
      assert.ok(error instanceof AppError && error.code === "password.breached");
      assert.deepEqual(
        error.errors?.map(({ field }) => field),
        ["password"],
      );
      return true;
    });
    assert.equal(await bench.accounts.playerOfEmail(bench.environmentId, address), undefined);
  });
}

function registerTests(): void {
  it("keeps the player, ends its other sessions, and lets it in from a second device", async () => {
    const [guest, address] = [await newGuest(), newAddress()];
    await register(guest, address, PASSWORD);
    assert.equal((await login(address)).playerId, guest);
    assert.ok(bench.happened.ended.includes(`${guest} credentials_changed this`));
    assert.ok(bench.happened.notices.includes(`identity-linked ${guest}`));
    assert.ok(bench.happened.notices.includes(`password-changed ${guest}`));
    assert.equal((await bench.registration.list(bench.environmentId, guest)).hasPassword, true);
  });

  it("sets no password where the address is somebody else's", async () => {
    const [guest, address] = [await newGuest(), newAddress()];
    const { playerId } = await signUp(address);
    await assert.rejects(register(guest, address, "quite another password"), fails("identity.clash"));
    assert.equal((await login(address)).playerId, playerId);
    assert.equal((await bench.registration.list(bench.environmentId, guest)).hasPassword, false);
  });

  it("sets a password again by a code to the address, and not by an address that is new to the player", async () => {
    const [guest, address, other] = [await newGuest(), newAddress(), newAddress()];
    await register(guest, address, PASSWORD);
    await assert.rejects(register(guest, other, "quite another password"), fails("request.invalid"));
    await register(guest, address, "quite another password");
    assert.equal((await login(address, "quite another password")).playerId, guest);
  });

  it("takes a password with an address alone", async () => {
    const request = { provider: "believed", proof: { subject: randomUUID() }, password: PASSWORD };
    const asking = { playerId: await newGuest(), sessionId: "this" };
    await assert.rejects(bench.registration.link(bench.environmentId, asking, request, FROM), fails("request.invalid"));
  });
}

function secrecyTests(): void {
  it("is the same, after the same work, for an unknown address, no address, no password, and a wrong password", async () => {
    const [known, bare] = [newAddress(), newAddress()];
    await signUp(known);
    await register(await newGuest(), bare);
    const answers = new Set<string>();
    for (const email of [newAddress(), "no address", bare, known]) {
      const [comparedBefore, madeBefore] = [bench.hashes.compared, bench.hashes.made];
      const guardBefore = bench.happened.guard.length;
      await assert.rejects(login(email, "not the password"), (error) => {
        assert.ok(error instanceof AppError);
        answers.add(JSON.stringify([error.code, error.message, error.members, error.errors]));
        return true;
      });
      assert.deepEqual([bench.hashes.compared - comparedBefore, bench.hashes.made - madeBefore], [1, 0]);
      assert.deepEqual(bench.happened.guard.slice(guardBefore), ["before", "failed"]);
    }
    assert.equal(answers.size, 1);
    assert.ok([...answers][0]?.includes("auth.wrong_credentials"));
  });

  it("never holds a password or its hash, and neither does the database as it was typed", async () => {
    const address = newAddress();
    await signUp(address);
    const rows = await database.query((db) => db.execute(sql`select * from password`));
    assert.ok(rows.length > 0);
    const logged = JSON.stringify([rows, bench.audit.entries, bench.happened]);
    assert.ok(!logged.includes(PASSWORD));
    assert.ok(!JSON.stringify(bench.audit.entries).includes("$argon2id$"));
  });
}

function changeTests(): void {
  it("needs the current one, counts guesses, and ends every other session", async () => {
    const address = newAddress();
    const { playerId } = await signUp(address);
    const before = bench.happened.guard.length;
    await assert.rejects(change(playerId, "a guess", "quite another password"), fails("auth.wrong_credentials"));
    assert.deepEqual(bench.happened.guard.slice(before), ["before", "failed"]);
    await assert.rejects(change(playerId, PASSWORD, "weak but long enough"), fails("password.weak"));
    await change(playerId, PASSWORD, "quite another password");
    assert.equal((await login(address, "quite another password")).playerId, playerId);
    await assert.rejects(login(address), fails("auth.wrong_credentials"));
    assert.ok(bench.happened.ended.includes(`${playerId} credentials_changed this`));
    const last = bench.audit.entries.at(-1);
    assert.deepEqual([last?.action, last?.subject], ["password.changed", `player/${playerId}`]);
  });

  it("happens once of two at one time", async () => {
    const { playerId } = await signUp(newAddress());
    const outcomes = await Promise.allSettled([
      change(playerId, PASSWORD, "quite another password"),
      change(playerId, PASSWORD, "yet a third password"),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  });

  it("is refused to a player who has none", async () => {
    await assert.rejects(change(await newGuest(), PASSWORD, "quite another one"), fails("auth.wrong_credentials"));
  });

  it("by reset ends every session", async () => {
    const address = newAddress();
    const { playerId } = await signUp(address);
    await assert.rejects(bench.passwords.reset(bench.environmentId, playerId, "weak"), fails("password.weak"));
    await bench.passwords.reset(bench.environmentId, playerId, "quite another password");
    assert.ok(bench.happened.ended.includes(`${playerId} credentials_changed`));
    assert.equal((await login(address, "quite another password")).playerId, playerId);
  });
}

function addressTests(): void {
  it("go together: without an address it is gone, also when another one is linked later", async () => {
    const [guest, one, two] = [await newGuest(), newAddress(), newAddress()];
    await register(guest, one, PASSWORD);
    const { identities, registration, environmentId } = bench;
    const linked = (await identities.list(environmentId, guest)).find(({ provider }) => provider === "email");
    await registration.unlink(environmentId, guest, linked?.id ?? "");
    await register(guest, two);
    for (const address of [one, two]) await assert.rejects(login(address), fails("auth.wrong_credentials"));
  });

  it("never part, whatever happens at one time: a password is there with an address or not at all", async () => {
    const { identities, environmentId } = bench;
    for (let i = 0; i < 10; i++) {
      const [guest, address] = [await newGuest(), newAddress()];
      const linked = await register(guest, address);
      await Promise.allSettled([
        register(guest, address, PASSWORD),
        identities.unlink(environmentId, guest, linked.id),
        bench.passwords.reset(environmentId, guest, PASSWORD),
      ]);
      const hasAddress = (await bench.accounts.emailOf(environmentId, guest)) !== undefined;
      const hasPassword = await bench.passwords.has(environmentId, guest);
      assert.ok(hasAddress || !hasPassword, "a password is left without an address");
    }
  });

  it("come along when players are merged, unless the player who stays has a password of its own", async () => {
    const merge = async (mine: string, address: string) => {
      const error = await register(mine, address).then(
        () => assert.fail("there was no clash"),
        (thrown: { members: { clash: { token: string } } }) => thrown,
      );
      const choice = { token: error.members.clash.token, choice: "merge" } as const;
      return bench.registration.resolve(bench.environmentId, mine, choice, FROM);
    };
    const [guest, first, second] = [await newGuest(), newAddress(), newAddress()];
    await signUp(first);
    await merge(guest, first);
    assert.equal((await login(first)).playerId, guest);
    await signUp(second, "the password of the second");
    await merge(guest, second);
    assert.equal((await login(second)).playerId, guest, "the password of the player who stays, by either address");
    await assert.rejects(login(second, "the password of the second"), fails("auth.wrong_credentials"));
  });
}
