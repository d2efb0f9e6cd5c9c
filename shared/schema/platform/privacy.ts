// Response shapes of what players may do with all that is kept of them.
import { z } from "zod";

/** A deletion that is scheduled: until `deletesAt` the player may take it back. */
export const ScheduledDeletion = z
  .object({ playerId: z.uuid(), requestedAt: z.iso.datetime(), deletesAt: z.iso.datetime() })
  .meta({ id: "ScheduledDeletion" });
export type ScheduledDeletion = z.infer<typeof ScheduledDeletion>;
