// Refresh tokens: opaque text for the client, which we can tell from a forgery without having kept it.
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Before every refresh token, so that people and scanners of leaked secrets know one when they see it. */
export const REFRESH_TOKEN_PREFIX = "gkr_";

const ID_BYTES = 16;
const GENERATION_BYTES = 4;
const SECRET_BYTES = 32;
const TAG_BYTES = 16;
const TOKEN_BYTES = ID_BYTES + GENERATION_BYTES + SECRET_BYTES + TAG_BYTES;
const KEY_BYTES = 32;

/** Length of every refresh token, in characters. */
export const REFRESH_TOKEN_LENGTH = REFRESH_TOKEN_PREFIX.length + Math.ceil((TOKEN_BYTES * 4) / 3);

/** What a refresh token says once it is taken apart. Nothing of it is proven before `isGenuine` says so. */
export interface RefreshToken {
  readonly sessionId: string;
  /** 0 for the token that the session began with, and one more at each rotation. */
  readonly generation: number;
  readonly secret: Buffer;
  readonly tag: Buffer;
  /** The token as it is sent. */
  readonly text: string;
}

/** A new key of a token family, 32 random bytes. It belongs to one session, and neither tells nor replaces its tokens. */
export function newFamilyKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** The first token of a session: its secret is random and kept nowhere. */
export function firstRefreshToken(sessionId: string, familyKey: Buffer): RefreshToken {
  return tokenOf(sessionId, 0, randomBytes(SECRET_BYTES), familyKey);
}

/**
 * The one token that can follow `token`, the same for every caller: two requests at once, or one that is sent again, cannot
 * make two. It takes the family key and the token itself, and either alone gives nothing.
 */
export function successorOf(token: RefreshToken, familyKey: Buffer): RefreshToken {
  const generation = token.generation + 1;
  const secret = keyed(familyKey, "successor", token.sessionId, generation, token.secret);
  return tokenOf(token.sessionId, generation, secret, familyKey);
}

/** Whether we made this token, of whichever generation: its tag is right. Takes the same time for every wrong one. */
export function isGenuine(token: RefreshToken, familyKey: Buffer): boolean {
  return timingSafeEqual(token.tag, tagOf(token.sessionId, token.generation, token.secret, familyKey));
}

/** Takes a refresh token apart; undefined for any other text, also for a second spelling of a token. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  if (text.length !== REFRESH_TOKEN_LENGTH || !text.startsWith(REFRESH_TOKEN_PREFIX)) return undefined;
  const bytes = Buffer.from(text.slice(REFRESH_TOKEN_PREFIX.length), "base64url");
  if (bytes.length !== TOKEN_BYTES || REFRESH_TOKEN_PREFIX + bytes.toString("base64url") !== text) return undefined;
  const secretAt = ID_BYTES + GENERATION_BYTES;
  return {
    sessionId: uuidOf(bytes.subarray(0, ID_BYTES)),
    generation: bytes.readUInt32BE(ID_BYTES),
    secret: bytes.subarray(secretAt, secretAt + SECRET_BYTES),
    tag: bytes.subarray(secretAt + SECRET_BYTES),
    text,
  };
}

/** What is stored in the place of a token: its SHA-256, in hex. A token has 256 random bits, so no salt is needed. */
export function hashOf(token: RefreshToken): string {
  return createHash("sha256").update(token.text).digest("hex");
}

function tokenOf(sessionId: string, generation: number, secret: Buffer, familyKey: Buffer): RefreshToken {
  const tag = tagOf(sessionId, generation, secret, familyKey);
  const bytes = Buffer.concat([idBytesOf(sessionId), generationBytesOf(generation), secret, tag]);
  return { sessionId, generation, secret, tag, text: REFRESH_TOKEN_PREFIX + bytes.toString("base64url") };
}

function tagOf(sessionId: string, generation: number, secret: Buffer, familyKey: Buffer): Buffer {
  return keyed(familyKey, "tag", sessionId, generation, secret).subarray(0, TAG_BYTES);
}

/** HMAC-SHA-256 (RFC 2104); every part but the purpose has a fixed length, so that no two inputs read alike. */
function keyed(key: Buffer, purpose: string, sessionId: string, generation: number, secret: Buffer): Buffer {
  return createHmac("sha256", key)
    .update(`gamekeeper refresh token ${purpose}\0`)
    .update(idBytesOf(sessionId))
    .update(generationBytesOf(generation))
    .update(secret)
    .digest();
}

function generationBytesOf(generation: number): Buffer {
  const bytes = Buffer.alloc(GENERATION_BYTES);
  bytes.writeUInt32BE(generation);
  return bytes;
}

function idBytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
