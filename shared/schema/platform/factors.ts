// Request and response shapes of second factors, passkeys, challenges and their policy.
import { z } from "zod";
import { PlainText } from "./text.ts";

/** How a challenge can be answered. */
export const CHALLENGE_METHODS = ["totp", "recovery-code", "passkey", "email-code"] as const;
export const ChallengeMethod = z.enum(CHALLENGE_METHODS).meta({ id: "ChallengeMethod" });
export type ChallengeMethod = z.infer<typeof ChallengeMethod>;

/** Most passkeys of one player. */
export const MAX_PASSKEYS = 10;

/** Longest text of one member of a passkey's answer, in characters. Real ones have at most some thousand. */
const MAX_PASSKEY_TEXT = 16_384;
const base64Url = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/, "use base64url without padding");

/** The code of an authenticator app, a recovery code or a code by mail, as the player typed it. */
const Code = z.string().min(1).max(64).meta({ example: "287082" });

/** What every answer of a browser to a passkey ceremony has. Members that are not named here are ignored. */
const credential = {
  id: base64Url(1_366),
  rawId: base64Url(1_366),
  type: z.literal("public-key"),
};

/** `PublicKeyCredential.toJSON()` of `navigator.credentials.create()` (WebAuthn level 3, RegistrationResponseJSON). */
export const PasskeyCreation = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64Url(MAX_PASSKEY_TEXT),
      attestationObject: base64Url(MAX_PASSKEY_TEXT),
      transports: z.array(z.string().max(32)).max(8).optional(),
    }),
  })
  .meta({ id: "PasskeyCreation" });
export type PasskeyCreation = z.infer<typeof PasskeyCreation>;

/** `PublicKeyCredential.toJSON()` of `navigator.credentials.get()` (WebAuthn level 3, AuthenticationResponseJSON). */
export const PasskeyAssertion = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64Url(MAX_PASSKEY_TEXT),
      authenticatorData: base64Url(MAX_PASSKEY_TEXT),
      signature: base64Url(MAX_PASSKEY_TEXT),
      userHandle: base64Url(128).nullish(),
    }),
  })
  .meta({ id: "PasskeyAssertion" });
export type PasskeyAssertion = z.infer<typeof PasskeyAssertion>;

/** The `publicKey` member for `navigator.credentials`, as JSON: give it to `PublicKeyCredential.parse…OptionsFromJSON`. */
export const PasskeyOptions = z
  .looseObject({ challenge: z.string() })
  .meta({ id: "PasskeyOptions", description: "The publicKey options of navigator.credentials, as JSON." });
export type PasskeyOptions = z.infer<typeof PasskeyOptions>;

const rememberDevice = z
  .boolean()
  .optional()
  .meta({ description: "Do not ask for a second factor on this device for 30 days. Needs a device id at sign-in." });

/** `POST /v1/auth/challenges/{challengeId}`, and the same for elevation. */
export const ChallengeAnswer = z
  .discriminatedUnion("method", [
    z.strictObject({ method: z.literal("totp"), code: Code, rememberDevice }),
    z.strictObject({ method: z.literal("recovery-code"), code: Code, rememberDevice }),
    z.strictObject({ method: z.literal("email-code"), code: Code, rememberDevice }),
    z.strictObject({ method: z.literal("passkey"), response: PasskeyAssertion, rememberDevice }),
  ])
  .meta({ id: "ChallengeAnswer" });
export type ChallengeAnswer = z.infer<typeof ChallengeAnswer>;

/** What must be answered; `expiresIn` is in seconds. Also the member `challenge` of the problem `auth.step_up_required`. */
export const StepUpChallenge = z
  .object({ challengeId: z.uuid(), methods: z.array(ChallengeMethod), expiresIn: z.int().positive() })
  .meta({ id: "StepUpChallenge" });
export type StepUpChallenge = z.infer<typeof StepUpChallenge>;

/** A code was mailed; `codeLength` characters, good for `expiresIn` seconds. */
export const ChallengeCodeSent = z
  .object({ expiresIn: z.int().positive(), codeLength: z.int().positive() })
  .meta({ id: "ChallengeCodeSent" });
export type ChallengeCodeSent = z.infer<typeof ChallengeCodeSent>;

/** The session may change how its player is protected, for `expiresIn` seconds. */
export const Elevation = z.object({ expiresIn: z.int().positive() }).meta({ id: "Elevation" });
export type Elevation = z.infer<typeof Elevation>;

/** `POST /v1/auth/passkey`. */
export const PasskeySignInRequest = z
  .strictObject({
    response: PasskeyAssertion,
    deviceName: PlainText.trim().min(1).max(64).optional(),
    deviceId: z.string().min(8).max(128).optional(),
  })
  .meta({ id: "PasskeySignInRequest" });
export type PasskeySignInRequest = z.infer<typeof PasskeySignInRequest>;

/** A passkey of a player. */
export const Passkey = z
  .object({
    passkeyId: z.string(),
    name: z.string(),
    isSynced: z.boolean().meta({ description: "Whether it lives on several devices of its owner." }),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().optional(),
  })
  .meta({ id: "Passkey" });
export type Passkey = z.infer<typeof Passkey>;

/** `POST /v1/player/me/passkeys`. */
export const AddPasskeyRequest = z
  .strictObject({ response: PasskeyCreation, name: PlainText.trim().min(1).max(64).meta({ example: "My phone" }) })
  .meta({ id: "AddPasskeyRequest" });
export type AddPasskeyRequest = z.infer<typeof AddPasskeyRequest>;

/** `GET /v1/player/me/factors`. */
export const Factors = z
  .object({
    totp: z.object({ createdAt: z.iso.datetime() }).optional(),
    passkeys: z.array(Passkey),
    recoveryCodesLeft: z.int().nonnegative(),
    methods: z.array(ChallengeMethod).meta({ description: "How a challenge could be answered now." }),
  })
  .meta({ id: "Factors" });
export type Factors = z.infer<typeof Factors>;

/** A secret for an authenticator app, not in force before it is confirmed by a code; `expiresIn` is in seconds. */
export const TotpSetup = z
  .object({ secret: z.string(), uri: z.string(), expiresIn: z.int().positive() })
  .meta({ id: "TotpSetup" });
export type TotpSetup = z.infer<typeof TotpSetup>;

/** `POST /v1/player/me/totp/confirm`. */
export const ConfirmTotpRequest = z.strictObject({ code: Code }).meta({ id: "ConfirmTotpRequest" });
export type ConfirmTotpRequest = z.infer<typeof ConfirmTotpRequest>;

/** New recovery codes, shown this once. Older ones are void. */
export const RecoveryCodes = z.object({ codes: z.array(z.string()) }).meta({ id: "RecoveryCodes" });
export type RecoveryCodes = z.infer<typeof RecoveryCodes>;

/** What an environment asks of sign-ins, and whom its passkeys are made for. */
export const FactorPolicy = z
  .strictObject({
    /** Which odd sign-ins are challenged. */
    anomalies: z.strictObject({
      new_device: z.boolean(),
      new_country: z.boolean(),
      impossible_travel: z.boolean(),
      many_failures: z.boolean(),
    }),
    /** Whether a player with a second factor must show it on devices that were not remembered. */
    isSecondFactorRequired: z.boolean(),
    /** Null: as the platform is configured. */
    passkeys: z
      .strictObject({
        rpId: z
          .string()
          .max(253)
          .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, "must be a domain in lower case, e.g. play.example.com"),
        rpName: PlainText.trim().min(1).max(64),
        origins: z
          .array(
            z
              .string()
              .max(300)
              .regex(
                /^(https:\/\/|http:\/\/localhost|android:apk-key-hash:)[!-~]*$/,
                "must be https, or an Android key hash",
              ),
          )
          .min(1)
          .max(20),
      })
      .nullable(),
  })
  .meta({ id: "FactorPolicy" });
export type FactorPolicy = z.infer<typeof FactorPolicy>;
