// Whether a player could join a game now, check by check.

/** Longest that one check may take before it counts as failed. */
export const CHECK_TIMEOUT_MS = 1_500;

/** The outcome of one check; `detail` says what is wrong. */
export interface CheckResult {
  readonly ok: boolean;
  readonly detail?: string;
}

/** The answer of `/readyz`. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** A check passes by resolving, and fails by rejecting with an error whose message says what is wrong. */
export type Check = () => Promise<void>;

/** Runs the named checks on demand. Once `beginStop` was called it is never ready again. */
export class Health {
  readonly #checks: Readonly<Record<string, Check>>;
  readonly #timeoutMs: number;
  #isStopping = false;

  constructor(checks: Readonly<Record<string, Check>>, timeoutMs = CHECK_TIMEOUT_MS) {
    this.#checks = checks;
    this.#timeoutMs = timeoutMs;
  }

  /** From now on `/readyz` says that the process is stopping, so that nobody sends it new players. */
  beginStop(): void {
    this.#isStopping = true;
  }

  /** Runs every check at once. Never rejects. */
  async readiness(): Promise<Readiness> {
    const results = await Promise.all(
      Object.entries(this.#checks).map(async ([name, check]) => [name, await this.#run(check)] as const),
    );
    const checks: Record<string, CheckResult> = Object.fromEntries(results);
    if (this.#isStopping) checks["process"] = { ok: false, detail: "The platform is stopping." };
    return { ready: Object.values(checks).every(({ ok }) => ok), checks };
  }

  async #run(check: Check): Promise<CheckResult> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${this.#timeoutMs} ms.`)), this.#timeoutMs);
    });
    try {
      await Promise.race([check(), timeout]);
      return { ok: true };
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}
