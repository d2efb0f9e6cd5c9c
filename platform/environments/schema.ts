// The tables of projects and environments.
import { jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";

/** A project: one game of a studio. */
export const project = pgTable("project", {
  id: text("id").primaryKey(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
});

/** An environment of a project, such as dev or live. The id is `<project>/<name>`; the database checks it. */
export const environment = pgTable("environment", {
  id: text("id").$type<EnvironmentId>().primaryKey(),
  projectId: text("project_id")
    .notNull()
    .references(() => project.id),
  name: text("name").notNull(),
  corsOrigins: jsonb("cors_origins").$type<readonly string[]>(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
});
