// Tells players by mail what happened to their accounts.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { MailContent, Mailer, Notice, OccurrenceValues } from "../mail/mailer.ts";
import type { Log } from "../ops/log.ts";

/** What may be known of an event. `whenMs` is milliseconds since 1970, now when left out; `country` an ISO 3166-1 code. */
export interface NoticeDetails {
  readonly whenMs?: number | undefined;
  readonly device?: string | undefined;
  readonly country?: string | undefined;
  readonly factor?: string | undefined;
  readonly provider?: string | undefined;
  readonly codesLeft?: number | undefined;
}

/** Tells a player of a security event. Never throws: what happened has happened. */
export interface SecurityNotices {
  tell(environmentId: EnvironmentId, playerId: string, kind: string, details?: NoticeDetails): Promise<void>;
}

/** What `MailedNotices` stands on. `localeOf` is the player's own choice, where there is one. */
export interface MailedNoticesDeps {
  readonly mailer: Mailer;
  readonly emailOf: (environmentId: EnvironmentId, playerId: string) => Promise<string | undefined>;
  readonly localeOf?: (environmentId: EnvironmentId, playerId: string) => Promise<string | undefined>;
  readonly log: Log;
  readonly now?: () => number;
}

/** `SecurityNotices` by mail. A player without an address is told nothing. */
export class MailedNotices implements SecurityNotices {
  readonly #deps: MailedNoticesDeps;

  constructor(deps: MailedNoticesDeps) {
    this.#deps = deps;
  }

  async tell(environmentId: EnvironmentId, playerId: string, kind: string, details: NoticeDetails = {}): Promise<void> {
    const { mailer, emailOf, localeOf, log, now = Date.now } = this.#deps;
    try {
      const content = contentOf(kind, details, details.whenMs ?? now());
      if (content === undefined) {
        log.warn({ event: "notice.unknown_kind", environment: environmentId, kind });
        return;
      }
      const to = await emailOf(environmentId, playerId);
      if (to === undefined) return;
      const locale = await localeOf?.(environmentId, playerId);
      await mailer.send(environmentId, { ...content, to, locale });
    } catch (error) {
      log.error({ event: "notice.failed", environment: environmentId, kind, err: error });
    }
  }
}

/** The mail of a kind of event, or undefined for a kind that has none. */
function contentOf(kind: string, details: NoticeDetails, whenMs: number): MailContent<Notice> | undefined {
  const { device, country, factor = "?", provider = "?", codesLeft = 0 } = details;
  const values: OccurrenceValues = { whenMs, device, country };
  switch (kind) {
    case "refresh-token-reused":
    case "new-sign-in":
    case "password-changed":
    case "email-change-undone":
      return { template: kind, values };
    case "factor-added":
    case "factor-removed":
      return { template: kind, values: { ...values, factor } };
    case "identity-linked":
    case "identity-unlinked":
      return { template: kind, values: { ...values, provider } };
    case "recovery-code-used":
      return { template: kind, values: { ...values, codesLeft } };
    case "deletion-scheduled":
      return { template: kind, values: { whenMs } };
    default:
      return undefined;
  }
}
