// What privacy promises on every database; run over PGlite by privacy.test.ts and over Postgres by privacy.real.ts.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";
import { sql } from "drizzle-orm";
import { strFromU8, unzipSync } from "fflate";
import { AppError } from "../../shared/schema/errors.ts";
import { EnvironmentId, FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import { PlayerNames } from "../accounts/player-names.ts";
import { identity, player } from "../accounts/schema.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import type { AuditEntry } from "../audit/audit-log.ts";
import { MemoryStore } from "../ephemeral/memory.ts";
import { TicketStore } from "../matchmaking/store.ts";
import { createLog } from "../ops/log.ts";
import { Metrics } from "../ops/metrics.ts";
import { profileModule } from "../profiles/player-module.ts";
import { ProfileService } from "../profiles/service.ts";
import { ProfileStore } from "../profiles/store.ts";
import { LogSink } from "../testing/log-sink.ts";
import type { ScratchDatabase } from "../testing/scratch-database.ts";
import { allPlayerRecords } from "./all-player-records.ts";
import { deletionModule } from "./player-module.ts";
import type { PlayerRecords } from "./player-records.ts";
import { PrivacyService, RETRY_MS } from "./service.ts";
import { DeletionStore } from "./store.ts";
import { playerColumns, rowsNaming } from "./testing/player-columns.ts";

const DEV = FIRST_ENVIRONMENT;
const LIVE = EnvironmentId.parse("demo/live");
const GRACE_DAYS = 30;
const DAY_MS = 86_400_000;

/** Defines the suite. `open` gives an empty, migrated database. */
export function privacyContract(name: string, open: () => Promise<ScratchDatabase>): void {
  describe(`privacy: ${name}`, () => {
    let scratch: ScratchDatabase;
    let ephemeral: MemoryStore;
    let metrics: Metrics;
    let privacy: PrivacyService;
    let now = Date.parse("2026-11-20T12:00:00Z");
    const sink = new LogSink();
    const audited: AuditEntry[] = [];
    const told: string[] = [];

    const newService = (extra: readonly PlayerRecords[] = []) =>
      new PrivacyService({
        store: new DeletionStore(scratch.database),
        names: new PlayerNames(scratch.database),
        records: [...extra, ...allPlayerRecords(scratch.database, ephemeral)],
        audit: { record: async (entry) => void audited.push(entry) },
        metrics,
        log: createLog("info", [], sink),
        graceDays: GRACE_DAYS,
        leaving: {
          endSessions: async (_, playerId, except) => void told.push(`end sessions of ${playerId} but ${except}`),
          notify: async (_, playerId, at) => void told.push(`tell ${playerId} of ${at.toISOString()}`),
        },
        now: () => now,
      });
    before(async () => {
      scratch = await open();
      ephemeral = new MemoryStore();
      metrics = new Metrics();
      privacy = newService();
      await scratch.database.query((db) =>
        db.execute(sql`insert into environment (id, project_id, name) values (${LIVE}, 'demo', 'live')`),
      );
    });
    after(async () => {
      metrics.close();
      await ephemeral.close();
      await scratch.close();
    });
    beforeEach(() => {
      audited.length = 0;
      told.length = 0;
    });

    /** A player with something in every table. */
    const newPlayer = async (id = uuidV7(), environmentId = DEV): Promise<string> => {
      const { database } = scratch;
      const subjectHash = createHash("sha256").update(id).digest("hex");
      await database.query((db) => db.insert(player).values({ environmentId, id, displayName: "Calm Otter 1" }));
      await database.query((db) =>
        db.insert(identity).values({ id: uuidV7(), environmentId, provider: "guest", subjectHash, playerId: id }),
      );
      const profiles = new ProfileService({
        store: new ProfileStore(database),
        names: new PlayerNames(database),
        audit: { record: async () => {} },
        currentId: async (_, id) => id,
        isLeaving: async () => false,
      });
      await profiles.change(environmentId, id, {
        version: 0,
        displayName: "Zoe",
        country: "DE",
        preferences: { music: 1 },
      });
      const ticket = { ticketId: uuidV7(), mode: "arena", state: { tag: "queued", triedAtMs: 0 } } as const;
      await new TicketStore(ephemeral).open(environmentId, id, ticket, 60_000);
      return id;
    };
    const asPlayer = (id: string) => ({ kind: "player", id }) as const;
    const requestDeletion = (id: string) => privacy.requestDeletion(DEV, id, asPlayer(id), "this-session");
    const actions = () => audited.map(({ action, subject }) => `${action} ${subject}`);
    /** Ends what earlier tests left over. */
    const sweepAll = async () => {
      while ((await privacy.sweep()) > 0) {}
    };

    it("has every table with players in it registered by one module, and no table that is not there", async () => {
      const registered = allPlayerRecords(scratch.database, ephemeral).flatMap(({ tables }) => tables);
      const there = new Set((await playerColumns(scratch.database)).map(({ table }) => table));
      const hint = "make its module's player-records.ts answer for it, and list that in all-player-records.ts";
      for (const table of there) assert.ok(registered.includes(table), `${table} has players in it: ${hint}`);
      assert.equal(new Set(registered).size, registered.length, "one module a table");
      for (const table of registered) assert.ok(there.has(table), `${table} is registered, and has no player in it`);
    });

    it("finds a table that nobody registered", async () => {
      await scratch.database.query((db) => db.execute(sql`create table forgotten (owner_player_id uuid, x int)`));
      const there = (await playerColumns(scratch.database)).map(({ table }) => table);
      await scratch.database.query((db) => db.execute(sql`drop table forgotten`));
      assert.ok(there.includes("forgotten"));
    });

    it("gives a player everything in one archive: a file a module, and no hash or secret", async () => {
      const id = await newPlayer();
      const files = unzipSync(await privacy.export(DEV, id, asPlayer(id)));
      const read = (file: string) => JSON.parse(strFromU8(files[file] ?? new Uint8Array()));
      const records = allPlayerRecords(scratch.database, ephemeral);
      const names = records.map(({ name }) => `${name}.json`).sort();
      assert.ok(["account.json", "sessions.json", "profile.json"].every((name) => names.includes(name)));
      assert.deepEqual(Object.keys(files).sort(), [...names, "manifest.json"].sort());
      const { exportedAt, ...manifest } = read("manifest.json");
      assert.deepEqual(manifest, { format: 1, environment: "demo/dev", playerId: id, files: names });
      assert.equal(exportedAt, new Date(now).toISOString());
      assert.equal(read("account.json").displayName, "Zoe");
      assert.deepEqual(
        read("account.json").identities.map(({ provider }: { provider: string }) => provider),
        ["guest"],
      );
      assert.equal(read("profile.json").country, "DE");
      assert.equal(read("profile.json").previousNames[0].displayName, "Calm Otter 1");
      assert.equal(read("matchmaking.json").mode, "arena");
      const text = Object.values(files)
        .map((file) => strFromU8(file))
        .join();
      assert.ok(!text.includes(createHash("sha256").update(id).digest("hex")));
      assert.deepEqual(actions(), [`player.exported player/${id}`]);
    });

    it("gives nothing of a player of another environment, or of one who is gone", async () => {
      const id = await newPlayer();
      const isGone = (error: unknown) => error instanceof AppError && error.code === "auth.invalid";
      await assert.rejects(privacy.export(LIVE, id, asPlayer(id)), isGone);
      await assert.rejects(privacy.requestDeletion(LIVE, id, asPlayer(id)), isGone);
      await assert.rejects(requestDeletion(uuidV7()), isGone);
    });

    it("schedules a deletion once, ends the other sessions and tells the player", async () => {
      const id = await newPlayer();
      const first = await requestDeletion(id);
      const deletesAt = new Date(now + GRACE_DAYS * DAY_MS).toISOString();
      assert.deepEqual(first, { playerId: id, requestedAt: new Date(now).toISOString(), deletesAt });
      now += DAY_MS;
      assert.deepEqual(await requestDeletion(id), first, "asking again does not put it off");
      assert.deepEqual(told, [`end sessions of ${id} but this-session`, `tell ${id} of ${deletesAt}`]);
      assert.equal(await privacy.isLeaving(DEV, id), true);
      assert.deepEqual(actions(), [`player.deletion_scheduled player/${id}`]);
    });

    it("takes it back when the player says so, or signs in, and then nothing is deleted", async () => {
      const [said, came] = [await newPlayer(), await newPlayer()];
      for (const id of [said, came]) await requestDeletion(id);
      assert.equal(await privacy.undoDeletion(DEV, said, asPlayer(said)), true);
      assert.equal(await privacy.undoDeletion(DEV, said, asPlayer(said)), false);
      await privacy.signedIn(DEV, came);
      await privacy.signedIn(DEV, came);
      now += (GRACE_DAYS + 1) * DAY_MS;
      await sweepAll();
      for (const id of [said, came]) {
        assert.equal(await privacy.isLeaving(DEV, id), false);
        assert.equal((await rowsNaming(scratch.database, id))["player.id"], 1);
      }
    });

    it("deletes for good when the time has come and not before: no row of any table names the player", async () => {
      const [id, other] = [await newPlayer(), await newPlayer()];
      await newPlayer(id, LIVE);
      await requestDeletion(id);
      const before = await rowsNaming(scratch.database, id);
      for (const table of ["player", "identity", "profile", "display_name_change", "player_deletion"]) {
        assert.ok(
          Object.keys(before).some((key) => key.startsWith(`${table}.`)),
          `nothing to delete in ${table}`,
        );
      }
      now += GRACE_DAYS * DAY_MS - 1;
      assert.equal(await privacy.sweep(), 0);
      now += 1;
      assert.equal(await privacy.sweep(), 1);
      const left = await rowsNaming(scratch.database, id);
      assert.deepEqual(
        left,
        Object.fromEntries(Object.keys(before).flatMap((key) => (key.startsWith("player_deletion") ? [] : [[key, 1]]))),
        "the player of the same id in another environment is another player",
      );
      assert.equal(await new TicketStore(ephemeral).find(DEV, id), undefined);
      assert.equal((await rowsNaming(scratch.database, other))["player.id"], 1);
      assert.equal(actions().at(-1), `player.deleted player/${id}`);
      assert.deepEqual(audited.at(-1)?.actor, { kind: "system", id: "deletion-sweep" });
      assert.equal(await privacy.sweep(), 0);
    });

    it("deletes all of a player or nothing, puts off one that fails, and holds up no other", async () => {
      const [broken, fine] = [await newPlayer(), await newPlayer()];
      await requestDeletion(broken);
      now += 1;
      await requestDeletion(fine);
      now += GRACE_DAYS * DAY_MS;
      let isBroken = true;
      const failing: PlayerRecords = {
        name: "failing",
        tables: [],
        export: async () => undefined,
        delete: async (environmentId, playerId, tx) => {
          await tx.execute(
            sql`delete from profile where environment_id = ${environmentId} and player_id = ${playerId}`,
          );
          if (isBroken && playerId === broken) throw new Error("not today");
        },
      };
      const service = newService([failing]);
      assert.equal(await service.sweep(), 1, "one deleted, one put off");
      assert.deepEqual(await rowsNaming(scratch.database, fine), {});
      assert.equal((await rowsNaming(scratch.database, broken))["profile.player_id"], 1, "nothing of it is gone");
      assert.equal(sink.lines.filter(({ event }) => event === "player.deletion_failed").length, 1);
      assert.equal(await service.sweep(), 0);
      isBroken = false;
      now += RETRY_MS;
      assert.equal(await service.sweep(), 1);
      assert.deepEqual(await rowsNaming(scratch.database, broken), {});
    });

    it("leaves nothing of a player who was merged into another, and neither of them leaves", async () => {
      const { database } = scratch;
      const [into, from, bare] = [await newPlayer(), await newPlayer(), uuidV7()];
      await database.query((db) =>
        db.insert(player).values({ environmentId: DEV, id: bare, displayName: "Bare Fox 1" }),
      );
      for (const id of [into, from]) await requestDeletion(id);
      const merge = (merge: { into: string; from: string }) =>
        database.transaction(async (tx) => {
          for (const module of [profileModule(), deletionModule()]) await module.merge(DEV, merge, tx);
        });
      await merge({ into, from });
      const named = await rowsNaming(database, from);
      assert.deepEqual(Object.keys(named).sort(), ["identity.player_id", "player.id"], "those are the accounts' own");
      const merged = await rowsNaming(database, into);
      assert.deepEqual(
        [merged["profile.player_id"], merged["display_name_change.player_id"], merged["player_deletion.player_id"]],
        [1, 2, undefined],
      );
      await merge({ into: bare, from: into });
      assert.equal((await rowsNaming(database, bare))["profile.player_id"], 1, "who had no profile gets the other's");
    });

    it("deletes each player once, however many processes sweep at one time", async () => {
      const ids = await Promise.all(Array.from({ length: 6 }, () => newPlayer()));
      for (const id of ids) await requestDeletion(id);
      now += GRACE_DAYS * DAY_MS;
      const swept = await Promise.all(Array.from({ length: 3 }, () => newService().sweep()));
      assert.equal(
        swept.reduce((sum, count) => sum + count),
        ids.length,
      );
      assert.equal(actions().filter((action) => action.startsWith("player.deleted")).length, ids.length);
      for (const id of ids) assert.deepEqual(await rowsNaming(scratch.database, id), {});
    });
  });
}
