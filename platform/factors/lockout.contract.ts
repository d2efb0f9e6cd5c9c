// What lockout promises, over any database and ephemeral store; run beside factors.contract.ts.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { AppError } from "../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import type { Backends } from "./factors.contract.ts";
import { ACCOUNT_LOCKOUT, ADDRESS_LOCKOUT, FACTOR_LOCKOUT } from "./sign-in-lockout.ts";
import { FactorsWorld, homeOf, OTHER_ENVIRONMENT } from "./testing/factors-world.ts";

const env = FIRST_ENVIRONMENT;
const code = (expected: string) => (error: unknown) => error instanceof AppError && error.code === expected;

/** Defines the suite. */
export function lockoutContract(name: string, open: () => Promise<Backends>): void {
  describe(`lockout: ${name}`, () => {
    let backends: Backends;
    let world: FactorsWorld;
    before(async () => {
      backends = await open();
      world = await new FactorsWorld(backends.database, backends.ephemeral).open();
    });
    after(async () => backends.close());
    lockoutTests(() => world);
  });
}

function lockoutTests(current: () => FactorsWorld): void {
  describe("it", () => {
    const attemptsUntilLocked = async (begin: () => Promise<unknown>): Promise<number> => {
      for (let attempts = 0; attempts < 200; attempts += 1) {
        try {
          await begin();
        } catch (error) {
          assert.ok(error instanceof AppError && error.code === "auth.locked", String(error));
          assert.ok((error.retryAfterSeconds ?? 0) >= 1);
          return attempts;
        }
      }
      return Number.POSITIVE_INFINITY;
    };

    it("stops guesses at one account, from however many addresses and devices, and whether it exists or not", async () => {
      const { lockout } = current().services;
      const accountKey = `nobody ${randomUUID()}`;
      let n = 0;
      const guess = async () => {
        n += 1;
        const attempt = { accountKey, address: `10.1.0.${n}`, deviceId: `a device that was made up ${n}` };
        await lockout.before(env, attempt);
        await lockout.failed(env, attempt);
      };
      assert.equal(await attemptsUntilLocked(guess), ACCOUNT_LOCKOUT.freeAttempts + 1);
      const elsewhere = { accountKey, address: "10.1.1.1" };
      await lockout.before(OTHER_ENVIRONMENT, elsewhere);
      await lockout.before(env, { ...elsewhere, accountKey: "somebody else" });
    });

    it("stops guesses from one address, at however many accounts", async () => {
      const { lockout } = current().services;
      const address = `10.2.0.${Math.floor(Math.random() * 250)}`;
      const guess = async () => {
        const attempt = { accountKey: randomUUID(), address };
        await lockout.before(env, attempt);
        await lockout.failed(env, attempt);
      };
      assert.equal(await attemptsUntilLocked(guess), ADDRESS_LOCKOUT.freeAttempts + 1);
    });

    it("counts the addresses of one IPv6 household together", async () => {
      const { lockout } = current().services;
      const network = Math.floor(Math.random() * 0xffff).toString(16);
      const from = (household: string, n: number) => ({
        accountKey: randomUUID(),
        address: `2001:db8:${network}:${household}::${n.toString(16)}`,
      });
      for (let n = 1; n <= ADDRESS_LOCKOUT.freeAttempts + 1; n += 1) {
        const attempt = from("1", n);
        await lockout.before(env, attempt);
        await lockout.failed(env, attempt);
      }
      await assert.rejects(lockout.before(env, from("1", 0xffff)), code("auth.locked"));
      await lockout.before(env, from("2", 1));
    });

    it("lets a school sign in from one address all day", async () => {
      const { lockout } = current().services;
      for (let i = 0; i < 100; i += 1) {
        const attempt = { accountKey: randomUUID(), address: "10.3.0.1" };
        await lockout.before(env, attempt);
        await lockout.succeeded(env, attempt);
      }
    });

    it("lets one device with a secret that nobody guesses sign in a hundred times at once, until its address is locked", async () => {
      const { lockout } = current().services;
      const attempt = { accountKey: randomUUID(), address: "10.6.0.1", isGuessable: false };
      await Promise.all(Array.from({ length: 100 }, () => lockout.before(env, attempt)));
      await lockout.succeeded(env, attempt);
      for (let i = 0; i <= ADDRESS_LOCKOUT.freeAttempts; i += 1) await lockout.failed(env, attempt);
      await assert.rejects(lockout.before(env, attempt), code("auth.locked"));
    });

    it("forgets the attempts of a player who signs in from one new device after the other", async () => {
      const world = current();
      const id = await world.player();
      for (let i = 0; i < 3 * ACCOUNT_LOCKOUT.freeAttempts; i += 1) {
        const deviceId = `new device ${i}`;
        const attempt = { accountKey: homeOf(id).accountKey!, address: "10.5.0.1", deviceId };
        await world.services.lockout.before(env, attempt);
        await world.signIn(id, { deviceId });
        await world.services.lockout.succeeded(env, attempt);
      }
    });

    it("never holds back a known device, whatever strangers do at the account and at the same address", async () => {
      const world = current();
      const { lockout } = world.services;
      const id = await world.player();
      await world.signIn(id);
      const { accountKey, address, deviceId } = homeOf(id);
      const home = { accountKey: accountKey!, address, deviceId: deviceId! };
      const stranger = { accountKey: home.accountKey, address };
      await attemptsUntilLocked(async () => {
        await lockout.before(env, stranger);
        await lockout.failed(env, stranger);
      });
      for (let i = 0; i < ADDRESS_LOCKOUT.freeAttempts + 5; i += 1) await lockout.failed(env, stranger);
      await assert.rejects(lockout.before(env, stranger), code("auth.locked"));
      await lockout.before(env, home);
      await lockout.succeeded(env, home);
      await assert.rejects(lockout.before(env, stranger), code("auth.locked"), "the success clears no stranger's lock");
      const own = await attemptsUntilLocked(async () => {
        await lockout.before(env, home);
        await lockout.failed(env, home);
      });
      assert.equal(own, ACCOUNT_LOCKOUT.freeAttempts + 1, "but it may not guess for ever either");
    });

    it("does not know a device that has only the password, and failed at the challenge", async () => {
      const world = current();
      const { lockout } = world.services;
      const id = await world.player();
      await world.addTotp(id);
      assert.ok(await world.signIn(id, { deviceId: "a thief's device" }));
      const attempt = { accountKey: homeOf(id).accountKey!, address: "10.4.0.1", deviceId: "a thief's device" };
      await attemptsUntilLocked(() => lockout.before(env, attempt));
      await assert.rejects(lockout.before(env, { ...attempt, deviceId: "and another" }), code("auth.locked"));
    });

    it("stops guesses at a second factor over any number of challenges, and lets a passkey and a known device through", async () => {
      const world = current();
      const id = await world.player();
      const { secret, codes } = await world.addTotp(id);
      const authenticator = await world.addPasskey(id);
      const thief = { deviceId: "a thief's device" };
      const first = (await world.signIn(id))!;
      await world.answer(first.challengeId, { method: "totp", code: world.nextCode(secret) });
      const guess = async () => {
        const { challengeId } = (await world.signIn(id, thief))!;
        await assert.rejects(world.answer(challengeId, { method: "totp", code: "000000" }), (error) => {
          if (code("auth.locked")(error)) throw error;
          return code("factor.wrong_code")(error);
        });
      };
      assert.equal(await attemptsUntilLocked(guess), FACTOR_LOCKOUT.freeAttempts + 1);
      const locked = (await world.signIn(id, thief))!;
      await assert.rejects(
        world.answer(locked.challengeId, { method: "recovery-code", code: codes[0]! }),
        code("auth.locked"),
      );
      const options = await world.services.challenges.beginPasskey(env, locked.challengeId);
      const response = authenticator.get(options as never) as never;
      await world.answer(locked.challengeId, { method: "passkey", response });
      const home = (await world.signIn(id))!;
      await world.answer(home.challengeId, { method: "totp", code: world.nextCode(secret) });
    });
  });
}
