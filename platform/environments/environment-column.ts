// The column that says which environment a row belongs to.
import { text } from "drizzle-orm/pg-core";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";

/** The column that every table of an environment begins with. Its references are the database's, in the migrations. */
export const environmentColumn = () => text("environment_id").$type<EnvironmentId>().notNull();
