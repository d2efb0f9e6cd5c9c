// Everything that recovery stands on, over a given database: mails end in memory, the clock is the test's.
import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { AppError, type ErrorCode } from "../../../shared/schema/errors.ts";
import { EnvironmentId, FIRST_ENVIRONMENT } from "../../../shared/schema/platform/index.ts";
import { uuidV7 } from "../../accounts/uuid-v7.ts";
import type { Database } from "../../db/database.ts";
import { MemoryStore } from "../../ephemeral/memory.ts";
import { MailService } from "../../mail/service.ts";
import { OutgoingMailStore } from "../../mail/store.ts";
import { CollectedMails, linkedCode } from "../../mail/testing/collected-mails.ts";
import type { MailTransport } from "../../mail/transport.ts";
import { createLog } from "../../ops/log.ts";
import { Metrics } from "../../ops/metrics.ts";
import { codeKeyOf } from "../codes.ts";
import { mailBudget } from "../mail-budget.ts";
import { MailCodes } from "../mail-codes.ts";
import { MailedNotices } from "../security-notices.ts";
import { RecoveryService } from "../service.ts";
import { MailCodeStore } from "../store.ts";
import { MemoryAccounts } from "./memory-accounts.ts";

/** The environment that tests are in, and another one. */
export const ENV = FIRST_ENVIRONMENT;
export const OTHER_ENV = EnvironmentId.parse("demo/other");

/** The clock when a test begins. */
export const START_MS = Date.UTC(2026, 10, 20);

/** Somebody's address. */
export const ADA = "ada@example.com";

/** Recovery with all that it needs. `reset` gives everything but the database anew. */
export class RecoveryStage {
  readonly database: Database;
  nowMs = START_MS;
  transport!: CollectedMails;
  accounts!: MemoryAccounts;
  mails!: MailService;
  codes!: MailCodes;
  recovery!: RecoveryService;
  readonly #metrics = new Metrics();
  #ephemeral: MemoryStore | undefined;

  private constructor(database: Database) {
    this.database = database;
  }

  static async on(database: Database): Promise<RecoveryStage> {
    await database.query((db) =>
      db.execute(sql`insert into environment (id, project_id, name) values (${OTHER_ENV}, 'demo', 'other')`),
    );
    return new RecoveryStage(database);
  }

  /** `transport` takes the mails to somewhere else than memory; `accountPageUrl` is where their links lead. */
  async reset(
    options: { readonly transport?: MailTransport; readonly accountPageUrl?: string; readonly now?: () => number } = {},
  ): Promise<void> {
    await this.database.query((db) => db.execute(sql`delete from outgoing_mail`));
    await this.#ephemeral?.close();
    this.nowMs = START_MS;
    const now = options.now ?? (() => this.nowMs);
    const log = createLog("silent");
    const ephemeral = new MemoryStore({ now });
    const transport = new CollectedMails();
    const accounts = new MemoryAccounts();
    const metrics = this.#metrics;
    const store = new OutgoingMailStore(this.database);
    const mails = new MailService({
      store,
      transport: options.transport ?? transport,
      product: "Arena",
      metrics,
      log,
      now,
    });
    const codes = new MailCodes({
      store: new MailCodeStore(this.database),
      mails,
      key: codeKeyOf("a secret of the configuration"),
      mayMail: mailBudget(ephemeral, metrics),
      now,
    });
    const emailOf = accounts.emailOf.bind(accounts);
    this.recovery = new RecoveryService({
      codes,
      emails: accounts,
      passwords: accounts,
      sessions: accounts,
      notices: new MailedNotices({ mailer: mails, emailOf, log, now }),
      accountPageUrl: options.accountPageUrl ?? "https://play.example.com/account",
      now,
    });
    this.#ephemeral = ephemeral;
    this.transport = transport;
    this.accounts = accounts;
    this.mails = mails;
    this.codes = codes;
  }

  /** A player, with this address if one is given. */
  async newPlayer(address?: string, environmentId = ENV): Promise<string> {
    const id = uuidV7();
    const name = "Nimble Otter";
    await this.database.query((db) =>
      db.execute(sql`insert into player (environment_id, id, display_name) values (${environmentId}, ${id}, ${name})`),
    );
    if (address !== undefined) this.accounts.give(environmentId, id, address);
    return id;
  }

  /** The code in the newest mail to this address. */
  async mailedCode(to: string): Promise<{ codeId: string; code: string }> {
    await this.mails.deliverDue();
    const { codeId, code } = linkedCode(this.transport.lastTo(to));
    return { codeId, code };
  }

  async close(): Promise<void> {
    this.#metrics.close();
    await this.#ephemeral?.close();
    await this.database.close();
  }
}

/** A code that is wrong by one letter. */
export function wrong(code: string): string {
  return code.startsWith("0") ? `1${code.slice(1)}` : `0${code.slice(1)}`;
}

/** For `assert.rejects`: an `AppError` of this code. */
export function fails(code: ErrorCode) {
  return (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}
