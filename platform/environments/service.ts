// Which environments exist, remembered for a moment: nearly every request asks.
import { AppError } from "../../shared/schema/errors.ts";
import { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Environment, EnvironmentStore } from "./store.ts";

export type { Environment } from "./store.ts";

/** How long what was read is believed, in milliseconds. */
export const ENVIRONMENTS_FRESH_MS = 5_000;

/** Shortest time between two reads for a name that is not known: strangers may send many. */
export const UNKNOWN_RETRY_MS = 500;

/** Finds environments by name. */
export class EnvironmentService {
  readonly #store: Pick<EnvironmentStore, "all">;
  readonly #now: () => number;
  #known: ReadonlyMap<string, Environment> = new Map();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  /** `now` is the clock in milliseconds. */
  constructor(store: Pick<EnvironmentStore, "all">, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * The web origins that may call an environment which was looked up before; undefined for whatever the platform is
   * configured with.
   */
  corsOriginsOf(environmentId: EnvironmentId): readonly string[] | undefined {
    return this.#known.get(environmentId)?.corsOrigins;
  }

  /** The web origins of every environment. While the database is away, those that were known; none after a start. */
  async allCorsOrigins(): Promise<readonly string[]> {
    const ageMs = this.#now() - this.#readAtMs;
    const read = ageMs >= ENVIRONMENTS_FRESH_MS ? this.#read().catch(ignoreUnavailable) : undefined;
    if (this.#known.size === 0) await read;
    return [...this.#known.values()].flatMap(({ corsOrigins }) => corsOrigins ?? []);
  }

  /**
   * The environment of this name. Throws `environment.unknown` when there is none. One that was known is answered at once,
   * also while the database is away.
   */
  async find(name: string): Promise<Environment> {
    const ageMs = this.#now() - this.#readAtMs;
    if (this.#known.has(name)) {
      // Nobody waits for a refresh, and one that fails is tried again by the next request.
      if (ageMs >= ENVIRONMENTS_FRESH_MS) this.#read().catch(ignoreUnavailable);
    } else if (ageMs >= UNKNOWN_RETRY_MS && EnvironmentId.safeParse(name).success) {
      await this.#read();
    }
    const found = this.#known.get(name);
    if (found !== undefined) return found;
    throw new AppError("environment.unknown", "There is no such environment. Name one as <project>/<environment>.");
  }

  /** Reads once for all who wait. */
  #read(): Promise<void> {
    this.#reading ??= this.#store
      .all()
      .then((all) => {
        this.#known = new Map(all.map((environment) => [environment.id, environment]));
        this.#readAtMs = this.#now();
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== "service.unavailable") throw error;
}
