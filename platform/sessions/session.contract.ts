// What sessions promise over any database; run over PGlite by sessions.test.ts and over Postgres by sessions.real.ts.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";
import fc from "fast-check";
import { AppError, type ErrorCode } from "../../shared/schema/errors.ts";
import { EnvironmentId, FIRST_ENVIRONMENT as environmentId } from "../../shared/schema/platform/index.ts";
import { BanDesk } from "../bans/ban-desk.ts";
import { BanService } from "../bans/service.ts";
import { BanStore } from "../bans/store.ts";
import type { Database } from "../db/database.ts";
import type { Actor } from "../environments/credential.ts";
import { OVERLAP_MS } from "./ended-sessions.ts";
import { MAX_SESSIONS_PER_PLAYER } from "./service.ts";
import { KEPT_AFTER_EXPIRY_MS } from "./session-sweep.ts";
import { SessionStore } from "./store.ts";
import { FamilyTrial, script } from "./testing/family-trial.ts";
import { addPlayer, GRACE_MS, SessionBench } from "./testing/session-bench.ts";

/** How many families race over a database; ten thousand before a release. */
const FAMILY_TRIALS = Number(process.env["FAMILY_TRIALS"] || 200);
const FAMILY_SEED = Number(process.env["FAMILY_SEED"] || 20_261_120);
const TRIALS_AT_ONCE = 8;

const ORIGIN = { provider: "guest", address: "203.0.113.7", deviceName: "Phone", userAgent: "test" };
const OPERATOR: Actor = { kind: "operator", id: "built-in" };

export function fails(code: ErrorCode) {
  return (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  };
}

/** Defines the suite. `open` gives a migrated database; the suite closes it. */
export function sessionContract(name: string, open: () => Promise<Database>): void {
  describe(`sessions: ${name}`, () => {
    let database: Database;
    let bench: SessionBench;
    let playerId: string;
    before(async () => {
      database = await open();
    });
    after(async () => database.close());
    beforeEach(async () => {
      bench = new SessionBench(new SessionStore(database), new BanService(new BanStore(database), () => bench.nowMs));
      playerId = await addPlayer(database);
    });
    const start = (origin: Partial<typeof ORIGIN & { deviceId: string }> = {}, who = playerId) =>
      bench.sessions.start(environmentId, who, { ...ORIGIN, ...origin });
    const refresh = (token: string) => bench.sessions.refresh(environmentId, token, ORIGIN);

    it("begin with a refresh token, and go on with each next one", async () => {
      const first = await start();
      const second = await refresh(first.refreshToken);
      const third = await refresh(second.refreshToken);
      assert.equal(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size, 3);
      assert.equal(new Set([first, second, third].map(({ sessionId }) => sessionId)).size, 1);
      assert.equal(third.playerId, playerId);
      const [listed, ...others] = await bench.sessions.list(environmentId, playerId);
      assert.deepEqual(others, []);
      assert.equal(listed?.deviceName, "Phone");
      assert.equal(listed?.address, "203.0.113.7");
      assert.equal(listed?.generation, 2);
    });

    it("answer the same token sent again within the grace by the same successor, also many at once", async () => {
      const { refreshToken } = await start();
      const answers = await Promise.all(Array.from({ length: 12 }, () => refresh(refreshToken)));
      assert.equal(new Set(answers.map((answer) => answer.refreshToken)).size, 1);
      bench.nowMs += GRACE_MS;
      assert.equal((await refresh(refreshToken)).refreshToken, answers[0]?.refreshToken);
      assert.deepEqual(bench.notices, []);
    });

    it("end by an old token after the grace, for the thief and for the player, who is told once", async () => {
      const { refreshToken, sessionId } = await start();
      const { refreshToken: live } = await refresh(refreshToken);
      bench.nowMs += GRACE_MS + 1;
      await assert.rejects(refresh(refreshToken), fails("auth.session_ended"));
      await assert.rejects(refresh(live), fails("auth.session_ended"));
      await assert.rejects(refresh(refreshToken), fails("auth.session_ended"));
      assert.deepEqual(bench.notices, [{ playerId, kind: "refresh-token-reused" }]);
      assert.deepEqual(bench.evicted, [{ sessionId, reason: "refresh_reused" }]);
      assert.deepEqual(
        bench.audit.entries.map(({ action }) => action),
        ["session.token_reused"],
      );
    });

    it("know no token of another environment, nor any other text", async () => {
      const { refreshToken } = await start();
      const other = EnvironmentId.parse("demo/live");
      await assert.rejects(bench.sessions.refresh(other, refreshToken, ORIGIN), fails("auth.invalid"));
      await assert.rejects(refresh("gkr_rubbish"), fails("auth.invalid"));
      await bench.sessions.signOut(other, refreshToken);
      await refresh(refreshToken);
    });

    it(`keep their families through ${FAMILY_TRIALS} races of players, thieves and retries (seed ${FAMILY_SEED})`, async () => {
      const scripts = fc.sample(script, { numRuns: FAMILY_TRIALS, seed: FAMILY_SEED });
      const next = scripts.values();
      const playOn = async (): Promise<void> => {
        for (const acts of next) {
          const trial = await FamilyTrial.begin(bench.store, playerId, () => Promise.resolve());
          await trial.play(acts, (work) => work);
        }
      };
      await Promise.all(Array.from({ length: TRIALS_AT_ONCE }, playOn));
    });

    it("keep no token: what is stored gives none", async () => {
      const { refreshToken, sessionId } = await start({ deviceId: "a-very-secret-device" });
      const stored = await bench.store.find(environmentId, sessionId);
      const text = JSON.stringify({ ...stored, familyKey: stored?.familyKey.toString("base64url") });
      assert.ok(!text.includes(refreshToken.slice(40)));
      assert.ok(!text.includes("a-very-secret-device"));
    });

    it("expire when they are not used, and after their longest time however often they are", async () => {
      let { refreshToken } = await start();
      const idle = await start();
      for (let day = 0; day < 9; day += 1) {
        bench.nowMs += bench.times.idleMs * 0.6;
        ({ refreshToken } = await refresh(refreshToken));
      }
      await assert.rejects(refresh(idle.refreshToken), fails("auth.expired"));
      assert.equal((await bench.sessions.list(environmentId, playerId)).length, 1);
      bench.nowMs += bench.times.idleMs * 0.9;
      ({ refreshToken } = await refresh(refreshToken));
      bench.nowMs += bench.times.idleMs * 0.9;
      await assert.rejects(refresh(refreshToken), fails("auth.expired"));
      assert.equal((await bench.sessions.list(environmentId, playerId)).length, 0);
    });

    it("are ended by signing out, with an old token too, and signing out twice is no error", async () => {
      const one = await start();
      const next = await refresh(one.refreshToken);
      await bench.sessions.signOut(environmentId, one.refreshToken);
      await bench.sessions.signOut(environmentId, one.refreshToken);
      await bench.sessions.signOut(environmentId, "rubbish");
      await assert.rejects(refresh(next.refreshToken), fails("auth.session_ended"));
      assert.deepEqual(bench.evicted, [{ sessionId: one.sessionId, reason: "signed_out" }]);
    });

    it("are ended one by one by their player alone, or all but one", async () => {
      const [one, two, three] = [await start(), await start(), await start()];
      const stranger = await addPlayer(database);
      await assert.rejects(bench.sessions.end(environmentId, stranger, one.sessionId), fails("session.not_found"));
      await bench.sessions.end(environmentId, playerId, one.sessionId);
      await assert.rejects(bench.sessions.end(environmentId, playerId, one.sessionId), fails("session.not_found"));
      const left = await bench.sessions.list(environmentId, playerId);
      assert.deepEqual(new Set(left.map(({ id }) => id)), new Set([two.sessionId, three.sessionId]));
      const options = { exceptSessionId: two.sessionId };
      assert.equal(await bench.sessions.endAll(environmentId, playerId, "credentials_changed", options), 1);
      await refresh(two.refreshToken);
      await assert.rejects(refresh(three.refreshToken), fails("auth.session_ended"));
    });

    it("have a bound for each player: one more ends the one that was not used for the longest", async () => {
      const oldest = await start();
      for (let count = 1; count < MAX_SESSIONS_PER_PLAYER; count += 1) {
        bench.nowMs += 1_000;
        await start();
      }
      assert.deepEqual(bench.evicted, []);
      bench.nowMs += 1_000;
      await start();
      assert.deepEqual(bench.evicted, [{ sessionId: oldest.sessionId, reason: "too_many" }]);
      assert.equal((await bench.sessions.list(environmentId, playerId)).length, MAX_SESSIONS_PER_PLAYER);
    });

    it("refuse the access token of an ended session at once here, and within a second in another process", async () => {
      const { sessionId } = await start();
      const other = bench.liveSessions();
      await bench.live.check(environmentId, playerId, sessionId);
      await other.check(environmentId, playerId, sessionId);
      await assert.rejects(other.check(environmentId, randomUUID(), randomUUID()), fails("auth.session_ended"));
      await bench.sessions.end(environmentId, playerId, sessionId);
      await assert.rejects(bench.live.check(environmentId, playerId, sessionId), fails("auth.session_ended"));
      bench.nowMs += 1_000;
      await assert.rejects(other.check(environmentId, playerId, sessionId), fails("auth.session_ended"));
      const restarted = bench.liveSessions();
      await assert.rejects(restarted.check(environmentId, playerId, sessionId), fails("auth.session_ended"));
    });

    it("tell a game server what ended since its cursor, page by page, and late rows too", async () => {
      bench.nowMs += 1_000 * OVERLAP_MS;
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) ids.push((await start()).sessionId);
      const page = await bench.ended().since(environmentId, undefined);
      for (const id of ids.slice(0, 3)) await bench.sessions.end(environmentId, playerId, id);
      const next = await bench.ended().since(environmentId, page.endedCursor);
      assert.deepEqual(new Set(next.endedSessions.map(({ sessionId }) => sessionId)), new Set(ids.slice(0, 3)));
      assert.equal(next.hasMore, false);
      // A row of another process, whose clock is behind.
      bench.nowMs -= OVERLAP_MS / 2;
      await bench.sessions.end(environmentId, playerId, ids[3]!);
      bench.nowMs += OVERLAP_MS / 2;
      const late = await bench.ended().since(environmentId, next.endedCursor);
      assert.ok(late.endedSessions.some(({ sessionId }) => sessionId === ids[3]));
      bench.nowMs += 3 * OVERLAP_MS;
      const later = await bench.ended().since(environmentId, late.endedCursor);
      const last = await bench.ended().since(environmentId, later.endedCursor);
      assert.deepEqual(last.endedSessions, [], "and in the end there is nothing new");
    });

    it("page through more ended sessions than fit into one answer, none twice and none left out", async () => {
      bench.nowMs += 2_000 * OVERLAP_MS;
      const began = bench.nowMs;
      for (let count = 0; count < 7; count += 1) await start();
      await bench.sessions.endAll(environmentId, playerId, "ended");
      const seen: string[] = [];
      let after: { atMs: number; sessionId?: string } = { atMs: began };
      for (;;) {
        const rows = await bench.store.endedSince(environmentId, after, 3);
        seen.push(...rows.map(({ sessionId }) => sessionId));
        const last = rows.at(-1);
        if (rows.length < 3 || last === undefined) break;
        after = { atMs: last.atMs, sessionId: last.sessionId };
      }
      assert.equal(seen.length, 7);
      assert.equal(new Set(seen).size, 7);
    });

    it("are removed long after they expired, and not before", async () => {
      await start();
      const before = bench.nowMs;
      const rows = async () => (await bench.store.ofPlayer(environmentId, playerId)).length;
      await bench.store.removeExpired(before);
      assert.equal(await rows(), 1);
      await bench.store.removeExpired(before + bench.times.idleMs + KEPT_AFTER_EXPIRY_MS);
      assert.equal(await rows(), 0);
    });

    describe("and bans", () => {
      let desk: BanDesk;
      beforeEach(() => {
        const { sessions, audit } = bench;
        desk = new BanDesk({ store: new BanStore(database), sessions, audit, now: () => bench.nowMs });
      });
      const banned = fails("account.banned");

      it("keep an account out, end its sessions at once, and let it in when lifted", async () => {
        const { refreshToken, sessionId } = await start();
        const target = { kind: "account" as const, playerId };
        const placed = await desk.place(environmentId, { target, reason: "Cheating." }, OPERATOR);
        assert.deepEqual(bench.evicted, [{ sessionId, reason: "banned" }]);
        await assert.rejects(bench.live.check(environmentId, playerId, sessionId), fails("auth.session_ended"));
        await assert.rejects(refresh(refreshToken), banned);
        await assert.rejects(start(), banned);
        await start({}, await addPlayer(database));
        await desk.lift(environmentId, placed.id, OPERATOR);
        await assert.rejects(refresh(refreshToken), fails("auth.session_ended"), "what has ended stays so");
        await start();
        await assert.rejects(desk.lift(environmentId, placed.id, OPERATOR), fails("ban.not_found"));
        assert.deepEqual(
          bench.audit.entries.map(({ action, subject }) => [action, subject]),
          [
            ["ban.placed", `player/${playerId}`],
            ["ban.lifted", `player/${playerId}`],
          ],
        );
      });

      it("end by themselves, say until when and why, and can be changed", async () => {
        const target = { kind: "account" as const, playerId };
        const expiresAt = new Date(bench.nowMs + 60_000).toISOString();
        const request = { target, reason: "Spam.", appealNote: "Write to support.", expiresAt };
        const placed = await desk.place(environmentId, request, OPERATOR);
        await assert.rejects(start(), (error) => {
          banned(error);
          assert.equal((error as Error).message, `Until ${expiresAt}: Spam. Write to support.`);
          return true;
        });
        const later = new Date(bench.nowMs + 120_000).toISOString();
        await desk.change(environmentId, placed.id, { expiresAt: later, appealNote: null }, OPERATOR);
        bench.nowMs += 60_000;
        await assert.rejects(start(), { message: `Until ${later}: Spam.` });
        bench.nowMs += 60_000;
        await start();
        const past = new Date(bench.nowMs - 1).toISOString();
        await assert.rejects(
          desk.place(environmentId, { ...request, expiresAt: past }, OPERATOR),
          fails("request.invalid"),
        );
      });

      it("keep a device out whichever account it signs in to, and no other device", async () => {
        const device = { deviceId: `device-${randomUUID()}` };
        const { sessionId, refreshToken } = await start(device);
        const accomplice = await addPlayer(database);
        const second = await start(device, accomplice);
        const elsewhere = await start({ deviceId: `device-${randomUUID()}` });
        const target = { kind: "device" as const, sessionId };
        await desk.place(environmentId, { target, reason: "Cheating." }, OPERATOR);
        await assert.rejects(refresh(refreshToken), banned);
        await assert.rejects(refresh(second.refreshToken), banned);
        await assert.rejects(start(device, await addPlayer(database)), banned);
        await refresh(elsewhere.refreshToken);
        const nameless = { kind: "device" as const, sessionId: (await start()).sessionId };
        await assert.rejects(
          desk.place(environmentId, { target: nameless, reason: "Cheating." }, OPERATOR),
          fails("request.invalid"),
        );
      });

      it("keep a range of addresses out, IPv4 and IPv6, and nobody beside it", async () => {
        const inside = await start({ address: "198.51.100.9" });
        const beside = await start({ address: "198.51.101.9" });
        const place = (range: string) =>
          desk.place(environmentId, { target: { kind: "address", range }, reason: "Bots." }, OPERATOR);
        const four = await place("198.51.100.77/24");
        assert.equal(four.addressRange, "198.51.100.0/24");
        const six = await place("2001:db8:1:2::5");
        assert.equal(bench.evicted[0]?.sessionId, inside.sessionId);
        const elsewhere = { ...ORIGIN, address: "192.0.2.1" };
        await assert.rejects(
          bench.sessions.refresh(environmentId, inside.refreshToken, elsewhere),
          fails("auth.session_ended"),
        );
        await bench.sessions.refresh(environmentId, beside.refreshToken, elsewhere);
        await assert.rejects(start({ address: "198.51.100.200" }), banned);
        await assert.rejects(start({ address: "2001:db8:1:2::/64" }), banned);
        await assert.rejects(start({ address: "2001:db8:1:2:ffff::1" }), banned);
        await start({ address: "2001:db8:1:3::/64" });
        await start({ address: "unknown" });
        for (const range of ["0.0.0.0/0", "10.0.0.0/7", "2001::/18", "somewhere", "1.2.3.4/33", "::/0"]) {
          await assert.rejects(place(range), fails("request.invalid"), range);
        }
        await desk.lift(environmentId, four.id, OPERATOR);
        await desk.lift(environmentId, six.id, OPERATOR);
      });

      it("are for a player who exists, and both ban and audit entry are there or neither", async () => {
        const target = { kind: "account" as const, playerId: randomUUID() };
        await assert.rejects(
          desk.place(environmentId, { target, reason: "Nobody." }, OPERATOR),
          fails("player.not_found"),
        );
        const failing = new BanDesk({
          store: new BanStore(database),
          sessions: bench.sessions,
          audit: { record: () => Promise.reject(new Error("no audit")) },
        });
        const { refreshToken } = await start();
        const account = { kind: "account" as const, playerId };
        await assert.rejects(failing.place(environmentId, { target: account, reason: "X." }, OPERATOR), /no audit/);
        await refresh(refreshToken);
      });

      it("leave no session behind that began while the ban was placed", async () => {
        const target = { kind: "account" as const, playerId };
        const starts = Array.from({ length: 10 }, () => start().catch((error: unknown) => banned(error)));
        await Promise.all([...starts, desk.place(environmentId, { target, reason: "Race." }, OPERATOR)]);
        assert.deepEqual(await bench.sessions.list(environmentId, playerId), []);
      });
    });
  });
}
