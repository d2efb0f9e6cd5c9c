// Reads and writes projects and environments.
import { asc, count, eq, sql } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { environment, project } from "./schema.ts";

/** An environment and its settings. */
export interface Environment {
  readonly id: EnvironmentId;
  /** Web origins that may call; undefined is whatever the platform is configured with. */
  readonly corsOrigins: readonly string[] | undefined;
}

/** A project. */
export interface Project {
  readonly id: string;
  readonly createdAt: Date;
}

/** What is written in the same transaction as a change: its entry in the audit log. */
export type Noted = (tx: Executor) => Promise<void>;

/** Why something was not added. */
export type Refusal = "exists" | "too_many" | "no_project";

/** Projects and environments. Throws `service.unavailable` while the database is away. */
export class EnvironmentStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Every environment, by id. */
  async all(): Promise<Environment[]> {
    const rows = await this.#database.query((db) => db.select().from(environment).orderBy(asc(environment.id)));
    return rows.map(toEnvironment);
  }

  /** Every project, by id. */
  async projects(): Promise<Project[]> {
    return this.#database.query((db) => db.select().from(project).orderBy(asc(project.id)));
  }

  /** Adds a project, unless there are `max`. Undefined when it did. */
  async addProject(id: string, max: number, noted: Noted): Promise<Refusal | undefined> {
    return this.#oneAfterTheOther(async (tx) => {
      const [found] = await tx.select({ number: count() }).from(project);
      if ((found?.number ?? 0) >= max) return "too_many";
      const added = await tx.insert(project).values({ id }).onConflictDoNothing().returning({ id: project.id });
      if (added.length === 0) return "exists";
      await noted(tx);
      return undefined;
    });
  }

  /** Adds an environment, unless there are `max`. Undefined when it did. */
  async add({ id, corsOrigins }: Environment, max: number, noted: Noted): Promise<Refusal | undefined> {
    const [projectId = "", name = ""] = id.split("/");
    return this.#oneAfterTheOther(async (tx) => {
      const projects = await tx.select({ id: project.id }).from(project).where(eq(project.id, projectId));
      if (projects.length === 0) return "no_project";
      const [found] = await tx.select({ number: count() }).from(environment);
      if ((found?.number ?? 0) >= max) return "too_many";
      const row = { id, projectId, name, corsOrigins: corsOrigins ?? null };
      const added = await tx.insert(environment).values(row).onConflictDoNothing().returning({ id: environment.id });
      if (added.length === 0) return "exists";
      await noted(tx);
      return undefined;
    });
  }

  /** Adds an environment and its project where they are not there yet. */
  async ensure(id: EnvironmentId): Promise<void> {
    const [projectId = "", name = ""] = id.split("/");
    await this.#database.transaction(async (tx) => {
      await tx.insert(project).values({ id: projectId }).onConflictDoNothing();
      await tx.insert(environment).values({ id, projectId, name }).onConflictDoNothing();
    });
  }

  /** Changes whose pages may call. Undefined when there is no such environment. */
  async setCorsOrigins(
    id: EnvironmentId,
    corsOrigins: readonly string[] | undefined,
    noted: Noted,
  ): Promise<Environment | undefined> {
    return this.#database.transaction(async (tx) => {
      const change = { corsOrigins: corsOrigins ?? null };
      const [row] = await tx.update(environment).set(change).where(eq(environment.id, id)).returning();
      if (row === undefined) return undefined;
      await noted(tx);
      return toEnvironment(row);
    });
  }

  /** Two at once would each find the last place. */
  #oneAfterTheOther<Result>(work: (tx: Executor) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(hashtext('environment'), 0)`);
      return work(tx);
    });
  }
}

function toEnvironment({ id, corsOrigins }: typeof environment.$inferSelect): Environment {
  return { id, corsOrigins: corsOrigins ?? undefined };
}
