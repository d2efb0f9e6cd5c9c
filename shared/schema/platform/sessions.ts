// Sessions: request and response shapes, why one ends, and what game servers are told of it.
import { z } from "zod";

/** Why a session ended. Players read it in their list, game servers close connections by it. */
export const SESSION_END_REASONS = [
  /** The player signed out. */
  "signed_out",
  /** The player, or an operator for them, ended it from somewhere else. */
  "ended",
  /** The account, the device or the address was banned. */
  "banned",
  /** Something that signs the player in was changed: a password, an e-mail address, a factor. */
  "credentials_changed",
  /** An old refresh token was used again: somebody else has it. */
  "refresh_reused",
  /** The player has as many sessions as one may have, and began another. */
  "too_many",
  /** The account is being deleted, or was merged into another. */
  "account_closed",
] as const;

export const SessionEndReason = z.enum(SESSION_END_REASONS);
export type SessionEndReason = z.infer<typeof SessionEndReason>;

/** Longest text that is taken for a refresh token, in characters; ours have 95. */
const MAX_REFRESH_TOKEN_LENGTH = 256;

const RefreshToken = z.string().min(1).max(MAX_REFRESH_TOKEN_LENGTH).meta({
  description: "What signing in or the last refresh gave. It is used up by this.",
  example: "gkr_AAECAwQFBgcICQoLDA0ODwAAAAA…",
});

/** `POST /v1/auth/refresh`. Send it again when the answer was lost: for a few seconds the answer is the same. */
export const RefreshRequest = z.strictObject({ refreshToken: RefreshToken }).meta({ id: "RefreshRequest" });
export type RefreshRequest = z.infer<typeof RefreshRequest>;

/** `POST /v1/auth/sign-out`. */
export const SignOutRequest = z.strictObject({ refreshToken: RefreshToken }).meta({ id: "SignOutRequest" });
export type SignOutRequest = z.infer<typeof SignOutRequest>;

/** Longest name of a device, in characters. */
export const DEVICE_NAME_MAX_LENGTH = 64;

/** A living session, as its own player sees it. Times are RFC 3339. */
export const PlayerSession = z
  .object({
    sessionId: z.uuid(),
    provider: z.string().meta({ description: "How the player signed in, e.g. guest." }),
    deviceName: z.string().optional(),
    address: z.string().optional().meta({ description: "Where it was last used from; for IPv6 the /64 network." }),
    userAgent: z.string().optional(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().meta({ description: "When it ends if it is not used until then." }),
    isCurrent: z.boolean().meta({ description: "Whether this very request belongs to it." }),
  })
  .meta({ id: "PlayerSession" });
export type PlayerSession = z.infer<typeof PlayerSession>;

/** `GET /v1/sessions`, the last used first. */
export const PlayerSessionList = z.object({ sessions: z.array(PlayerSession) }).meta({ id: "PlayerSessionList" });
export type PlayerSessionList = z.infer<typeof PlayerSessionList>;

/** A session that has ended, as game servers are told: its id never comes back. */
export const EndedSession = z.object({ sessionId: z.uuid(), reason: SessionEndReason }).meta({ id: "EndedSession" });
export type EndedSession = z.infer<typeof EndedSession>;

/** Most ended sessions in one request to a game server. */
export const MAX_EVICTIONS_PER_REQUEST = 40;

/** Most ended sessions in the answer to one heartbeat; when there are more, the next heartbeat brings them. */
export const MAX_EVICTIONS_PER_HEARTBEAT = 1_000;

/**
 * `POST {controlUrl}/v1/evictions`, with the server credential: the platform tells a game server at once. Taking one twice
 * is no error, and one that is missed comes with a heartbeat's answer.
 */
export const EvictionRequest = z
  .strictObject({ sessions: z.array(EndedSession).min(1).max(MAX_EVICTIONS_PER_REQUEST) })
  .meta({ id: "EvictionRequest" });
export type EvictionRequest = z.infer<typeof EvictionRequest>;

/** How many clients an eviction closed. */
export const EvictionResponse = z.object({ closed: z.int().min(0) }).meta({ id: "EvictionResponse" });
export type EvictionResponse = z.infer<typeof EvictionResponse>;

/** Longest cursor, in characters. */
const MAX_CURSOR_LENGTH = 80;

/** Where a game server has read to in the platform's list of ended sessions. Opaque to it. */
export const EndedCursor = z
  .string()
  .max(MAX_CURSOR_LENGTH)
  .regex(
    /^\d{1,14}(\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/,
    "send back the cursor of the last answer, or none",
  );

/** The answer to a heartbeat: the sessions that ended since its cursor, and the next cursor. */
export const HeartbeatResponse = z
  .object({
    endedSessions: z.array(EndedSession).max(MAX_EVICTIONS_PER_HEARTBEAT),
    endedCursor: EndedCursor.optional().meta({
      description: "Send it with the next heartbeat; absent: send the last.",
    }),
    hasMore: z.boolean().meta({ description: "True when there are more: send the next heartbeat at once." }),
  })
  .meta({ id: "HeartbeatResponse" });
export type HeartbeatResponse = z.infer<typeof HeartbeatResponse>;
