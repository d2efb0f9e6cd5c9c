// Mails with a secret in them that somebody else made: they wait in memory alone, and not for long.
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Log } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import { isMailAddress } from "./address.ts";
import type { Mail } from "./mailer.ts";
import { renderMail } from "./render.ts";
import { DeliveryError, type MailMessage, type MailTransport } from "./transport.ts";

/** Most such mails at a time; past that no more are taken. */
export const MAX_UNSTORED_MAILS = 500;

/** Waits before the second and each further attempt, in milliseconds. After the last the mail is given up. */
const RETRY_MS = [1_000, 4_000, 15_000, 60_000] as const;

/** What `UnstoredMails` stands on. `wait` is for tests. */
export interface UnstoredMailsDeps {
  readonly transport: MailTransport;
  readonly product: string;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Delivers from memory. What has not gone out when the process ends is lost: its reader asks for another. */
export class UnstoredMails {
  readonly #deps: UnstoredMailsDeps;
  readonly #underWay = new Set<Promise<void>>();
  readonly #ending = new AbortController();

  constructor(deps: UnstoredMailsDeps) {
    this.#deps = deps;
  }

  /** Takes a mail to deliver; throws `service.unavailable` when too many wait, and at once on a template's mistake. */
  send(environmentId: EnvironmentId, id: string, mail: Mail): void {
    if (!isMailAddress(mail.to)) throw new Error("A mail goes to exactly one ASCII address.");
    if (this.#underWay.size >= MAX_UNSTORED_MAILS || this.#ending.signal.aborted) {
      throw new AppError("service.unavailable", "Too many mails wait to be sent. Try again in some minutes.");
    }
    const message = { id, to: mail.to, ...renderMail(mail, mail.locale, this.#deps.product) };
    const delivery = this.#deliver(environmentId, mail.template, message).finally(() => {
      this.#underWay.delete(delivery);
    });
    this.#underWay.add(delivery);
  }

  /** Gives up what waits for another attempt, and resolves when attempts under way have ended. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.settled();
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #deliver(environmentId: EnvironmentId, template: string, message: MailMessage): Promise<void> {
    const { transport, metrics, log } = this.#deps;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await transport.deliver(message);
        metrics.mails.inc({ outcome: "sent" });
        return;
      } catch (error) {
        const retryMs = RETRY_MS[attempt - 1];
        const isOver = this.#ending.signal.aborted || retryMs === undefined;
        const isRefused = !(error instanceof DeliveryError) || error.isPermanent;
        const line = { environment: environmentId, mailId: message.id, template, attempt };
        const outcome = isRefused ? "refused" : isOver ? "expired" : "retried";
        log.warn({ event: `mail.${outcome}`, ...line, reason: (error as Error).message });
        metrics.mails.inc({ outcome });
        if (isRefused || retryMs === undefined || isOver) return;
        await (this.#deps.wait ?? waitUnlessEnding)(retryMs, this.#ending.signal);
      }
    }
  }
}

async function waitUnlessEnding(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
