import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import { openPglite } from "../db/pglite.ts";
import type { Mail, Notice } from "../mail/mailer.ts";
import { createLog } from "../ops/log.ts";
import { LogSink } from "../testing/log-sink.ts";
import { CODE_LENGTH, codeHash, codeKeyOf, isSameHash, newCode, normalizedCode } from "./codes.ts";
import { recoveryContract } from "./recovery.contract.ts";
import { MailedNotices, type NoticeDetails } from "./security-notices.ts";

let folder: string | undefined;
after(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

recoveryContract("PGlite", async () => {
  folder = await mkdtemp(join(tmpdir(), "gamekeeper-recovery-"));
  const database = await openPglite(folder, createLog("silent"));
  await database.whenReady();
  return database;
});

describe("codes", () => {
  it("are eight letters and digits that do not look alike, and do not repeat", () => {
    const codes = Array.from({ length: 2_000 }, () => newCode());
    for (const code of codes) {
      assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
      assert.equal(normalizedCode(code).length, CODE_LENGTH);
    }
    assert.equal(new Set(codes).size, codes.length);
  });

  it("fit their key, environment and id alone, whichever way they are typed", () => {
    const key = codeKeyOf("one");
    const hash = codeHash(key, FIRST_ENVIRONMENT, "id", "AB10-CDEF");
    for (const typed of ["ab10cdef", "AB1O CDEF", "abio-cdef", " a-b-l-0-c-d-e-f "]) {
      assert.ok(isSameHash(codeHash(key, FIRST_ENVIRONMENT, "id", typed), hash), typed);
    }
    assert.ok(!isSameHash(codeHash(key, FIRST_ENVIRONMENT, "other", "AB10-CDEF"), hash));
    assert.ok(!isSameHash(codeHash(codeKeyOf("two"), FIRST_ENVIRONMENT, "id", "AB10-CDEF"), hash));
    assert.ok(!isSameHash("0".repeat(64), undefined), "no hash is like nothing");
  });
});

describe("notices by mail", () => {
  const KINDS: Record<string, NoticeDetails> = {
    "refresh-token-reused": { device: "Firefox" },
    "new-sign-in": { device: "Firefox", country: "CH" },
    "password-changed": {},
    "email-change-undone": {},
    "factor-added": { factor: "totp" },
    "factor-removed": { factor: "passkey" },
    "recovery-code-used": { codesLeft: 4 },
    "identity-linked": { provider: "steam" },
    "identity-unlinked": { provider: "steam" },
    "deletion-scheduled": { whenMs: 1_000 },
  };
  const open = (emailOf: () => Promise<string | undefined>, sink = new LogSink()) => {
    const sent: Mail<Notice>[] = [];
    const mailer = {
      send: async (_environmentId: unknown, mail: Mail<Notice>) => {
        sent.push(mail);
      },
    };
    const log = createLog("debug", [], sink);
    const localeOf = async () => "de";
    return { notices: new MailedNotices({ mailer, emailOf, localeOf, log, now: () => 5_000 }), sent, sink };
  };

  it("go to the player's address in the player's language, one mail for each kind of event", async () => {
    const { notices, sent } = open(async () => "ada@example.com");
    for (const [kind, details] of Object.entries(KINDS)) await notices.tell(FIRST_ENVIRONMENT, "p", kind, details);
    assert.deepEqual(
      sent.map(({ template }) => template),
      Object.keys(KINDS),
    );
    assert.ok(sent.every(({ to, locale }) => to === "ada@example.com" && locale === "de"));
    const times = sent.map(({ values }) => values.whenMs);
    assert.deepEqual([...new Set(times)], [5_000, 1_000], "now, unless it is said when");
  });

  it("are not sent to a player without an address, and unknown kinds are logged", async () => {
    const { notices, sent, sink } = open(async () => undefined);
    await notices.tell(FIRST_ENVIRONMENT, "p", "password-changed");
    await notices.tell(FIRST_ENVIRONMENT, "p", "__proto__");
    assert.equal(sent.length, 0);
    assert.equal((await sink.waitFor("notice.unknown_kind"))["kind"], "__proto__");
  });

  it("fail by themselves", async () => {
    const { notices, sink } = open(async () => {
      throw new Error("the database is away");
    });
    await notices.tell(FIRST_ENVIRONMENT, "p", "password-changed");
    await sink.waitFor("notice.failed");
  });
});
