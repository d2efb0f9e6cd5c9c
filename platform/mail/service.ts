// Takes mails and sees to it that they are delivered: kept in the database, tried again, and given up in time.

import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import type { Executor } from "../db/database.ts";
import type { Log } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import { isMailAddress } from "./address.ts";
import type { Mail, MailContent, Mailer, Notice } from "./mailer.ts";
import { renderMail } from "./render.ts";
import type { ClaimedMail, OutgoingMailStore } from "./store.ts";
import { DeliveryError, type MailTransport } from "./transport.ts";

/** Most mails that wait at a time, of all environments; past that no more are taken. */
export const MAX_WAITING_MAILS = 10_000;

/** Most that one process delivers at a time. */
const MAX_UNDER_WAY = 8;

/** How long a deliverer may take before the mail is somebody else's; longer than a transport may take. Milliseconds. */
const LEASE_MS = 60_000;

/** How often the database is asked for mails that are due, of other processes and earlier attempts; milliseconds. */
const POLL_MS = 1_000;

/** How long after a mail was put into a transaction it is looked for: most have committed by then. Milliseconds. */
const COMMIT_MS = 50;

/** Waits between attempts, in milliseconds: four times as long each time, up to the last. */
const RETRY_MS = { first: 2_000, last: 15 * 60_000 } as const;

/** How long a notice is worth delivering, in milliseconds. */
export const NOTICE_LIFE_MS = 24 * 3_600_000;

/** A mail whose content is made when it is delivered: `kind` says by whom, `details` (no secrets) of what. */
export interface DeferredMail {
  readonly kind: string;
  readonly to: string;
  readonly locale?: string | undefined;
  readonly details: Readonly<Record<string, string>>;
  readonly expiresAtMs: number;
  /** How long the first attempt waits, in milliseconds; not at all when left out. */
  readonly delayMs?: number;
}

/** Makes the content of a deferred mail, or says by undefined that nothing is to be sent. May be called at each attempt. */
export type MailPreparer = (
  environmentId: EnvironmentId,
  mail: { readonly address: string; readonly details: Record<string, unknown>; readonly attempt: number },
) => Promise<MailContent | undefined>;

interface NewMail extends Omit<DeferredMail, "kind" | "details"> {
  readonly template: string;
  readonly details: Record<string, unknown>;
}

/** What `MailService` stands on. `now` is the clock, milliseconds since 1970; `product` signs every mail. */
export interface MailServiceDeps {
  readonly store: OutgoingMailStore;
  readonly transport: MailTransport;
  readonly product: string;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now?: () => number;
  readonly maxWaiting?: number;
}

/** `Mailer` over a table and a transport. Several processes may deliver from one table. */
export class MailService implements Mailer {
  readonly #deps: MailServiceDeps;
  readonly #now: () => number;
  readonly #preparers = new Map<string, MailPreparer>();
  readonly #underWay = new Set<Promise<void>>();
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #wakeAtMs = 0;
  #round: Promise<number> | undefined;
  #isRunning = false;

  constructor(deps: MailServiceDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** How many mails waited when last counted; for the metric. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Names who makes the content of deferred mails of `kind`. Call it before `start`. */
  prepareWith(kind: string, preparer: MailPreparer): void {
    this.#preparers.set(kind, preparer);
  }

  async send(environmentId: EnvironmentId, mail: Mail<Notice>, tx?: Executor): Promise<void> {
    const { to, locale, template, values } = mail;
    const details = { ...values } as Record<string, unknown>;
    await this.#add(environmentId, { to, locale, template, details, expiresAtMs: this.#now() + NOTICE_LIFE_MS }, tx);
  }

  /** Takes a mail whose content its preparer makes later. Promises what `send` does. */
  async sendDeferred(environmentId: EnvironmentId, mail: DeferredMail, tx?: Executor): Promise<void> {
    const { kind, ...rest } = mail;
    if (!this.#preparers.has(kind)) throw new Error(`Nobody prepares mails of the kind ${kind}.`);
    await this.#add(environmentId, { ...rest, template: kind }, tx);
  }

  /** Begins to deliver. */
  start(): void {
    this.#isRunning = true;
    this.#wakeIn(0);
  }

  /** Takes no more to deliver, and resolves when what is under way has ended. What waits stays for the next start. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    clearTimeout(this.#timer);
    await this.#round?.catch(() => undefined);
    await Promise.all(this.#underWay);
    await this.#deps.transport.close();
  }

  /** Delivers everything that is due now, and resolves when that has ended, well or not. */
  async deliverDue(): Promise<void> {
    while ((await this.#claimOnce()) > 0 || this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #add(environmentId: EnvironmentId, mail: NewMail, tx: Executor | undefined): Promise<void> {
    const { to, locale, template, details, expiresAtMs, delayMs = 0 } = mail;
    if (!isMailAddress(to)) throw new Error("A mail goes to exactly one ASCII address.");
    if (this.#waiting >= (this.#deps.maxWaiting ?? MAX_WAITING_MAILS)) {
      throw new AppError("service.unavailable", "Too many mails wait to be sent. Try again in some minutes.");
    }
    this.#waiting += 1;
    const createdAtMs = this.#now();
    const row = { environmentId, id: uuidV7(createdAtMs), address: to, locale, template, details };
    await this.#deps.store.add({ ...row, createdAtMs, dueAtMs: createdAtMs + delayMs, expiresAtMs }, tx);
    this.#wakeIn(delayMs + (tx === undefined ? 0 : COMMIT_MS));
  }

  #wakeIn(delayMs: number): void {
    const atMs = performance.now() + delayMs;
    // A later wish does not put off an earlier one.
    if (!this.#isRunning || (this.#timer !== undefined && this.#wakeAtMs <= atMs)) return;
    clearTimeout(this.#timer);
    this.#wakeAtMs = atMs;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#claimOnce()
        .catch((error: unknown) => this.#troubled(error))
        .finally(() => this.#wakeIn(POLL_MS));
    }, delayMs);
  }

  /** Claims what fits and begins to deliver it. Resolves to how many; a call meanwhile gets the same answer. */
  #claimOnce(): Promise<number> {
    this.#round ??= this.#claim().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  async #claim(): Promise<number> {
    const { store } = this.#deps;
    const free = MAX_UNDER_WAY - this.#underWay.size;
    if (free === 0) return 0;
    const claimed = await store.claim(this.#now(), free, LEASE_MS);
    this.#waiting = await store.count();
    for (const mail of claimed) {
      const delivery = this.#deliver(mail)
        .catch((error: unknown) => this.#troubled(error))
        .finally(() => {
          this.#underWay.delete(delivery);
          this.#wakeIn(0);
        });
      this.#underWay.add(delivery);
    }
    return claimed.length;
  }

  async #deliver(mail: ClaimedMail): Promise<void> {
    const { store, transport, product } = this.#deps;
    const { environmentId, id, address, details, template, attempts } = mail;
    if (this.#now() >= mail.expiresAtMs) return this.#end(mail, "expired");
    try {
      const preparer = this.#preparers.get(template);
      const content =
        preparer === undefined
          ? ({ template, values: details } as unknown as MailContent)
          : await preparer(environmentId, { address, details, attempt: attempts });
      if (content === undefined) return await store.remove(mail);
      await transport.deliver({ id, to: address, ...renderMail(content, mail.locale, product) });
    } catch (error) {
      return this.#failed(mail, error);
    }
    await this.#end(mail, "sent");
  }

  async #failed(mail: ClaimedMail, error: unknown): Promise<void> {
    const isTemporary = error instanceof DeliveryError ? !error.isPermanent : error instanceof AppError;
    const { environmentId, id, template, attempts } = mail;
    // The reason may name the address, and is worth that; the mail's content is not in it.
    const line = { environment: environmentId, mailId: id, template, attempts, reason: (error as Error).message };
    if (!isTemporary) {
      this.#deps.log.warn({ event: "mail.refused", ...line });
      return this.#end(mail, "refused");
    }
    const waitMs = Math.min(RETRY_MS.first * 4 ** (attempts - 1), RETRY_MS.last);
    const retryAtMs = this.#now() + waitMs;
    this.#deps.log[attempts === 1 ? "warn" : "debug"]({ event: "mail.retried", ...line, waitMs });
    this.#deps.metrics.mails.inc({ outcome: "retried" });
    await this.#deps.store.retryAt(mail, retryAtMs);
  }

  async #end(mail: ClaimedMail, outcome: "sent" | "refused" | "expired"): Promise<void> {
    const { environmentId, id, template, attempts } = mail;
    if (outcome === "expired") {
      this.#deps.log.warn({ event: "mail.expired", environment: environmentId, mailId: id, template, attempts });
    } else this.#deps.log.debug({ event: `mail.${outcome}`, environment: environmentId, mailId: id, template });
    this.#deps.metrics.mails.inc({ outcome });
    await this.#deps.store.remove(mail);
  }

  #troubled(error: unknown): void {
    const isAway = error instanceof AppError && error.code === "service.unavailable";
    if (!isAway) this.#deps.log.error({ event: "mail.failed", err: error });
    // The database says by itself that it is away, once.
    else this.#deps.log.debug({ event: "mail.waiting", reason: error.message });
  }
}
