// Reads projects and environments.
import { asc } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database } from "../db/database.ts";
import { environment } from "./schema.ts";

/** An environment and its settings. */
export interface Environment {
  readonly id: EnvironmentId;
  /** Web origins that may call; undefined is whatever the platform is configured with. */
  readonly corsOrigins: readonly string[] | undefined;
}

/** Environments. Throws `service.unavailable` while the database is away. */
export class EnvironmentStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Every environment, by id. */
  async all(): Promise<Environment[]> {
    const rows = await this.#database.query((db) => db.select().from(environment).orderBy(asc(environment.id)));
    return rows.map(({ id, corsOrigins }) => ({ id, corsOrigins: corsOrigins ?? undefined }));
  }
}
