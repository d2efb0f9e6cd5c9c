// What profiles promise on every database; run over PGlite by profiles.test.ts and over Postgres by profiles.real.ts.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { sql } from "drizzle-orm";
import { AppError, type ErrorCode } from "../../shared/schema/errors.ts";
import { EnvironmentId, FIRST_ENVIRONMENT, type ProfileSettings } from "../../shared/schema/platform/index.ts";
import { PlayerNames } from "../accounts/player-names.ts";
import { player } from "../accounts/schema.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import type { AuditEntry } from "../audit/audit-log.ts";
import type { ScratchDatabase } from "../testing/scratch-database.ts";
import { MAX_NAME_CHANGES, NAME_CHANGE_WINDOW_MS, ProfileService } from "./service.ts";
import { MAX_PAST_NAMES, ProfileStore } from "./store.ts";

const DEV = FIRST_ENVIRONMENT;
const LIVE = EnvironmentId.parse("demo/live");

const SETTINGS: ProfileSettings = {
  fields: {
    motto: { type: "text", isPublic: true, maxLength: 40 },
    level: { type: "integer", isPublic: false, min: 1, max: 99 },
  },
  blockedNames: ["darn"],
};

/** Defines the suite. `open` gives an empty, migrated database. */
export function profilesContract(name: string, open: () => Promise<ScratchDatabase>): void {
  describe(`profiles: ${name}`, () => {
    let scratch: ScratchDatabase;
    let profiles: ProfileService;
    let now = Date.parse("2026-11-20T12:00:00Z");
    let leaving: string | undefined;
    const audited: AuditEntry[] = [];
    const operator = { kind: "operator", id: "key-1" } as const;

    before(async () => {
      scratch = await open();
      const { database } = scratch;
      await database.query((db) =>
        db.execute(sql`insert into environment (id, project_id, name) values (${LIVE}, 'demo', 'live')`),
      );
      profiles = new ProfileService({
        store: new ProfileStore(database),
        names: new PlayerNames(database),
        audit: { record: async (entry) => void audited.push(entry) },
        currentId: async (_, playerId) => playerId,
        isLeaving: async (_, playerId) => playerId === leaving,
        now: () => now,
      });
      await profiles.putSettings(DEV, SETTINGS, operator);
    });
    after(() => scratch.close());
    beforeEach(() => {
      leaving = undefined;
    });

    const newPlayer = async (environmentId = DEV): Promise<string> => {
      const id = uuidV7();
      await scratch.database.query((db) =>
        db.insert(player).values({ environmentId, id, displayName: "Calm Otter 1" }),
      );
      return id;
    };
    const refusedAs = (code: ErrorCode) => (error: unknown) => error instanceof AppError && error.code === code;

    it("begin empty, at version 0, with the name that the player was given", async () => {
      const id = await newPlayer();
      const { createdAt, ...rest } = await profiles.myProfile(DEV, id);
      assert.ok(Date.parse(createdAt) > 0);
      assert.deepEqual(rest, {
        playerId: id,
        version: 0,
        displayName: "Calm Otter 1",
        preferences: {},
        fields: {},
        previousNames: [],
      });
    });

    it("keep what is changed, and remove what is null", async () => {
      const id = await newPlayer();
      await profiles.change(DEV, id, {
        version: 0,
        displayName: "Zoe",
        avatar: "animals/fox-3",
        locale: "pt-br",
        country: "BR",
        preferences: { music: 0.5, invert_y: true },
        fields: { motto: "onwards", level: 7 },
      });
      const changed = await profiles.change(DEV, id, {
        version: 1,
        country: null,
        preferences: { music: null },
        fields: { level: null },
      });
      assert.deepEqual(changed, await profiles.myProfile(DEV, id));
      assert.deepEqual(
        { ...changed, createdAt: "" },
        {
          playerId: id,
          version: 2,
          displayName: "Zoe",
          avatar: "animals/fox-3",
          locale: "pt-BR",
          preferences: { invert_y: true },
          fields: { motto: "onwards" },
          previousNames: [{ displayName: "Calm Otter 1", until: new Date(now).toISOString() }],
          createdAt: "",
        },
      );
    });

    it("show others the name, the picture and public fields, and nothing else", async () => {
      const id = await newPlayer();
      const fields = { motto: "hello", level: 9 };
      const secret = { locale: "en", country: "GB", preferences: { a: 1 } };
      await profiles.change(DEV, id, { version: 0, avatar: "fox", fields, ...secret });
      const { createdAt, ...shown } = await profiles.publicProfile(DEV, id);
      assert.ok(Date.parse(createdAt) > 0);
      assert.deepEqual(shown, {
        playerId: id,
        displayName: "Calm Otter 1",
        avatar: "fox",
        fields: { motto: "hello" },
      });
    });

    it("are not there for nobody, for another environment, and for a player who is leaving", async () => {
      const id = await newPlayer();
      await assert.rejects(profiles.publicProfile(DEV, uuidV7()), refusedAs("player.not_found"));
      await assert.rejects(profiles.publicProfile(LIVE, id), refusedAs("player.not_found"));
      await assert.rejects(profiles.myProfile(LIVE, id), refusedAs("auth.invalid"));
      await assert.rejects(profiles.change(LIVE, id, { version: 0 }), refusedAs("auth.invalid"));
      leaving = id;
      await assert.rejects(profiles.publicProfile(DEV, id), refusedAs("player.not_found"));
      assert.equal((await profiles.myProfile(DEV, id)).playerId, id);
    });

    it("take exactly one of many changes of one version", async () => {
      const id = await newPlayer();
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => profiles.change(DEV, id, { version: 0, preferences: { winner: i } })),
      );
      const won = results.flatMap((result, i) => (result.status === "fulfilled" ? [i] : []));
      assert.equal(won.length, 1);
      for (const result of results) {
        if (result.status === "rejected") assert.ok(refusedAs("profile.version_conflict")(result.reason));
      }
      const { version, preferences } = await profiles.myProfile(DEV, id);
      assert.deepEqual([version, preferences], [1, { winner: won[0] }]);
    });

    it("change all or nothing", async () => {
      const id = await newPlayer();
      const change = { version: 0, displayName: "Zoe", avatar: "fox", fields: { level: 100 } };
      await assert.rejects(profiles.change(DEV, id, change), refusedAs("request.invalid"));
      const wrongName = { version: 0, avatar: "fox", displayName: "Admin" };
      await assert.rejects(profiles.change(DEV, id, wrongName), refusedAs("profile.name_refused"));
      const { version, displayName, avatar } = await profiles.myProfile(DEV, id);
      assert.deepEqual([version, displayName, avatar], [0, "Calm Otter 1", undefined]);
    });

    it("refuse names that the environment forbids, in that environment", async () => {
      const change = { version: 0, displayName: "D4rn Fox" };
      await assert.rejects(profiles.change(DEV, await newPlayer(), change), refusedAs("profile.name_refused"));
      const elsewhere = await newPlayer(LIVE);
      assert.equal((await profiles.change(LIVE, elsewhere, change)).displayName, "D4rn Fox");
      await assert.rejects(
        profiles.change(LIVE, elsewhere, { version: 1, fields: { motto: "x" } }),
        refusedAs("request.invalid"),
        "nor has that one its fields",
      );
    });

    it("let a name be changed a few times a day, and remember the last ones", async () => {
      const id = await newPlayer();
      let version = 0;
      const rename = async (displayName: string) => {
        const profile = await profiles.change(DEV, id, { version, displayName });
        version = profile.version;
        return profile;
      };
      for (let i = 0; i < MAX_NAME_CHANGES; i += 1) await rename(`Fox ${i}`);
      await assert.rejects(rename("Fox again"), refusedAs("profile.name_changed_too_often"));
      const last = `Fox ${MAX_NAME_CHANGES - 1}`;
      assert.equal((await rename(last)).displayName, last, "the same name is no change");
      for (let i = 0; i < MAX_PAST_NAMES + 2; i += 1) {
        now += NAME_CHANGE_WINDOW_MS;
        await rename(`Hare ${i}`);
      }
      const { previousNames } = await profiles.myProfile(DEV, id);
      assert.equal(previousNames.length, MAX_PAST_NAMES);
      assert.equal(previousNames[0]?.displayName, `Hare ${MAX_PAST_NAMES}`);
    });

    it("keep within their size, whatever is put in piece by piece", async () => {
      const id = await newPlayer();
      let version = 0;
      const add = async (i: number) => {
        const preferences = { [`p${i}`]: "x".repeat(250) };
        ({ version } = await profiles.change(DEV, id, { version, preferences }));
      };
      const fill = async () => {
        for (let i = 0; i < 100; i += 1) await add(i);
      };
      await assert.rejects(fill(), refusedAs("profile.too_large"));
      assert.equal(version, 15, "15 of some 258 bytes each fit into 4096");
    });

    it("are declared by operators, with an entry in the audit log, and refuse bounds that nothing keeps", async () => {
      audited.length = 0;
      const wrong: ProfileSettings = {
        fields: { a: { type: "integer", isPublic: true, min: 2, max: 1 } },
        blockedNames: [],
      };
      await assert.rejects(profiles.putSettings(LIVE, wrong, operator), refusedAs("request.invalid"));
      await profiles.putSettings(LIVE, SETTINGS, operator);
      assert.deepEqual(await profiles.settings(LIVE), SETTINGS);
      const id = await newPlayer(LIVE);
      await profiles.change(LIVE, id, { version: 0, fields: { motto: "hi" } });
      await profiles.putSettings(LIVE, { fields: {}, blockedNames: [] }, operator);
      assert.deepEqual((await profiles.myProfile(LIVE, id)).fields, {}, "what is not declared is not shown");
      assert.deepEqual(
        audited.map(({ action, subject, environmentId }) => [action, subject, environmentId]),
        Array.from({ length: 2 }, () => ["profile_settings.changed", "environment/demo/live", "demo/live"]),
      );
    });
  });
}
