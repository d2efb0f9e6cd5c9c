// The local way for mail to leave: a folder that keeps the last of them, for development. Whoever reads it reads codes.
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { KeptMail, Mailbox } from "./mailbox.ts";
import { DeliveryError, type MailMessage, type MailTransport } from "./transport.ts";

/** Most mails that the folder keeps; the oldest go first. */
export const MAX_KEPT_MAILS = 500;

const FILE = /^(\d{15}-[A-Za-z0-9-]{1,64})\.json$/;
const ID = /^[A-Za-z0-9-]{1,64}$/;

const KeptMailShape = z.object({
  id: z.string(),
  receivedAt: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
});

/** Options of `MailboxFolder`, for tests. */
export interface MailboxFolderOptions {
  readonly now?: () => number;
  readonly maxKept?: number;
}

/** `MailTransport` into a folder that only this user can read. */
export class MailboxFolder implements MailTransport, Mailbox {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #maxKept: number;

  constructor(folder: string, options: MailboxFolderOptions = {}) {
    this.#folder = folder;
    this.#now = options.now ?? Date.now;
    this.#maxKept = options.maxKept ?? MAX_KEPT_MAILS;
  }

  async deliver(message: MailMessage): Promise<void> {
    if (!ID.test(message.id)) throw new DeliveryError("A message's id has letters, digits and hyphens.", true);
    const now = this.#now();
    const { id, to, subject, text, html } = message;
    const kept = { id, receivedAt: new Date(now).toISOString(), to, subject, text, html };
    const file = join(this.#folder, `${String(now).padStart(15, "0")}-${id}.json`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(`${file}.part`, JSON.stringify(kept), { mode: 0o600 });
      await rename(`${file}.part`, file);
      const names = await this.#names();
      for (const name of names.slice(this.#maxKept)) await rm(join(this.#folder, `${name}.json`), { force: true });
    } catch (error) {
      throw new DeliveryError(`The mailbox folder: ${(error as Error).message}`, false, { cause: error });
    }
  }

  async list(): Promise<KeptMail[]> {
    const mails = await Promise.all((await this.#names()).map((name) => this.read(name)));
    return mails.filter((mail) => mail !== undefined);
  }

  async read(name: string): Promise<KeptMail | undefined> {
    if (!FILE.test(`${name}.json`)) return undefined;
    try {
      const text = await readFile(join(this.#folder, `${name}.json`), "utf8");
      return { ...KeptMailShape.parse(JSON.parse(text)), name };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async close(): Promise<void> {}

  /** Newest first: a name begins with the time. */
  async #names(): Promise<string[]> {
    try {
      const files = await readdir(this.#folder);
      return files
        .flatMap((file) => FILE.exec(file)?.[1] ?? [])
        .sort()
        .reverse();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === "ENOENT";
}
