// Request and response shapes of profiles: what players show of themselves, and what they keep for themselves.
import { z } from "zod";

/** Bounds of a display name, in characters as a reader counts them. */
export const DISPLAY_NAME_LENGTH = { min: 2, max: 24 } as const;

/** Most preferences of a player, and most custom fields that an environment may declare. */
export const MAX_PREFERENCES = 64;
export const MAX_PROFILE_FIELDS = 32;

/** Most words that an environment may forbid in names. */
export const MAX_BLOCKED_NAMES = 1_000;

/** Longest text in a custom field or preference, in characters. */
export const MAX_PROFILE_TEXT = 256;

/** Most bytes that the preferences, and the custom fields, of one player take as JSON. */
export const MAX_PROFILE_BYTES = 4_096;

/** The name of a preference or custom field. */
export const ProfileKey = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}$/, "use 1 to 32 of a-z, 0-9 and _, beginning with a letter");

/** Text that a database can hold: no half of a surrogate pair, and no U+0000. */
const storable = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine((text) => !text.includes("\u0000") && !/\p{Surrogate}/u.test(text), "must be Unicode text without U+0000");

/** A value of a preference or custom field. */
export const ProfileValue = z.union([storable(MAX_PROFILE_TEXT), z.number(), z.boolean()]);
export type ProfileValue = z.infer<typeof ProfileValue>;

/** The name of a picture that the game has: a reference and no address, so that looking at a player asks no stranger's server. */
export const AvatarReference = z
  .string()
  .max(128)
  .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, "use a-z and 0-9, divided by single . _ - or /, e.g. animals/fox-3")
  .meta({ example: "animals/fox-3" });

/** A language tag (BCP 47), as `Intl` knows it. */
export const Locale = z
  .string()
  .max(35)
  .refine(isLocale, "must be a BCP 47 language tag, e.g. en or pt-BR")
  .meta({ example: "pt-BR" });

/** A country (ISO 3166-1 alpha-2). */
export const Country = z
  .string()
  .regex(/^[A-Z]{2}$/, "must be two capital letters of ISO 3166-1, e.g. DE")
  .meta({ example: "DE" });

const Values = z.record(ProfileKey, ProfileValue);

/** How a custom field is declared: its type with its bounds, and whether other players see it. */
export const ProfileField = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("text"), isPublic: z.boolean(), maxLength: z.int().min(1).max(MAX_PROFILE_TEXT) }),
    z.strictObject({
      type: z.literal("integer"),
      isPublic: z.boolean(),
      min: z.int(),
      max: z.int(),
    }),
    z.strictObject({ type: z.literal("boolean"), isPublic: z.boolean() }),
    z.strictObject({
      type: z.literal("choice"),
      isPublic: z.boolean(),
      choices: z.array(storable(64)).min(1).max(64),
    }),
  ])
  .meta({ id: "ProfileField" });
export type ProfileField = z.infer<typeof ProfileField>;

/** What an environment says of profiles: its custom fields by name, and words that no display name may have. */
export const ProfileSettings = z
  .strictObject({
    fields: z
      .record(ProfileKey, ProfileField)
      .refine((fields) => Object.keys(fields).length <= MAX_PROFILE_FIELDS, `must have at most ${MAX_PROFILE_FIELDS}`),
    blockedNames: z
      .array(
        z
          .string()
          .max(34)
          // A check, and no pattern of the schema: not every reader of OpenAPI knows classes of Unicode.
          .refine(
            (word) => /^\*?\p{L}[\p{L}\p{M}]*\*?$/u.test(word),
            "must be one word of letters, with a * where any may follow or precede",
          ),
      )
      .max(MAX_BLOCKED_NAMES),
  })
  .meta({ id: "ProfileSettings" });
export type ProfileSettings = z.infer<typeof ProfileSettings>;

/** What other players see. Members that are not set are absent. */
export const PublicProfile = z
  .object({
    playerId: z.uuid(),
    displayName: z.string(),
    avatar: z.string().optional(),
    fields: Values,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "PublicProfile" });
export type PublicProfile = z.infer<typeof PublicProfile>;

/** An earlier name, and until when it was used. */
export const PreviousName = z.object({ displayName: z.string(), until: z.iso.datetime() }).meta({ id: "PreviousName" });
export type PreviousName = z.infer<typeof PreviousName>;

/** What the player sees. `version` goes up by one with every change; `previousNames` are newest first. */
export const MyProfile = z
  .object({
    playerId: z.uuid(),
    version: z.int().min(0),
    displayName: z.string(),
    avatar: z.string().optional(),
    locale: z.string().optional(),
    country: z.string().optional(),
    preferences: Values,
    fields: Values,
    previousNames: z.array(PreviousName),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "MyProfile" });
export type MyProfile = z.infer<typeof MyProfile>;

const Changes = z.record(ProfileKey, ProfileValue.nullable());

/** `PATCH /v1/player/me/profile`: what to change; `null` removes. `version` is the one that the change was made on. */
export const ProfileChange = z
  .strictObject({
    version: z.int().min(0).meta({ description: "The version that you read." }),
    displayName: z.string().min(1).max(128).optional(),
    avatar: AvatarReference.nullable().optional(),
    locale: Locale.nullable().optional(),
    country: Country.nullable().optional(),
    preferences: Changes.optional(),
    fields: Changes.optional(),
  })
  .meta({ id: "ProfileChange" });
export type ProfileChange = z.infer<typeof ProfileChange>;

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
