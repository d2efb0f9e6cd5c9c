// Request and response shapes of passwords.
import { z } from "zod";
import { DeviceId, DeviceName } from "./identities.ts";

/** Shortest and longest password, in characters. */
export const PASSWORD_LENGTH = { min: 8, max: 128 } as const;

/** A password that somebody chooses; that it is hard to guess is checked apart. */
export const NewPassword = z.string().min(PASSWORD_LENGTH.min).max(PASSWORD_LENGTH.max).meta({
  description: "8 to 128 characters of any kind; what is easy to guess or on a list of stolen passwords is refused.",
});

/** A password as somebody remembers it: no bound but one that keeps requests small. */
export const GivenPassword = z.string().min(1).max(512);

/** The proof of the provider `password`. */
export const PasswordProof = z.strictObject({ email: z.string().min(3).max(254), password: GivenPassword });
export type PasswordProof = z.infer<typeof PasswordProof>;

/** `POST /v1/auth/password/sign-up`: `codeId` and `code` are those of `POST /v1/auth/email/start`. */
export const PasswordSignUpRequest = z
  .strictObject({
    codeId: z.string().min(1).max(128),
    code: z.string().min(1).max(128),
    password: NewPassword,
    deviceName: DeviceName.optional(),
    deviceId: DeviceId.optional(),
  })
  .meta({ id: "PasswordSignUpRequest" });
export type PasswordSignUpRequest = z.infer<typeof PasswordSignUpRequest>;

/** `PUT /v1/player/me/password`. */
export const ChangePasswordRequest = z
  .strictObject({ currentPassword: GivenPassword, newPassword: NewPassword })
  .meta({ id: "ChangePasswordRequest" });
export type ChangePasswordRequest = z.infer<typeof ChangePasswordRequest>;
