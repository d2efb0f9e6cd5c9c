// Breached passwords by range (k-anonymity): the list's server is told five characters of a hash, and never which password it is.
import { createHash } from "node:crypto";
import type { BreachedPasswords } from "./breached-passwords.ts";

/** How much of the hash the server is told, in hex characters: one of a million ranges. */
const PREFIX_LENGTH = 5;

/** Longest to wait for the server, in milliseconds; somebody waits for their sign-up. */
const TIMEOUT_MS = 2_000;

/** Longest answer that is read, in bytes. A range has about 1,000 lines of at most 46, padding included. */
const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * Asks a server of the "Pwned Passwords" range protocol (Have I Been Pwned, API v3): `GET <base><first five of SHA-1>`
 * answers the rest of each hash with a count. Rejects when there is no good answer in time.
 */
export class RangeBreachedPasswords implements BreachedPasswords {
  readonly #base: URL;
  readonly #timeoutMs: number;

  /** `base` is the address of the ranges, ending in a slash, e.g. `https://api.pwnedpasswords.com/range/`. */
  constructor(base: string, timeoutMs = TIMEOUT_MS) {
    this.#base = new URL(base);
    this.#timeoutMs = timeoutMs;
  }

  async contains(password: string): Promise<boolean> {
    const hash = createHash("sha1").update(password.normalize("NFKC")).digest("hex").toUpperCase();
    const response = await fetch(new URL(hash.slice(0, PREFIX_LENGTH), this.#base), {
      // With padding every range looks equally long to whoever watches the line.
      headers: { "Add-Padding": "true", "User-Agent": "gamekeeper" },
      redirect: "error",
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`The list of breached passwords answered ${response.status}.`);
    }
    return isListed(await readBounded(response), hash.slice(PREFIX_LENGTH));
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new Error("The list of breached passwords answered more than a range.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("latin1");
}

/** A line is `<rest of the hash>:<count>`; padding has the count 0. */
function isListed(range: string, rest: string): boolean {
  return range.split(/\r?\n/).some((line) => {
    const [suffix, count] = line.split(":");
    return suffix === rest && Number(count) > 0;
  });
}
