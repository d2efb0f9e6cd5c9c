// Codes by mail: asked for in one time for everybody, made when their mail is, and good once.
import { createHmac } from "node:crypto";
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import type { MailContent } from "../mail/mailer.ts";
import type { MailService } from "../mail/service.ts";
import { CODE_ATTEMPTS, CODE_LENGTH, CODE_LIFE_MS, type CodePurpose, codeHash, isSameHash, newCode } from "./codes.ts";
import type { MailCodeStore, StoredCode } from "./store.ts";

/** The kind of deferred mail that this prepares. */
const MAIL_KIND = "mail-code";

/** How long codes are kept after they expired, and how often such are removed; milliseconds. */
const REMOVAL = { afterMs: 24 * 3_600_000, everyMs: 3_600_000 } as const;

/** A code as its mail is being made. */
export interface CodeMail {
  readonly code: string;
  /** What follows the `#` of a link: purpose, id and code, and the environment. */
  readonly fragment: string;
  /** Until the code expires, at least 1. */
  readonly minutes: number;
}

/** What the mail of a code will say, and whose the code turns out to be. */
export interface CodeLetter {
  readonly playerId?: string | undefined;
  content(mail: CodeMail): MailContent;
}

/**
 * Decides, when a mail is made, what it says: a letter with the code; another mail without it (`instead`), which leaves the
 * code worth nothing; or undefined, for neither. Whoever asked for the code learns nothing of that.
 */
export type CodeLetterWriter = (
  environmentId: EnvironmentId,
  code: StoredCode,
) => Promise<CodeLetter | { readonly instead: MailContent } | undefined>;

/** What somebody who asks for a code is told. `codeLength` is without hyphens. */
export interface IssuedCode {
  readonly codeId: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly codeLength: number;
}

/** A request for a code. */
export interface CodeRequest {
  readonly purpose: CodePurpose;
  readonly address: string;
  readonly playerId?: string | undefined;
  readonly locale?: string | undefined;
  /** Where the request came from, as far as the network says: one source must not use up everybody's mails. */
  readonly source?: string | undefined;
  /** How long the mail is held back, in milliseconds; not at all when left out. */
  readonly delayMs?: number;
  /** Short texts for whoever writes the letter or redeems the code. No secrets. */
  readonly details?: Readonly<Record<string, string>>;
}

/** A code that was used. */
export type RedeemedCode = StoredCode;

/**
 * What `MailCodes` stands on. `key` is of `codeKeyOf`. `mayMail` counts a mail to an address on behalf of a source (both as
 * hashes), and says whether it may go.
 */
export interface MailCodesDeps {
  readonly store: MailCodeStore;
  readonly mails: MailService;
  readonly key: Buffer;
  readonly mayMail: (environmentId: EnvironmentId, addressHash: string, sourceHash: string) => Promise<boolean>;
  readonly now?: () => number;
}

/** Issues and redeems codes. */
export class MailCodes {
  readonly #deps: MailCodesDeps;
  readonly #now: () => number;
  readonly #writers = new Map<CodePurpose, CodeLetterWriter>();
  #nextRemovalMs = 0;

  constructor(deps: MailCodesDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
    deps.mails.prepareWith(MAIL_KIND, (environmentId, { details, attempt }) =>
      this.#prepare(environmentId, String(details["codeId"]), String(details["sourceHash"]), attempt),
    );
  }

  /** Names who writes the letters of a purpose. Each has one before it is issued. */
  writeWith(purpose: CodePurpose, writer: CodeLetterWriter): void {
    this.#writers.set(purpose, writer);
  }

  /**
   * Takes a request for a code, which goes by mail if its letter's writer agrees, after this has resolved: the answer
   * and its time are the same for every address. Throws `service.unavailable` when too many mails wait.
   */
  async issue(environmentId: EnvironmentId, request: CodeRequest): Promise<IssuedCode> {
    const { purpose, address, playerId, locale, source = "", details = {}, delayMs = 0 } = request;
    if (!this.#writers.has(purpose)) throw new Error(`Nobody writes letters for the purpose ${purpose}.`);
    const { store, mails } = this.#deps;
    const createdAtMs = this.#now();
    const lifeMs = CODE_LIFE_MS[purpose];
    const expiresAtMs = createdAtMs + lifeMs;
    const id = uuidV7(createdAtMs);
    await this.#removeExpired(createdAtMs);
    await store.inTransaction(async (tx) => {
      const row = { id, purpose, address, playerId, details, createdAtMs, expiresAtMs, attempts: CODE_ATTEMPTS };
      await store.add(environmentId, row, tx);
      const mailDetails = { codeId: id, sourceHash: this.#hashed("source", source) };
      const mail = { kind: MAIL_KIND, to: address, locale, details: mailDetails, expiresAtMs, delayMs };
      await mails.sendDeferred(environmentId, mail, tx);
    });
    return { codeId: id, expiresIn: lifeMs / 1_000, codeLength: CODE_LENGTH };
  }

  /**
   * Uses a code up and does what it allows. With `playerId` only a code of that player is good. Of many at one time one
   * succeeds. Throws `code.invalid` for every other code. When `use` throws an `AppError`, which is the caller's to mend,
   * the code is good again.
   */
  async redeem<Result>(
    environmentId: EnvironmentId,
    given: {
      readonly purpose: CodePurpose;
      readonly codeId: string;
      readonly code: string;
      readonly playerId?: string | undefined;
    },
    use: (code: RedeemedCode) => Promise<Result>,
  ): Promise<Result> {
    const { store, key } = this.#deps;
    const { purpose, codeId: id, code, playerId } = given;
    const found = await store.countAttempt(environmentId, { id, purpose, playerId }, this.#now());
    const isRight = isSameHash(codeHash(key, environmentId, id, code), found?.hash);
    if (found === undefined || !isRight || !(await store.use(environmentId, id, this.#now()))) throw invalidCode();
    try {
      return await use(found);
    } catch (error) {
      if (error instanceof AppError) await store.giveBack(environmentId, id);
      throw error;
    }
  }

  /** The address that a sign-in code went to. Uses the code up; throws `code.invalid`. */
  redeemSignIn(
    environmentId: EnvironmentId,
    given: { readonly codeId: string; readonly code: string },
  ): Promise<string> {
    return this.redeem(environmentId, { purpose: "sign-in", ...given }, async ({ address }) => address);
  }

  /** Ends a player's open codes for these purposes; with `newerThan` only those asked for after that code. */
  async endOf(
    environmentId: EnvironmentId,
    playerId: string,
    purposes: readonly CodePurpose[],
    newerThan?: string,
  ): Promise<void> {
    await this.#deps.store.endOf(environmentId, playerId, purposes, this.#now(), newerThan);
  }

  /** Makes the code, new at each attempt, since what an earlier mail said is not kept. */
  async #prepare(
    environmentId: EnvironmentId,
    id: string,
    sourceHash: string,
    attempt: number,
  ): Promise<MailContent | undefined> {
    const { store, key, mayMail } = this.#deps;
    const row = await store.find(environmentId, id, this.#now());
    if (row === undefined) return undefined;
    const letter = await this.#writers.get(row.purpose)?.(environmentId, row);
    if (letter === undefined) return undefined;
    const addressHash = this.#hashed("address", row.address.toLowerCase());
    if (attempt === 1 && !(await mayMail(environmentId, addressHash, sourceHash))) return undefined;
    if ("instead" in letter) return letter.instead;
    const code = newCode();
    await store.setHash(environmentId, id, codeHash(key, environmentId, id, code), letter.playerId ?? row.playerId);
    const fragment = new URLSearchParams({ purpose: row.purpose, id, code, env: environmentId }).toString();
    return letter.content({
      code,
      fragment,
      minutes: Math.max(1, Math.floor((row.expiresAtMs - this.#now()) / 60_000)),
    });
  }

  /** For keys of counters: says nothing of what it was made of. */
  #hashed(kind: string, text: string): string {
    return createHmac("sha256", this.#deps.key).update(`${kind}\0${text}`).digest("base64url").slice(0, 22);
  }

  async #removeExpired(nowMs: number): Promise<void> {
    if (nowMs < this.#nextRemovalMs) return;
    this.#nextRemovalMs = nowMs + REMOVAL.everyMs;
    await this.#deps.store.removeExpired(nowMs - REMOVAL.afterMs);
  }
}

/** The one answer to a code that is wrong, used, too old, or of nobody. */
export function invalidCode(): AppError {
  return new AppError(
    "code.invalid",
    "This code is wrong, has been used, or has expired. Check it, or ask for a new one.",
  );
}
