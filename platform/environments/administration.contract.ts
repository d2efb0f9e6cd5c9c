// What keys, environments and the audit log promise on every database; run over PGlite and over Postgres.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { AppError, type ErrorCode } from "../../shared/schema/errors.ts";
import {
  type AuditRecord,
  type CreateApiKeyRequest,
  FIRST_ENVIRONMENT as dev,
  EnvironmentId,
  OPERATOR_SCOPES,
} from "../../shared/schema/platform/index.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import { ApiKeyService, type KeyMaker, MAX_API_KEYS } from "../api-keys/service.ts";
import { ApiKeyStore } from "../api-keys/store.ts";
import { AuditService, EXPORT_PAGE_SIZE, MAX_AUDIT_JSON_LENGTH } from "../audit/service.ts";
import { AuditStore } from "../audit/store.ts";
import type { Database } from "../db/database.ts";
import { databaseErrorCode } from "../db/database.ts";
import { covers, type Power } from "./credential.ts";
import { EnvironmentService, MAX_ENVIRONMENTS } from "./service.ts";
import { EnvironmentStore } from "./store.ts";

const live = EnvironmentId.parse("demo/live");
const actor = { kind: "operator", id: "tester" } as const;
const MASTER: KeyMaker = { power: { environmentId: dev, reach: "platform", scopes: ["*"] }, actor };
const SERVER: CreateApiKeyRequest = { kind: "server", name: "fleet" };

function fails(code: ErrorCode) {
  return (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

/** Defines the suite over a database that `open` gives, migrated and empty; the suite closes it. */
export function administrationContract(name: string, open: () => Promise<Database>): void {
  describe(`administration: ${name}`, () => {
    let database: Database;
    let parts: Parts;
    before(async () => {
      database = await open();
      parts = partsOver(database);
    });
    after(async () => database.close());
    environmentTests(() => parts);
    keyTests(() => parts);
    auditTests(
      () => parts,
      () => database,
    );
    it("there are at most so many environments", async () => {
      const { environments } = parts;
      const make = (i: number) =>
        environments.create({ id: EnvironmentId.parse(`demo/many-${i}`), corsOrigins: undefined }, actor);
      for (let i = (await environments.all()).length; i < MAX_ENVIRONMENTS; i += 1) await make(i);
      await assert.rejects(make(MAX_ENVIRONMENTS), fails("environment.too_many"));
      assert.equal((await environments.ids()).length, MAX_ENVIRONMENTS);
    });
  });
}

interface Parts {
  readonly clock: { nowMs: number };
  readonly audit: AuditService;
  readonly environments: EnvironmentService;
  readonly keys: ApiKeyService;
  /** Another process of the platform, over the same database. */
  readonly otherKeys: ApiKeyService;
}

function partsOver(database: Database): Parts {
  const clock = { nowMs: Date.now() };
  const now = () => clock.nowMs;
  const audit = new AuditService(new AuditStore(database));
  const environments = new EnvironmentService({
    store: new EnvironmentStore(database),
    audit,
    defaultEnvironment: dev,
    now,
  });
  const keys = () => new ApiKeyService(new ApiKeyStore(database), audit, now);
  return { clock, audit, environments, keys: keys(), otherKeys: keys() };
}

function environmentTests(parts: () => Parts): void {
  describe("environments", () => {
    it("are made once, in a project that exists, and found at once", async () => {
      const { environments } = parts();
      await environments.create({ id: live, corsOrigins: undefined }, actor);
      assert.equal((await environments.find("demo/live")).id, live);
      await assert.rejects(
        environments.create({ id: live, corsOrigins: undefined }, actor),
        fails("environment.exists"),
      );
      const foreign = EnvironmentId.parse("nobody/dev");
      await assert.rejects(
        environments.create({ id: foreign, corsOrigins: undefined }, actor),
        fails("environment.unknown"),
      );
      await environments.createProject(dev, "nobody", actor);
      await assert.rejects(environments.createProject(dev, "nobody", actor), fails("environment.exists"));
      await environments.create({ id: foreign, corsOrigins: ["https://a.example"] }, actor);
      assert.deepEqual((await environments.find("nobody/dev")).corsOrigins, ["https://a.example"]);
    });

    it("change, and the audit log has what was before and after", async () => {
      const { environments, audit } = parts();
      await environments.setCorsOrigins(live, ["https://b.example"], actor);
      assert.deepEqual((await environments.find("demo/live")).corsOrigins, ["https://b.example"]);
      const { entries } = await audit.search(live, { action: "environment.changed" }, undefined, 10);
      assert.deepEqual(
        entries.map(({ before, after }) => [before, after]),
        [[{}, { corsOrigins: ["https://b.example"] }]],
      );
    });
  });
}

function keyTests(parts: () => Parts): void {
  describe("keys", () => {
    it("are good where they were made, show their secret once, and are stored as a hash", async () => {
      const { keys } = parts();
      const { apiKey, secret } = await keys.create(live, SERVER, MASTER);
      assert.deepEqual(await keys.authenticate(secret), { kind: "server", environmentId: live, keyId: apiKey.id });
      const shown = JSON.stringify(await keys.list(live));
      assert.ok(shown.includes(apiKey.id) && !shown.includes(secret.slice(-43)));
      assert.deepEqual(
        (await keys.list(dev)).filter(({ id }) => id === apiKey.id),
        [],
      );
      await assert.rejects(
        keys.revoke(dev, apiKey.id, MASTER),
        fails("key.not_found"),
        "it is not of that environment",
      );
    });

    it("are refused when any letter of them is another, and other texts are no keys", async () => {
      const { keys } = parts();
      const { secret } = await keys.create(live, SERVER, MASTER);
      await fc.assert(
        fc.asyncProperty(fc.nat(secret.length - 2), fc.constantFrom("a", "0", "Z", "_"), async (at, letter) => {
          const changed = secret.slice(0, at) + letter + secret.slice(at + 1);
          fc.pre(changed !== secret);
          const answer = await keys
            .authenticate(changed)
            .catch((error: unknown) => fails("auth.invalid")(error) && undefined);
          assert.equal(answer, undefined);
        }),
        { numRuns: 100 },
      );
      assert.equal(await keys.authenticate("gk_server_"), undefined);
      assert.equal(await keys.authenticate("x".repeat(10_000)), undefined);
      await assert.rejects(keys.authenticate(secret.replace("gk_server", "gk_operator")), fails("auth.invalid"));
    });

    it("rotate with overlap: both secrets are good for a while, then the new one alone", async () => {
      const { keys, clock } = parts();
      const first = await keys.create(live, SERVER, MASTER);
      const second = await keys.rotate(live, first.apiKey.id, 60, MASTER);
      assert.equal((await keys.authenticate(first.secret))?.keyId, first.apiKey.id);
      assert.equal((await keys.authenticate(second.secret))?.keyId, first.apiKey.id);
      await assert.rejects(keys.rotate(live, first.apiKey.id, 60, MASTER), fails("key.rotating"));
      clock.nowMs += 60_000;
      await assert.rejects(keys.authenticate(first.secret), fails("auth.invalid"));
      const third = await keys.rotate(live, first.apiKey.id, 0, MASTER);
      await assert.rejects(keys.authenticate(second.secret), fails("auth.invalid"), "without overlap it ends at once");
      assert.equal((await keys.authenticate(third.secret))?.keyId, first.apiKey.id);
    });

    it("end at once when they are revoked, and when their time is over", async () => {
      const { keys, otherKeys, clock } = parts();
      const { apiKey, secret } = await keys.create(live, SERVER, MASTER);
      await keys.authenticate(secret);
      await otherKeys.authenticate(secret);
      await keys.revoke(live, apiKey.id, MASTER);
      await assert.rejects(keys.authenticate(secret), fails("auth.invalid"));
      clock.nowMs += 1_000;
      await assert.rejects(
        otherKeys.authenticate(secret),
        fails("auth.invalid"),
        "a second later, in other processes too",
      );
      await assert.rejects(keys.revoke(live, apiKey.id, MASTER), fails("key.not_found"));
      const short = await keys.create(live, { ...SERVER, expiresInDays: 1 }, MASTER);
      await keys.authenticate(short.secret);
      clock.nowMs += 86_400_000;
      await assert.rejects(keys.authenticate(short.secret), fails("auth.invalid"));
    });

    it("are in the audit log with whatever was done to them, and no secret is", async () => {
      const { keys, audit } = parts();
      const { apiKey, secret } = await keys.create(live, { ...SERVER, name: "noted" }, MASTER);
      const { secret: next } = await keys.rotate(live, apiKey.id, 0, MASTER);
      await keys.revoke(live, apiKey.id, MASTER);
      const { entries } = await audit.search(live, { subject: `api_key/${apiKey.id}` }, undefined, 10);
      assert.deepEqual(
        entries.map(({ action }) => action),
        ["api_key.revoked", "api_key.rotated", "api_key.created"],
      );
      assert.ok(entries.every((entry) => entry.actor.id === "tester"));
      for (const part of [secret, next]) assert.ok(!JSON.stringify(entries).includes(part.slice(-43)));
    });

    it("never can do more than who makes, rotates or revokes them", async () => {
      const { keys } = parts();
      const operator = (more: object): CreateApiKeyRequest => {
        return { kind: "operator", name: "o", scopes: ["audit:read"], reach: "environment", ...more };
      };
      const weak: KeyMaker = {
        actor,
        power: { environmentId: live, reach: "environment", scopes: ["keys:write", "audit:read"] },
      };
      await keys.create(live, operator({}), weak);
      await keys.create(live, SERVER, weak);
      for (const more of [{ scopes: ["*"] }, { scopes: ["bans:write"] }, { reach: "project" }, { reach: "platform" }]) {
        await assert.rejects(keys.create(live, operator(more), weak), fails("auth.forbidden"));
        const { apiKey } = await keys.create(live, operator(more), MASTER);
        await assert.rejects(keys.rotate(live, apiKey.id, 0, weak), fails("auth.forbidden"));
        await assert.rejects(keys.revoke(live, apiKey.id, weak), fails("auth.forbidden"));
      }
      await assert.rejects(keys.create(dev, SERVER, weak), fails("auth.forbidden"), "another environment");
    });

    it("are bounded in number", async () => {
      const { keys, environments } = parts();
      const full = EnvironmentId.parse("demo/full");
      await environments.create({ id: full, corsOrigins: undefined }, actor);
      const made = await Promise.allSettled(
        Array.from({ length: MAX_API_KEYS + 5 }, () => keys.create(full, SERVER, MASTER)),
      );
      assert.equal(made.filter(({ status }) => status === "fulfilled").length, MAX_API_KEYS);
      for (const { reason } of made.filter((it) => it.status === "rejected")) fails("key.too_many")(reason);
    });
  });

  it("power covers itself, is transitive, and what it covers reaches no further", () => {
    const power: fc.Arbitrary<Power> = fc.record({
      environmentId: fc.constantFrom(dev, live, EnvironmentId.parse("other/dev")),
      reach: fc.constantFrom("environment", "project", "platform"),
      scopes: fc.subarray([...OPERATOR_SCOPES]),
    });
    fc.assert(
      fc.property(power, power, power, (a, b, c) => {
        assert.ok(covers(a, a));
        if (covers(a, b) && covers(b, c)) assert.ok(covers(a, c));
        if (covers(a, b) && b.scopes.includes("*")) assert.ok(a.scopes.includes("*"));
        if (covers(a, b) && b.reach === "platform") assert.equal(a.reach, "platform");
      }),
      { numRuns: 2_000 },
    );
  });
}

function auditTests(parts: () => Parts, database: () => Database): void {
  describe("audit log", () => {
    const entry = { environmentId: live, actor, action: "test.done", subject: "test/1" } as const;

    it("refuses to change, remove or empty what is in it, even by SQL", async () => {
      await parts().audit.record(entry);
      const statements = [
        sql`update audit_entry set actor_id = 'nobody'`,
        sql`delete from audit_entry`,
        sql`truncate audit_entry`,
      ];
      const number = async () => (await database().query((db) => db.execute(sql`select id from audit_entry`))).length;
      const before = await number();
      assert.ok(before > 0);
      for (const statement of statements) {
        await assert.rejects(
          database().query((db) => db.execute(statement)),
          (error) => databaseErrorCode(error) === "42501",
        );
      }
      assert.equal(await number(), before);
    });

    it("has an entry when its change is there, and none when it is not", async () => {
      const { audit } = parts();
      const subject = `test/${uuidV7()}`;
      const failing = database().transaction(async (tx) => {
        await audit.record({ ...entry, subject }, tx);
        throw new RangeError("changed my mind");
      });
      await assert.rejects(failing, RangeError);
      assert.deepEqual((await audit.search(live, { subject }, undefined, 10)).entries, []);
      await database().transaction((tx) => audit.record({ ...entry, subject }, tx));
      assert.equal((await audit.search(live, { subject }, undefined, 10)).entries.length, 1);
    });

    it("is searched by action, actor, subject and time, page by page, in one environment", async () => {
      const { audit } = parts();
      const id = uuidV7();
      const who = { kind: "system", id } as const;
      for (let i = 0; i < 5; i += 1) {
        await audit.record({ ...entry, actor: who, subject: `test/${i}`, before: { i }, after: [i] });
      }
      await audit.record({ ...entry, environmentId: dev, actor: who });
      const one = await audit.search(live, { actorId: id }, undefined, 3);
      const two = await audit.search(live, { actorId: id }, one.next, 3);
      assert.deepEqual(
        [...one.entries, ...two.entries].map(({ before }) => before),
        [4, 3, 2, 1, 0].map((i) => ({ i })),
      );
      assert.equal(two.next, undefined);
      assert.deepEqual(one.entries[0]?.after, [4]);
      const last = one.entries[0]!.createdAt;
      const count = async (filter: object) =>
        (await audit.search(live, { actorId: id, ...filter }, undefined, 9)).entries.length;
      assert.equal(await count({ subject: "test/2" }), 1);
      assert.equal(await count({ action: "test.undone" }), 0);
      assert.equal(await count({ since: new Date(Date.parse(last) + 60_000).toISOString() }), 0);
      assert.equal(await count({ until: new Date(Date.parse(last) + 60_000).toISOString() }), 5);
    });

    it("is exported whole, oldest first, over any number of pages", async () => {
      const { audit } = parts();
      const id = uuidV7();
      const number = EXPORT_PAGE_SIZE + 7;
      await database().transaction(async (tx) => {
        for (let i = 0; i < number; i += 1) {
          await audit.record({ ...entry, actor: { kind: "system", id }, subject: `test/${i}` }, tx);
        }
      });
      const pages: AuditRecord[][] = [];
      for await (const page of audit.export(live, { actorId: id })) pages.push(page);
      assert.deepEqual(
        pages.map(({ length }) => length),
        [EXPORT_PAGE_SIZE, 7],
      );
      const ids = pages.flat().map((it) => it.id);
      assert.deepEqual(ids, [...ids].sort());
      assert.equal(new Set(pages.flat().map(({ subject }) => subject)).size, number);
    });

    it("refuses an entry that is too large to keep", async () => {
      const after = "x".repeat(MAX_AUDIT_JSON_LENGTH);
      await assert.rejects(parts().audit.record({ ...entry, after }), /may have 16384 characters/);
    });
  });
}
