// Projects and environments. Which exist is remembered for a moment: nearly every request asks.
import { AppError } from "../../shared/schema/errors.ts";
import { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import { type Actor, projectOf } from "./credential.ts";
import type { Environment, EnvironmentStore, Noted, Project, Refusal } from "./store.ts";

export type { Environment, Project } from "./store.ts";

/** How long what was read is believed, in milliseconds. */
export const ENVIRONMENTS_FRESH_MS = 5_000;

/** Shortest time between two reads for a name that is not known: strangers may send many. */
export const UNKNOWN_RETRY_MS = 500;

/** Most environments of a platform, and most projects. */
export const MAX_ENVIRONMENTS = 256;

/** What `EnvironmentService` needs. `now` is the clock in milliseconds. */
export interface EnvironmentDeps {
  readonly store: EnvironmentStore;
  readonly audit: AuditLog;
  /** Made when it is first asked for: whoever configures it means it to be there. */
  readonly defaultEnvironment: EnvironmentId;
  readonly now?: () => number;
}

/** Finds environments by name, and makes and changes them. */
export class EnvironmentService {
  readonly #store: EnvironmentStore;
  readonly #audit: AuditLog;
  readonly #default: EnvironmentId;
  readonly #now: () => number;
  #known: ReadonlyMap<string, Environment> = new Map();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(deps: EnvironmentDeps) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#default = deps.defaultEnvironment;
    this.#now = deps.now ?? (() => performance.now());
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
   * also while the database is away; so is the default one, which is there as soon as the database is.
   */
  async find(name: string): Promise<Environment> {
    const ageMs = this.#now() - this.#readAtMs;
    if (this.#known.has(name)) {
      // Nobody waits for a refresh, and one that fails is tried again by the next request.
      if (ageMs >= ENVIRONMENTS_FRESH_MS) this.#read().catch(ignoreUnavailable);
    } else if (ageMs >= UNKNOWN_RETRY_MS && EnvironmentId.safeParse(name).success) {
      try {
        await this.#read();
      } catch (error) {
        if (name !== this.#default) throw error;
        ignoreUnavailable(error);
        return { id: this.#default, corsOrigins: undefined };
      }
    }
    const found = this.#known.get(name);
    if (found !== undefined) return found;
    throw unknown();
  }

  /** Every environment, as it was lately; while the database was never there, the default one. */
  async ids(): Promise<EnvironmentId[]> {
    if (this.#now() - this.#readAtMs >= ENVIRONMENTS_FRESH_MS) {
      const reading = this.#read().catch(ignoreUnavailable);
      if (this.#known.size === 0) await reading;
    }
    return this.#known.size === 0 ? [this.#default] : [...this.#known.values()].map(({ id }) => id);
  }

  /** Every environment and its settings, as they are now. */
  all(): Promise<Environment[]> {
    return this.#store.all();
  }

  /** Every project. */
  projects(): Promise<Project[]> {
    return this.#store.projects();
  }

  /** Makes a project. Throws `environment.exists` and `environment.too_many`. The audit log of `at` has it. */
  async createProject(at: EnvironmentId, id: string, actor: Actor): Promise<void> {
    const noted = this.#noted(at, actor, "project.created", `project/${id}`, {});
    check(await this.#store.addProject(id, MAX_ENVIRONMENTS, noted));
  }

  /** Makes an environment. Throws `environment.unknown` without its project, `environment.exists`, `environment.too_many`. */
  async create(environment: Environment, actor: Actor): Promise<void> {
    const { id, corsOrigins } = environment;
    const noted = this.#noted(id, actor, "environment.created", `environment/${id}`, { after: { corsOrigins } });
    check(await this.#store.add(environment, MAX_ENVIRONMENTS, noted), projectOf(id));
    await this.#readAgain();
  }

  /** Changes whose pages may call; undefined is what the platform is configured with. Throws `environment.unknown`. */
  async setCorsOrigins(
    id: EnvironmentId,
    corsOrigins: readonly string[] | undefined,
    actor: Actor,
  ): Promise<Environment> {
    const { corsOrigins: before } = await this.find(id);
    const change = { before: { corsOrigins: before }, after: { corsOrigins } };
    const noted = this.#noted(id, actor, "environment.changed", `environment/${id}`, change);
    const changed = await this.#store.setCorsOrigins(id, corsOrigins, noted);
    await this.#readAgain();
    if (changed === undefined) throw unknown();
    return changed;
  }

  /** What this process changed itself it sees at once; others within `ENVIRONMENTS_FRESH_MS`. */
  async #readAgain(): Promise<void> {
    // What is being read now may be from before the change.
    await this.#reading?.catch(ignoreUnavailable);
    await this.#read().catch(ignoreUnavailable);
  }

  /** Reads once for all who wait. */
  #read(): Promise<void> {
    this.#reading ??= this.#load().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #load(): Promise<void> {
    let all = await this.#store.all();
    if (!all.some(({ id }) => id === this.#default)) {
      await this.#store.ensure(this.#default);
      all = await this.#store.all();
    }
    this.#known = new Map(all.map((environment) => [environment.id, environment]));
    this.#readAtMs = this.#now();
  }

  #noted(environmentId: EnvironmentId, actor: Actor, action: string, subject: string, change: object): Noted {
    return (tx) => this.#audit.record({ environmentId, actor, action, subject, ...change }, tx);
  }
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== "service.unavailable") throw error;
}

function unknown(): AppError {
  return new AppError("environment.unknown", "There is no such environment. Name one as <project>/<environment>.");
}

function check(refusal: Refusal | undefined, project = ""): void {
  switch (refusal) {
    case undefined:
      return;
    case "exists":
      throw new AppError("environment.exists", "There is one of this name already. Use it, or choose another name.");
    case "too_many":
      throw new AppError("environment.too_many", `There may be ${MAX_ENVIRONMENTS} of them, and there are.`);
    case "no_project":
      throw new AppError("environment.unknown", `There is no project ${project}. Make it first: POST /v1/projects.`);
  }
}
