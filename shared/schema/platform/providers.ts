// The ways in of an environment, as its operators configure them: one JSON document, checked as a whole.
import { z } from "zod";

/** Most ways in that an environment may have. */
export const MAX_PROVIDERS = 32;

/** A way in's name: a sign-in says it, and identities are kept under it. */
const providerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "use 1 to 32 of a-z, 0-9 and -, beginning with a letter");

/** Names of ways in that other modules bring; a document cannot take them. */
export const RESERVED_PROVIDERS: readonly string[] = ["password", "email", "email-code", "passkey"];

const url = z
  .url({ protocol: /^https?$/, error: "must be a URL with https:" })
  .max(512)
  .refine((value) => !URL.canParse(value) || !/[@#]/.test(value), "must have no credentials and no fragment");
const secret = z.string().min(1).max(4_096);
const clientId = z.string().min(1).max(255);
const seconds = (min: number, max: number, fallback: number) => z.int().min(min).max(max).default(fallback);
const algorithms = z
  .array(z.enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]))
  .min(1)
  .max(10);
const pem = (label: string) =>
  z
    .string()
    .max(16_384)
    .regex(new RegExp(`^-----BEGIN ${label}-----\\s[\\s\\S]+-----END ${label}-----\\s*$`), `must be PEM with ${label}`);

/** Under which name identities are kept; the way in's own name where it is left out. Two ways in to one provider share it. */
const namespace = providerName.optional();

const Guest = z.strictObject({ kind: z.literal("guest"), namespace });

const Oidc = z.strictObject({
  kind: z.literal("oidc"),
  namespace,
  /** The issuer, exactly as its discovery document spells it. */
  issuer: url,
  /** Other spellings of the issuer that its tokens have. */
  acceptedIssuers: z.array(z.string().min(1).max(512)).max(4).optional(),
  /** Audiences of its tokens: one for each app. Codes are exchanged as the first, unless the proof says which. */
  clientIds: z.array(clientId).min(1).max(16),
  clientSecret: secret.optional(),
  clientAuthentication: z.enum(["post", "basic"]).default("post"),
  /** Instead of a client secret: Apple's key, with which one is signed for each exchange. */
  appleKey: z
    .strictObject({
      teamId: z.string().min(1).max(32),
      keyId: z.string().min(1).max(32),
      privateKey: pem("PRIVATE KEY"),
    })
    .optional(),
  /** Where codes may have been sent. None means that codes are not taken. */
  redirectUris: z.array(z.url().max(512)).max(16).optional(),
  algorithms: algorithms.optional(),
  /** Whether an ID token must have been asked for with a nonce. One that has a nonce must be proven with it in any case. */
  nonce: z.enum(["required", "optional"]).default("required"),
  /** Oldest ID token that is taken, by when it was issued. */
  maxAgeSeconds: seconds(30, 86_400, 3_600),
});

const SteamTicket = z.strictObject({
  kind: z.literal("steam-ticket"),
  namespace: providerName.default("steam"),
  appId: z.int().min(1).max(4_294_967_295),
  publisherKey: z.string().regex(/^[0-9A-Fa-f]{32}$/, "must be the publisher's Web API key: 32 hexadecimal digits"),
  /** What the game passes to `GetAuthTicketForWebApi`: tickets that were made for somebody else are refused. */
  identity: z.string().min(1).max(128),
  endpoint: url.default("https://partner.steam-api.com"),
  refuses: z
    .array(z.enum(["publisher-banned", "vac-banned", "borrowed"]))
    .max(3)
    .default(["publisher-banned"]),
});

const SteamOpenId = z.strictObject({
  kind: z.literal("steam-openid"),
  namespace: providerName.default("steam"),
  /** Where Steam may have sent the player back to, without the query. */
  returnTo: z.array(url).min(1).max(16),
  endpoint: url.default("https://steamcommunity.com/openid/login"),
});

const GooglePlayGames = z.strictObject({
  kind: z.literal("google-play-games"),
  namespace,
  applicationId: z.string().regex(/^\d{1,24}$/, "must be the number of the game in the Play Console"),
  clientId,
  clientSecret: secret,
  redirectUri: z.string().max(512).default(""),
  tokenUrl: url.default("https://oauth2.googleapis.com/token"),
  endpoint: url.default("https://games.googleapis.com"),
});

const GameCenter = z.strictObject({
  kind: z.literal("game-center"),
  namespace,
  bundleIds: z.array(z.string().min(1).max(255)).min(1).max(16),
  /** Beginnings of the addresses that Apple's certificates are taken from. */
  certificateUrls: z.array(url).min(1).max(4).default(["https://static.gc.apple.com/public-key/"]),
  /** Certificates that one of Apple's must be issued by. None means that TLS to the address above is what vouches for it. */
  trustedIssuers: z.array(pem("CERTIFICATE")).max(8).optional(),
  maxAgeSeconds: seconds(30, 3_600, 600),
});

const Psn = z.strictObject({
  kind: z.literal("psn"),
  namespace,
  clientId,
  clientSecret: secret,
  redirectUri: z.string().min(1).max(512),
  tokenUrl: url,
  jwksUrl: url,
  issuer: z.string().min(1).max(512),
  /** Numbers of the networks whose accounts are let in, by the token's `env_iss_id`. None means that it is not looked at. */
  networks: z.array(z.int().min(0).max(65_535)).min(1).max(8).optional(),
  subjectClaim: z.string().min(1).max(64).default("sub"),
  algorithms: algorithms.optional(),
  maxAgeSeconds: seconds(30, 86_400, 3_600),
});

const Xbox = z.strictObject({
  kind: z.literal("xbox"),
  namespace,
  /** The relying party of the environment's service, which is the audience of its tokens. */
  relyingParty: z.string().min(1).max(255),
  issuer: z.string().min(1).max(255).default("xsts.auth.xboxlive.com"),
  /** Private keys of the certificate that tokens are encrypted for; several while one is replaced by another. */
  privateKeys: z.array(pem("PRIVATE KEY")).min(1).max(4),
  /** Beginnings of the addresses that Xbox' signing certificates are taken from. */
  certificateUrls: z
    .array(url)
    .min(1)
    .max(4)
    .default(["https://xsts.xboxlive.com/", "https://xsts.auth.xboxlive.com/"]),
  /** Which claim of a user is the lasting name: `xid` is the XUID, `ptx` the publisher's own. */
  subjectClaim: z.enum(["xid", "ptx"]).default("xid"),
  /** The only sandbox whose accounts are let in, by the token's `sbx`. None means that it is not looked at. */
  sandbox: z.string().min(1).max(32).optional(),
  maxAgeSeconds: seconds(30, 86_400, 57_600),
});

const Custom = z
  .strictObject({
    kind: z.literal("custom"),
    namespace,
    issuer: z.string().min(1).max(512),
    audience: z.string().min(1).max(512),
    /** One of the three says whose signature is taken: a published key set, keys in here, or a shared secret (HS256). */
    jwksUrl: url.optional(),
    jwks: z
      .strictObject({
        keys: z
          .array(z.looseObject({ kty: z.enum(["RSA", "EC", "OKP"]) }))
          .min(1)
          .max(8),
      })
      .optional(),
    sharedSecret: secret.min(32).optional(),
    algorithms: algorithms.optional(),
    maxAgeSeconds: seconds(30, 3_600, 300),
  })
  .refine(
    ({ jwksUrl, jwks, sharedSecret }) =>
      [jwksUrl, jwks, sharedSecret].filter((given) => given !== undefined).length === 1,
    "must have exactly one of jwksUrl, jwks and sharedSecret",
  );

/** How one way in is configured. `kind` says which of the shapes it has. */
export const ProviderConfig = z.discriminatedUnion("kind", [
  Guest,
  Oidc,
  SteamTicket,
  SteamOpenId,
  GooglePlayGames,
  GameCenter,
  Psn,
  Xbox,
  Custom,
]);
export type ProviderConfig = z.infer<typeof ProviderConfig>;
export type OidcConfig = z.infer<typeof Oidc>;
export type SteamTicketConfig = z.infer<typeof SteamTicket>;
export type SteamOpenIdConfig = z.infer<typeof SteamOpenId>;
export type GooglePlayGamesConfig = z.infer<typeof GooglePlayGames>;
export type GameCenterConfig = z.infer<typeof GameCenter>;
export type PsnConfig = z.infer<typeof Psn>;
export type XboxConfig = z.infer<typeof Xbox>;
export type CustomConfig = z.infer<typeof Custom>;

/** The ways in of an environment by their names. Ways in share a namespace only when the same authority names people in both. */
export const ProvidersDocument = z.record(providerName, ProviderConfig).superRefine((document, context) => {
  const entries = Object.entries(document);
  if (entries.length > MAX_PROVIDERS) {
    context.addIssue({ code: "custom", message: `must have at most ${MAX_PROVIDERS} ways in` });
  }
  const authorities = new Map<string, string>();
  for (const [name, config] of entries) {
    const kept = config.namespace ?? name;
    if (RESERVED_PROVIDERS.includes(name) || RESERVED_PROVIDERS.includes(kept)) {
      context.addIssue({ code: "custom", path: [name], message: "has the name of a way in that is built in" });
    }
    const authority = authorityOf(config);
    if ((authorities.get(kept) ?? authority) !== authority) {
      context.addIssue({
        code: "custom",
        path: [name, "namespace"],
        message: `"${kept}" holds the identities of another authority: two would be able to name the same person`,
      });
    }
    authorities.set(kept, authority);
  }
});
export type ProvidersDocument = z.infer<typeof ProvidersDocument>;

/** What an environment has that configured nothing: guests. */
export const DEFAULT_PROVIDERS: ProvidersDocument = { guest: { kind: "guest" } };

/** Fields whose values are secrets. An answer has `HIDDEN_SECRET` in their place, and a request may too, for the stored one. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set([
  "clientSecret",
  "privateKey",
  "privateKeys",
  "publisherKey",
  "sharedSecret",
]);

/** What stands for a secret that is not shown. */
export const HIDDEN_SECRET = "(secret)";

/** `GET /v1/providers`: the document, with `HIDDEN_SECRET` for every secret. */
export const ProvidersSettings = z
  .record(z.string(), z.looseObject({ kind: z.string() }))
  .meta({ id: "ProvidersSettings", example: { guest: { kind: "guest" } } });
export type ProvidersSettings = z.infer<typeof ProvidersSettings>;

/** `GET /v1/auth/providers`: what a client needs to offer the ways in of its environment. */
export const OfferedProviders = z
  .object({
    providers: z.array(
      z.object({
        provider: z.string(),
        kind: z.string(),
        issuer: z.string().optional(),
        clientIds: z.array(z.string()).optional(),
      }),
    ),
  })
  .meta({ id: "OfferedProviders" });
export type OfferedProviders = z.infer<typeof OfferedProviders>;

/** Who names the people that this way in lets in. */
function authorityOf(config: ProviderConfig): string {
  if (config.kind === "oidc" || config.kind === "custom" || config.kind === "psn")
    return `${config.kind} ${config.issuer}`;
  if (config.kind === "xbox") return `xbox ${config.subjectClaim}`;
  return config.kind.startsWith("steam-") ? "steam" : config.kind;
}
