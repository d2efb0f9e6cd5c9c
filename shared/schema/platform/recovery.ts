// Request and response shapes of codes by mail: signing in by one, forgotten passwords, and the player's address.
import { z } from "zod";

/** Longest mail address, in characters (RFC 5321, section 4.5.3.1.3, without the brackets). */
export const MAX_MAIL_ADDRESS_LENGTH = 254;

/**
 * One mail address in ASCII, a part of what RFC 5321 allows: letters that look alike in another script cannot pass for
 * it. Domains of other scripts are written in Punycode.
 */
export const MailAddress = z
  .string()
  .max(MAX_MAIL_ADDRESS_LENGTH)
  .regex(
    /^(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/,
    "use one plain mail address, e.g. ada@example.com",
  )
  .meta({ id: "MailAddress", example: "ada@example.com" });

const Locale = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$/, "use a language tag, e.g. de or de-CH")
  .meta({ description: "The language of the mail. When left out, Accept-Language decides.", example: "de" });

const CodeId = z.uuid().meta({ description: "The id that asking for the code was answered with." });

const Code = z
  .string()
  .min(1)
  .max(32)
  .meta({ description: "The code as it was typed. Case, spaces and hyphens do not matter.", example: "K7QF-2M9P" });

/** `POST /v1/auth/email/start`, `POST /v1/auth/password/reset/start`, `PUT /v1/player/me/email`. */
export const MailCodeRequest = z
  .strictObject({ email: MailAddress, locale: Locale.optional() })
  .meta({ id: "MailCodeRequest" });
export type MailCodeRequest = z.infer<typeof MailCodeRequest>;

/** The same for every address, whether an account has it or not. `expiresIn` is in seconds. */
export const MailCodeResponse = z
  .object({
    codeId: CodeId,
    expiresIn: z.int().positive(),
    codeLength: z.int().positive().meta({ description: "Characters of the code, without hyphens." }),
  })
  .meta({ id: "MailCodeResponse" });
export type MailCodeResponse = z.infer<typeof MailCodeResponse>;

/** The proof of the way in `email-code`, and what confirms an address or takes a change back. */
export const MailCodeProof = z.strictObject({ codeId: CodeId, code: Code }).meta({ id: "MailCodeProof" });
export type MailCodeProof = z.infer<typeof MailCodeProof>;

/** `POST /v1/auth/password/reset/finish`. What makes a password good enough is decided where it is set. */
export const PasswordResetRequest = z
  .strictObject({ codeId: CodeId, code: Code, newPassword: z.string().min(1).max(1_024) })
  .meta({ id: "PasswordResetRequest" });
export type PasswordResetRequest = z.infer<typeof PasswordResetRequest>;

/** `GET /v1/player/me/email`: the player's proven address, absent when there is none. */
export const PlayerEmailResponse = z.object({ email: z.string().optional() }).meta({ id: "PlayerEmailResponse" });
export type PlayerEmailResponse = z.infer<typeof PlayerEmailResponse>;
