// Puts mail and recovery together, out of what main.ts chose: mail before accounts, which send notices; recovery after them.
import { EmailCodeVerifier } from "./accounts/verifiers/email-code.ts";
import type { Database } from "./db/database.ts";
import type { EphemeralStore } from "./ephemeral/store.ts";
import { MailService } from "./mail/service.ts";
import { OutgoingMailStore } from "./mail/store.ts";
import type { MailTransport } from "./mail/transport.ts";
import type { Log } from "./ops/log.ts";
import type { Metrics } from "./ops/metrics.ts";
import { codeKeyOf } from "./recovery/codes.ts";
import { mailBudget } from "./recovery/mail-budget.ts";
import { MailCodes } from "./recovery/mail-codes.ts";
import { MailedNotices, type MailedNoticesDeps } from "./recovery/security-notices.ts";
import { type PasswordReset, type PlayerEmails, RecoveryService, type SessionEnder } from "./recovery/service.ts";
import { StepUpCodes } from "./recovery/step-up-codes.ts";
import { MailCodeStore } from "./recovery/store.ts";

/** What mail stands on. `product` is the game's name in mails; `codeSecret` a secret of at least 32 characters. */
export interface MailDeps {
  readonly database: Database;
  readonly ephemeral: EphemeralStore;
  readonly transport: MailTransport;
  readonly product: string;
  readonly codeSecret: string;
  readonly metrics: Metrics;
  readonly log: Log;
  /** A player's proven address; asked when a mail is to be sent, so it may lead to what is made later. */
  readonly emailOf: MailedNoticesDeps["emailOf"];
  /** The language that a player has chosen, where there is such. */
  readonly localeOf?: NonNullable<MailedNoticesDeps["localeOf"]>;
}

/** Mail, and what others need of it. Call `mails.start()` when the platform listens, and `mails.stop()` at its end. */
export interface MailParts {
  readonly mails: MailService;
  readonly codes: MailCodes;
  readonly notices: MailedNotices;
  readonly verifier: EmailCodeVerifier;
  readonly stepUpCodes: StepUpCodes;
}

/** What recovery does its work upon. */
export interface RecoveryParts {
  readonly emails: PlayerEmails;
  readonly passwords: PasswordReset;
  readonly sessions: SessionEnder;
  readonly accountPageUrl: string;
}

/** Makes mail. */
export function assembleMail(deps: MailDeps): MailParts {
  const { database, ephemeral, metrics, codeSecret, emailOf } = deps;
  const mails = new MailService({ ...deps, store: new OutgoingMailStore(database) });
  const codes = new MailCodes({
    store: new MailCodeStore(database),
    mails,
    key: codeKeyOf(codeSecret),
    mayMail: mailBudget(ephemeral, metrics),
  });
  metrics.watchWaitingMails(() => mails.waiting);
  return {
    mails,
    codes,
    notices: new MailedNotices({ ...deps, mailer: mails }),
    verifier: new EmailCodeVerifier(codes),
    stepUpCodes: new StepUpCodes(codes, emailOf),
  };
}

/** Makes recovery. Until then no code can be asked for. */
export function assembleRecovery({ codes, notices }: MailParts, parts: RecoveryParts): RecoveryService {
  return new RecoveryService({ ...parts, codes, notices });
}
