// What becomes of profiles and past names when two players become one.
import { and, eq } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Executor } from "../db/database.ts";
import { displayNameChange, profile } from "./schema.ts";

/** Two players of one environment, of whom `into` stays. */
interface Merge {
  readonly into: string;
  readonly from: string;
}

/** Profiles in a merge: there is nothing to choose. Whoever stays keeps the own profile, and without one gets the other's. */
export function profileModule() {
  return {
    name: "profile",
    tables: ["profile", "display_name_change"],
    rules: ["keep-own"],
    merge: async (environmentId: EnvironmentId, { into, from }: Merge, tx: Executor): Promise<void> => {
      const ofPlayer = (playerId: string) =>
        and(eq(profile.environmentId, environmentId), eq(profile.playerId, playerId));
      const own = await tx.select({ version: profile.version }).from(profile).where(ofPlayer(into));
      if (own.length === 0) await tx.update(profile).set({ playerId: into }).where(ofPlayer(from));
      else await tx.delete(profile).where(ofPlayer(from));
      // Both are the names that this person was known by.
      await tx
        .update(displayNameChange)
        .set({ playerId: into })
        .where(and(eq(displayNameChange.environmentId, environmentId), eq(displayNameChange.playerId, from)));
    },
  } as const;
}
