// Request and response shapes of matchmaking.
import { z } from "zod";

/** A game mode's name: the name a room class is registered under. */
export const ModeName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "use 1 to 32 of a-z, 0-9 and -, beginning with a letter");

/** `POST /v1/matchmaking/join`. */
export const JoinMatchmakingRequest = z
  .strictObject({ mode: ModeName.meta({ example: "arena" }) })
  .meta({ id: "JoinMatchmakingRequest" });
export type JoinMatchmakingRequest = z.infer<typeof JoinMatchmakingRequest>;

/** Where to play: connect to `endpoint`, join `roomId`, and show `ticket` once, within its short life. */
export const Assignment = z
  .object({ endpoint: z.string(), roomId: z.string(), ticket: z.string() })
  .meta({ id: "Assignment" });
export type Assignment = z.infer<typeof Assignment>;

/** A matchmaking ticket: `assignment` is there when `status` is `matched`. */
export const MatchmakingStatus = z
  .object({ ticketId: z.uuid(), status: z.enum(["queued", "matched"]), assignment: Assignment.optional() })
  .meta({ id: "MatchmakingStatus" });
export type MatchmakingStatus = z.infer<typeof MatchmakingStatus>;
