// Request and response shapes of sign-in.
import { z } from "zod";

/** Shortest and longest device id, in characters. */
export const DEVICE_ID_LENGTH = { min: 8, max: 128 } as const;

/** `POST /v1/auth/guest`: the same device id always gives the same player. */
export const GuestSignInRequest = z
  .strictObject({
    deviceId: z
      .string()
      .min(DEVICE_ID_LENGTH.min)
      .max(DEVICE_ID_LENGTH.max)
      .regex(/^[\x21-\x7e]+$/, "use printable ASCII without spaces")
      .meta({
        description: "A secret that this device made up and keeps.",
        example: "4f1c0b6e-1c55-4b0e-9d0e-0d5f3b8f2a11",
      }),
  })
  .meta({ id: "GuestSignInRequest" });
export type GuestSignInRequest = z.infer<typeof GuestSignInRequest>;

/**
 * A signed-in player. `accessToken` is a JWT for `Authorization: Bearer`; `refreshToken` is opaque, for `POST /v1/auth/refresh`
 * alone, once. Both times are in seconds.
 */
export const SignInResponse = z
  .object({
    playerId: z.uuid(),
    sessionId: z.uuid(),
    accessToken: z.string(),
    expiresIn: z.int().positive(),
    refreshToken: z.string(),
    refreshExpiresIn: z.int().positive(),
  })
  .meta({ id: "SignInResponse" });
export type SignInResponse = z.infer<typeof SignInResponse>;
