// Bans: request and response shapes, for operators.
import { z } from "zod";
import { PlayerSession } from "./sessions.ts";

/** Longest reason and appeal note of a ban, in characters. */
export const BAN_REASON_MAX_LENGTH = 500;
export const APPEAL_NOTE_MAX_LENGTH = 1_000;

/** Most bans on one page. */
export const BANS_PAGE_MAX = 100;

/** Whom a ban is for. A device is named by one of its sessions, since nobody but the device knows its secret. */
export const BanTarget = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("account"), playerId: z.uuid() }),
    z.strictObject({ kind: z.literal("device"), sessionId: z.uuid() }),
    z.strictObject({
      kind: z.literal("address"),
      range: z.string().min(2).max(64).meta({
        description: "An address or a range: IPv4 from /8 to /32, IPv6 from /19 to /64; an IPv6 address is its /64.",
        example: "203.0.113.0/24",
      }),
    }),
  ])
  .meta({ id: "BanTarget" });
export type BanTarget = z.infer<typeof BanTarget>;

const reason = z.string().trim().min(1).max(BAN_REASON_MAX_LENGTH).meta({ description: "The player reads it." });
const appealNote = z
  .string()
  .trim()
  .min(1)
  .max(APPEAL_NOTE_MAX_LENGTH)
  .meta({ description: "How to appeal, or what became of an appeal. The player reads it." });
const expiresAt = z.iso.datetime({ offset: true }).meta({ description: "When it ends by itself, RFC 3339." });

/** `POST /v1/bans`. Without `expiresAt` it stays until it is lifted. */
export const BanRequest = z
  .strictObject({ target: BanTarget, reason, appealNote: appealNote.optional(), expiresAt: expiresAt.optional() })
  .meta({
    id: "BanRequest",
    example: { target: { kind: "address", range: "203.0.113.0/24" }, reason: "Cheating in ranked matches" },
  });
export type BanRequest = z.infer<typeof BanRequest>;

/** `PATCH /v1/bans/{banId}`: what is left out stays, and null takes it away. */
export const BanChange = z
  .strictObject({
    reason: reason.optional(),
    appealNote: appealNote.nullable().optional(),
    expiresAt: expiresAt.nullable().optional(),
  })
  .meta({ id: "BanChange" });
export type BanChange = z.infer<typeof BanChange>;

/** A ban, as operators see it. */
export const Ban = z
  .object({
    banId: z.uuid(),
    kind: z.enum(["account", "device", "address"]),
    playerId: z.uuid().optional(),
    range: z.string().optional(),
    reason: z.string(),
    appealNote: z.string().optional(),
    createdAt: z.iso.datetime(),
    createdBy: z.string(),
    expiresAt: z.iso.datetime().optional(),
    liftedAt: z.iso.datetime().optional(),
    liftedBy: z.string().optional(),
    isActive: z.boolean(),
  })
  .meta({ id: "Ban" });
export type Ban = z.infer<typeof Ban>;

/** `GET /v1/bans`, the newest first; `next` is there when there are more. */
export const BanPage = z.object({ bans: z.array(Ban), next: z.uuid().optional() }).meta({ id: "BanPage" });
export type BanPage = z.infer<typeof BanPage>;

/** `GET /v1/players/{playerId}/sessions`, for operators. */
export const OperatorSessionList = z
  .object({ sessions: z.array(PlayerSession.omit({ isCurrent: true })) })
  .meta({ id: "OperatorSessionList" });
export type OperatorSessionList = z.infer<typeof OperatorSessionList>;
