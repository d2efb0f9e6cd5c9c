// What a client sends to prove who it is, one shape for each kind of provider.
import { z } from "zod";
import { GuestSignInRequest } from "./accounts.ts";

/** Longest token, ticket or code that a proof may hold, in characters. An XSTS token has a few thousand. */
export const MAX_TOKEN_LENGTH = 16_384;

const JWT_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const BASE64_SHAPE = /^[A-Za-z0-9+/]+={0,2}$/;

const token = z.string().min(1).max(MAX_TOKEN_LENGTH);
const jwt = token.regex(JWT_SHAPE, "must be a JWT in compact form: three parts of base64url, divided by dots");
const code = z
  .string()
  .max(4_096)
  .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces: the code exactly as the provider gave it");
const nonce = z
  .string()
  .max(128)
  .regex(/^[\x21-\x7e]{16,}$/, "must be 16 to 128 printable ASCII characters without spaces, made up for this sign-in");

/** A guest's proof: the secret of the device. */
export const GuestProof = GuestSignInRequest.meta({ id: "GuestProof" });
export type GuestProof = z.infer<typeof GuestProof>;

/** An ID token (OpenID Connect Core 1.0) that an SDK of the provider gave to the client, for the nonce that the client made up. */
export const IdTokenProof = z.strictObject({ idToken: jwt, nonce: nonce.optional() }).meta({ id: "IdTokenProof" });
export type IdTokenProof = z.infer<typeof IdTokenProof>;

/**
 * An authorization code with the PKCE verifier (RFC 7636) of its request. `redirectUri` is the one of that request;
 * `clientId` too, where the environment has several; `issuer` is the answer's `iss` (RFC 9207), where it had one.
 */
export const AuthorizationCodeProof = z
  .strictObject({
    code,
    codeVerifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, "must be 43 to 128 of A-Z, a-z, 0-9 and -._~"),
    redirectUri: z.string().min(1).max(512),
    clientId: z.string().min(1).max(255).optional(),
    nonce: nonce.optional(),
    issuer: z.string().max(512).optional(),
  })
  .meta({ id: "AuthorizationCodeProof" });
export type AuthorizationCodeProof = z.infer<typeof AuthorizationCodeProof>;

/** Steam: what `GetAuthTicketForWebApi` gave to the game, in hexadecimal. */
export const SteamTicketProof = z
  .strictObject({ ticket: z.string().regex(/^(?:[0-9a-fA-F]{2}){1,2560}$/, "must be 1 to 2560 bytes in hexadecimal") })
  .meta({ id: "SteamTicketProof" });
export type SteamTicketProof = z.infer<typeof SteamTicketProof>;

/** Steam in a browser: every `openid.…` parameter of the URL that Steam sent the player back to. */
export const SteamOpenIdProof = z
  .strictObject({ parameters: z.record(z.string().max(64), z.string().max(2_048)) })
  .refine(({ parameters }) => Object.keys(parameters).length <= 32, "must have at most 32 parameters")
  .meta({ id: "SteamOpenIdProof" });
export type SteamOpenIdProof = z.infer<typeof SteamOpenIdProof>;

/** Google Play Games: the code of `requestServerSideAccess`. */
export const GooglePlayGamesProof = z.strictObject({ code }).meta({ id: "GooglePlayGamesProof" });
export type GooglePlayGamesProof = z.infer<typeof GooglePlayGamesProof>;

/** Game Center: what `fetchItems(forIdentityVerificationSignature:)` gave, bytes in base64, and the player it is about. */
export const GameCenterProof = z
  .strictObject({
    playerId: z
      .string()
      .max(255)
      .regex(/^[\x21-\x7e]+$/, "must be the player's teamPlayerID"),
    bundleId: z.string().min(1).max(255),
    publicKeyUrl: z.url().max(255),
    timestampMs: z.int().min(0).meta({ description: "The signature's timestamp, in milliseconds since 1970." }),
    salt: z.string().max(128).regex(BASE64_SHAPE, "must be base64"),
    signature: z.string().max(1_024).regex(BASE64_SHAPE, "must be base64"),
  })
  .meta({ id: "GameCenterProof" });
export type GameCenterProof = z.infer<typeof GameCenterProof>;

/** PlayStation Network: the authorization code that the console gave to the game. */
export const PsnProof = z.strictObject({ code }).meta({ id: "PsnProof" });
export type PsnProof = z.infer<typeof PsnProof>;

/** Xbox: the whole `Authorization` header that the console made for this platform, `XBL3.0 x=<user hash>;<token>`. */
export const XboxProof = z
  .strictObject({
    authorization: token.regex(
      /^XBL3\.0 x=\d{1,20};[\w.-]+$/,
      'must be "XBL3.0 x=", one user\'s hash, ";" and the token',
    ),
  })
  .meta({ id: "XboxProof" });
export type XboxProof = z.infer<typeof XboxProof>;

/** A studio's own signed token (a JWT). */
export const CustomTokenProof = z.strictObject({ token: jwt }).meta({ id: "CustomTokenProof" });
export type CustomTokenProof = z.infer<typeof CustomTokenProof>;
