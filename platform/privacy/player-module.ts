// What becomes of scheduled deletions when two players become one.
import { and, eq, inArray } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Executor } from "../db/database.ts";
import { playerDeletion } from "./schema.ts";

/** Deletions in a merge: whoever merges two players means to stay, so neither deletion does. */
export function deletionModule() {
  return {
    name: "deletion",
    tables: ["player_deletion"],
    rules: ["stay"],
    merge: async (
      environmentId: EnvironmentId,
      { into, from }: { readonly into: string; readonly from: string },
      tx: Executor,
    ): Promise<void> => {
      await tx
        .delete(playerDeletion)
        .where(and(eq(playerDeletion.environmentId, environmentId), inArray(playerDeletion.playerId, [into, from])));
    },
  } as const;
}
