// What every database promises; run over PGlite by pglite.test.ts and over Postgres by postgres.real.ts.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eq, sql } from "drizzle-orm";
import type postgres from "postgres";
import { AppError } from "../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT as environmentId } from "../../shared/schema/platform/index.ts";
import { player } from "../accounts/schema.ts";
import { AccountService } from "../accounts/service.ts";
import { AccountStore } from "../accounts/store.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import { EnvironmentService } from "../environments/service.ts";
import { EnvironmentStore } from "../environments/store.ts";
import { createLog } from "../ops/log.ts";
import { Metrics } from "../ops/metrics.ts";
import { MemoryAuditLog } from "../testing/memory-audit-log.ts";
import { TokenService } from "../tokens/service.ts";
import { PUBLISH_LEAD_MS, RETIRED_KEY_SECONDS, SigningKeys } from "../tokens/signing-keys.ts";
import { SigningKeyStore } from "../tokens/store.ts";
import { type Database, databaseErrorCode, UNIQUE_VIOLATION } from "./database.ts";
import { migrateDown, migrateUp, migrationStatus, readMigrations } from "./migrations.ts";
import { type Engine, SqlDatabase } from "./sql-database.ts";

/** Defines the suite. `openEngine` gives an engine on an empty database; the suite stops it. */
export function databaseContract(name: string, openEngine: () => Promise<Engine>): void {
  describe(`database: ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await openEngine();
    });
    migrationTests(() => engine);
    databaseTests(() => engine);
  });
}

function migrationTests(engine: () => Engine): void {
  describe("migrations", () => {
    let client: postgres.Sql;
    before(async () => {
      client = await engine().connect(() => {});
    });
    after(async () => client.end());

    it("go up, down and up again, and leave the same tables each time", async () => {
      const names = (await readMigrations()).map((migration) => migration.name);
      assert.deepEqual(await migrateUp(client), names);
      const shape = await shapeOf(client);
      assert.ok(shape.length > 0);
      assert.deepEqual(await migrateUp(client), [], "nothing is left to do");
      assert.deepEqual(await migrateDown(client, names.length), names.toReversed());
      assert.deepEqual(await shapeOf(client), [], "down takes back everything");
      assert.deepEqual(await migrateUp(client), names);
      assert.deepEqual(await shapeOf(client), shape);
      assert.ok((await migrationStatus(client)).every(({ isApplied }) => isApplied));
    });

    it("apply once when two processes start at the same time", async () => {
      await migrateDown(client, 1_000);
      const [one, two] = await Promise.all([migrateUp(client), migrateUp(client)]);
      const names = (await readMigrations()).map((migration) => migration.name);
      assert.deepEqual([...one, ...two], names);
    });

    it("refuse to run when an applied one was changed, and name it", async () => {
      const [first, ...rest] = await readMigrations();
      assert.ok(first);
      await assert.rejects(migrateUp(client, [{ ...first, checksum: "other" }, ...rest]), (error) => {
        assert.match(String(error), new RegExp(`${first.name} was changed after it was applied`));
        return true;
      });
    });

    it("apply all or none when one fails", async () => {
      const known = await readMigrations();
      const extra = [
        { name: "9998-good", up: "create table good (id int)", down: "drop table good", checksum: "1" },
        { name: "9999-bad", up: "create table bad (id nonsense)", down: "drop table bad", checksum: "2" },
      ];
      await assert.rejects(migrateUp(client, [...known, ...extra]), /nonsense/);
      const tables = (await shapeOf(client)).filter(({ table }) => table === "good");
      assert.deepEqual(tables, []);
    });
  });
}

function databaseTests(engine: () => Engine): void {
  describe("port", () => {
    let database: SqlDatabase;
    before(async () => {
      database = new SqlDatabase(engine(), createLog("silent")).start();
      await database.whenReady();
    });
    after(async () => {
      await database.close();
      await assert.rejects(database.check(), isUnavailable, "a closed database says so");
    });

    it("answers a check", async () => database.check());

    it("keeps what a transaction wrote, and nothing of one that failed", async () => {
      const [kept, lost] = [uuidV7(), uuidV7()];
      await database.transaction((tx) => tx.insert(player).values({ environmentId, id: kept, displayName: "Kept" }));
      const failing = database.transaction(async (tx) => {
        await tx.insert(player).values({ environmentId, id: lost, displayName: "Lost" });
        throw new RangeError("changed my mind");
      });
      await assert.rejects(failing, RangeError);
      assert.equal((await find(database, kept)).length, 1);
      assert.equal((await find(database, lost)).length, 0);
    });

    it("gives a broken constraint as the database's own error, and goes on", async () => {
      const row = { environmentId, id: uuidV7(), displayName: "Twice" };
      await database.query((db) => db.insert(player).values(row));
      await assert.rejects(
        database.query((db) => db.insert(player).values(row)),
        (error) => databaseErrorCode(error) === UNIQUE_VIOLATION,
      );
      await assert.rejects(
        database.query((db) => db.execute(sql`select no_such_function()`)),
        (error) => {
          return !isUnavailable(error);
        },
      );
      await database.check();
    });

    it("runs many queries and transactions at one time without a deadlock", async () => {
      const ids = Array.from({ length: 40 }, () => uuidV7());
      await Promise.all(
        ids.map((id, i) =>
          i % 2 === 0
            ? database.query((db) => db.insert(player).values({ environmentId, id, displayName: "Query" }))
            : database.transaction(async (tx) => {
                await tx.insert(player).values({ environmentId, id, displayName: "Before" });
                await tx.update(player).set({ displayName: "After" }).where(eq(player.id, id));
              }),
        ),
      );
      const found = await Promise.all(ids.map((id) => find(database, id)));
      assert.ok(found.every((rows) => rows.length === 1));
    });

    it("gives one device one player, also when its first requests come at the same time", async () => {
      const accounts = new AccountService(new AccountStore(database), new Metrics());
      const players = await Promise.all(
        Array.from({ length: 12 }, () => accounts.signInGuest(environmentId, "device-of-many-requests")),
      );
      assert.equal(new Set(players.map(({ id }) => id)).size, 1);
      assert.equal(new Set(players.map(({ displayName }) => displayName)).size, 1);
      const again = await accounts.signInGuest(environmentId, "device-of-many-requests");
      assert.equal(again.id, players[0]?.id);
      assert.notEqual((await accounts.signInGuest(environmentId, "another-device")).id, again.id);
    });

    it("stores no device id as it was sent", async () => {
      const accounts = new AccountService(new AccountStore(database), new Metrics());
      await accounts.signInGuest(environmentId, "very-secret-device-id");
      const rows = await database.query((db) => db.execute(sql`select * from identity`));
      assert.ok(rows.length > 0);
      assert.ok(!JSON.stringify(rows).includes("very-secret-device-id"));
    });

    it("keeps one signing key when many processes need the first one at the same time", async () => {
      const environments = new EnvironmentService({
        store: new EnvironmentStore(database),
        audit: new MemoryAuditLog(),
        defaultEnvironment: environmentId,
      });
      const services = Array.from({ length: 6 }, () => new TokenService(newSigningKeys(database), environments));
      const sets = await Promise.all(services.map((service) => service.jwks(environmentId)));
      assert.equal(new Set(sets.map(({ keys }) => JSON.stringify(keys))).size, 1);
      const [one, two] = services;
      const id = uuidV7();
      const { accessToken } = await one!.signAccessToken(environmentId, id, "session");
      assert.deepEqual(await two!.verifyAccessToken(accessToken), {
        environmentId,
        playerId: id,
        sessionId: "session",
      });
    });

    it("rotates the signing key without voiding a token, and replaces a stolen one at once", async () => {
      const keys = newSigningKeys(database);
      const store = new SigningKeyStore(database, RETIRED_KEY_SECONDS);
      const noted = async () => {};
      const states = async () => (await store.all(environmentId)).map(({ kid, state }) => [kid, state]);
      const old = (await keys.of(environmentId)).kid;
      const next = await keys.rotate(environmentId, noted);
      assert.deepEqual(await states(), [
        [old, "signing"],
        [next, "next"],
      ]);
      assert.equal((await keys.of(environmentId)).kid, old);
      assert.ok((await keys.of(environmentId)).verifying.has(next), "it is published before it signs");
      await assert.rejects(keys.rotate(environmentId, noted), (error) => (error as AppError).code === "key.rotating");
      // Time is the subject here, and the database's: so the rows are made older instead of waiting.
      const age = (seconds: number) =>
        database.query((db) =>
          db.execute(sql`update signing_key set activates_at = activates_at - ${seconds} * interval '1 second',
            retired_at = retired_at - ${seconds} * interval '1 second'`),
        );
      await age(PUBLISH_LEAD_MS / 1_000 + 1);
      assert.deepEqual(await states(), [
        [old, "retired"],
        [next, "signing"],
      ]);
      await age(RETIRED_KEY_SECONDS);
      assert.deepEqual(await states(), [[next, "signing"]]);
      const fresh = await keys.replaceAll(environmentId, noted);
      assert.deepEqual(await states(), [[fresh, "signing"]]);
    });
  });
}

function newSigningKeys(database: Database): SigningKeys {
  return new SigningKeys(new SigningKeyStore(database, RETIRED_KEY_SECONDS));
}

function find(database: Database, id: string) {
  return database.query((db) => db.select().from(player).where(eq(player.id, id)));
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === "service.unavailable";
}

/** Every column and index of ours: what "the same tables" means. */
async function shapeOf(client: postgres.Sql): Promise<Record<string, string>[]> {
  const columns = await client<Record<string, string>[]>`
    select table_name as table, column_name as column, data_type as type, is_nullable as nullable, column_default as default
    from information_schema.columns where table_schema = 'public' and table_name <> 'migration'
    order by table_name, column_name`;
  const indexes = await client<Record<string, string>[]>`
    select tablename as table, indexdef as index from pg_indexes
    where schemaname = 'public' and tablename <> 'migration' order by indexname`;
  return [...columns, ...indexes].map((row) => ({ ...row }));
}
