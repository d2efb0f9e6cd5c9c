// The platform's environment: read once, checked as a whole, every mistake reported at once.
import { z } from "zod";
import { EnvironmentId } from "../shared/schema/platform/index.ts";
import { isNetwork } from "./http/client-address.ts";
import { RATE_POLICY_NAMES, type RateOverrides, type RatePolicyName } from "./http/rate-policies.ts";

/** Fewest characters a `SERVER_KEY` or `OPERATOR_KEY` may have: 32 random characters cannot be guessed over the network. */
export const SERVER_KEY_MIN_LENGTH = 32;

const DAY_MS = 86_400_000;

const port = (name: string, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, `must be a whole number from 0 to 65535; 0 takes any free port. Set ${name}=${fallback}`)
    .transform(Number)
    .refine((value) => value <= 65_535, `must be at most 65535. Set ${name}=${fallback}`)
    .default(fallback);

const wholeNumber = (name: string, min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}. Set ${name}=${fallback}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}. Set ${name}=${fallback}`)
    .default(fallback);

const perMinute = (name: string) =>
  z
    .string()
    .regex(/^\d{1,7}$/, `must be a whole number from 1 to 1000000. Set ${name}=300`)
    .transform(Number)
    .refine((value) => value >= 1 && value <= 1_000_000, `must be from 1 to 1000000. Set ${name}=300`);

const addressOf = (schemes: readonly string[], example: string) =>
  z.string().refine((value) => schemes.includes(schemeOf(value)), `must be a URL such as ${example}`);

/** Most requests a minute that a limit may be set to. */
const MAX_PER_MINUTE = 1_000_000_000;

const secret = (missing: string) =>
  z
    .string(missing)
    .min(
      SERVER_KEY_MIN_LENGTH,
      `must have at least ${SERVER_KEY_MIN_LENGTH} characters; make one with: openssl rand -hex 32`,
    )
    .regex(/^[\x21-\x7e]*$/, "must be printable ASCII without spaces; make one with: openssl rand -hex 32");

const databaseVariables = {
  DATA_DIR: z.string().default(".data"),
  DATABASE_URL: addressOf(
    ["postgres:", "postgresql:"],
    "postgres://user:password@localhost:5432/gamekeeper",
  ).optional(),
};

/** The sender of mails that go no further than a folder. No mail server would take it. */
const LOCAL_SENDER = "Gamekeeper <gamekeeper@localhost>";

const mailVariables = {
  SMTP_URL: addressOf(["smtp:", "smtps:"], "smtps://user:password@mail.example.com:465").optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^[^<>"\r\n]{1,80} <[^\s<>@]{1,64}@[^\s<>@]{1,190}>$/,
      "must be Name <address>, e.g. Arena <no-reply@example.com>",
    )
    .default(LOCAL_SENDER),
  ACCOUNT_PAGE_URL: addressOf(["http:", "https:"], "https://play.example.com/account")
    .regex(/^[^#]*$/, "must have no #, e.g. https://play.example.com/account")
    .optional(),
};

const Environment = z.object({
  ...databaseVariables,
  ...mailVariables,
  PLATFORM_PORT: port("PLATFORM_PORT", 8000),
  PLATFORM_HOST: z.string().default("0.0.0.0"),
  PLATFORM_OPS_PORT: port("PLATFORM_OPS_PORT", 8001),
  PLATFORM_OPS_HOST: z.string().default("127.0.0.1"),
  REDIS_URL: addressOf(["redis:", "rediss:"], "redis://localhost:6379").optional(),
  SERVER_KEY: secret(
    `is required: the secret shared with the game servers, at least ${SERVER_KEY_MIN_LENGTH} characters`,
  ),
  OPERATOR_KEY: secret("must be text").optional(),
  DEFAULT_ENVIRONMENT: z
    .string()
    .refine(
      (value) => EnvironmentId.safeParse(value).success,
      "must be <project>/<environment>. Set DEFAULT_ENVIRONMENT=demo/dev",
    )
    .default("demo/dev")
    .transform((value) => EnvironmentId.parse(value)),
  SESSION_IDLE_DAYS: wholeNumber("SESSION_IDLE_DAYS", 1, 3_650, 30),
  SESSION_MAX_DAYS: wholeNumber("SESSION_MAX_DAYS", 1, 3_650, 365),
  REFRESH_GRACE_SECONDS: wholeNumber("REFRESH_GRACE_SECONDS", 0, 300, 10),
  LOG_LEVEL: z
    .enum(
      ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
      "must be one of trace, debug, info, warn, error, fatal, silent. Set LOG_LEVEL=info",
    )
    .default("info"),
  WEB_DIR: z.string().default("web/dist"),
  BREACHED_PASSWORDS_URL: addressOf(["http:", "https:"], "https://api.pwnedpasswords.com/range/")
    .regex(/\/$/, "must end with a slash, e.g. https://api.pwnedpasswords.com/range/")
    .optional(),
  CORS_ORIGINS: z
    .string()
    .transform((value) => value.split(",").map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every((origin) => origin === "*" || originOf(origin) === origin),
      "must be * or origins divided by commas, e.g. https://play.example.com,http://localhost:5173",
    )
    .default(["*"]),
  PROVIDER_PRIVATE_HOSTS: z
    .string()
    .transform((value) => value.split(",").map((host) => host.trim().toLowerCase()))
    .refine(
      (hosts) => hosts.every((host) => URL.canParse(`http://${host}/`) && new URL(`http://${host}/`).hostname === host),
      "must be host names or addresses divided by commas, without ports, e.g. keycloak.internal,10.0.3.7",
    )
    .default([]),
  FACTORS_KEY: z
    .string()
    .transform((value) => value.split(",").map((key) => key.trim()))
    .refine(
      (keys) => keys.every((key) => /^[0-9a-f]{64}$/i.test(key)),
      "must be 64 hex digits, or several of these divided by commas; make one with: openssl rand -hex 32",
    )
    .transform((keys) => keys.map((key) => Buffer.from(key, "hex")))
    .default([]),
  PASSKEY_RP_ID: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, "must be a domain in lower case, e.g. play.example.com")
    .default("localhost"),
  PASSKEY_ORIGINS: z
    .string()
    .transform((value) => value.split(",").map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every((origin) => origin.startsWith("android:apk-key-hash:") || originOf(origin) === origin),
      "must be origins divided by commas, e.g. https://play.example.com",
    )
    .default(["http://localhost:8000"]),
  TRUSTED_PROXIES: z
    .string()
    .transform((value) => value.split(",").map((network) => network.trim()))
    .refine(
      (networks) => networks.every(isNetwork),
      "must be addresses or networks divided by commas, e.g. 10.0.0.0/8,fd00::/8,192.0.2.7",
    )
    .default([]),
  RATE_LIMITS: z
    .string()
    .transform((value) => value.split(",").map((limit) => limit.trim()))
    .refine(
      (limits) => limits.every((limit) => rateOverride(limit) !== undefined),
      `must be limits a minute divided by commas, each 1 to ${MAX_PER_MINUTE}, e.g. address=6000,player=600; they are ${RATE_POLICY_NAMES.join(", ")}`,
    )
    .transform((limits): RateOverrides => Object.fromEntries(limits.map((limit) => rateOverride(limit) ?? [])))
    .default({}),
  PLAYER_DELETION_DAYS: wholeNumber("PLAYER_DELETION_DAYS", 0, 365, 30),
  DRAIN_SECONDS: wholeNumber("DRAIN_SECONDS", 0, 3_600, 10),
  GUEST_SIGN_INS_PER_MINUTE: perMinute("GUEST_SIGN_INS_PER_MINUTE").optional(),
  MATCHMAKING_JOINS_PER_MINUTE: perMinute("MATCHMAKING_JOINS_PER_MINUTE").optional(),
});

/** What no variable shows by itself. */
const CheckedEnvironment = Environment.refine(
  ({ SMTP_URL, MAIL_FROM }) => SMTP_URL === undefined || MAIL_FROM !== LOCAL_SENDER,
  { path: ["MAIL_FROM"], message: "is required with SMTP_URL: the sender, e.g. Arena <no-reply@example.com>" },
);

/** Which database to use: `databaseUrl` when given, else PGlite under `dataDir`. */
export interface DatabaseConfig {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}

/** Everything the platform can be told from outside. Durations and ports are plain numbers, units in the names. */
export interface Config extends DatabaseConfig {
  readonly port: number;
  readonly host: string;
  readonly opsPort: number;
  readonly opsHost: string;
  readonly redisUrl: string | undefined;
  /** The key of the game servers of the default environment. */
  readonly serverKey: string;
  /** The key of an operator of every environment. */
  readonly operatorKey: string | undefined;
  /** Where a request is that names no environment. */
  readonly defaultEnvironment: EnvironmentId;
  /** How long sessions last, and how long a replaced refresh token may be sent again. */
  readonly sessionTimes: { readonly idleMs: number; readonly maxMs: number; readonly graceMs: number };
  /** Where mail goes; into a folder when undefined. */
  readonly smtpUrl: string | undefined;
  /** The sender of every mail, `Name <address>`. */
  readonly mailFrom: string;
  /** Where links in mails lead. */
  readonly accountPageUrl: string;
  readonly logLevel: string;
  readonly webDir: string;
  readonly breachedPasswordsUrl: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly providerPrivateHosts: readonly string[];
  /** Keys of 32 bytes that seal the secrets of authenticator apps: the first seals, all open. */
  readonly factorsKeys: readonly Uint8Array[];
  /** Whom passkeys are made for, in environments that say nothing of it. */
  readonly passkeyRpId: string;
  readonly passkeyOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  /** Limits that are set otherwise than in the table, requests a minute. */
  readonly rateLimits: RateOverrides;
  /** How long a player who asked to be deleted may still change their mind. */
  readonly playerDeletionDays: number;
  readonly drainSeconds: number;
}

/** The environment has mistakes. `message` lists each variable with its bound and its fix, and never a value. */
export class ConfigError extends Error {
  constructor(mistakes: readonly string[]) {
    super(
      `The environment has ${mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`}:\n${mistakes.join("\n")}`,
    );
    this.name = "ConfigError";
  }
}

/** Reads the platform's variables. An empty string counts as unset. Throws one `ConfigError` that names every mistake. */
export function parseConfig(env: NodeJS.ProcessEnv): Config {
  const variables = parse(CheckedEnvironment, env);
  const { GUEST_SIGN_INS_PER_MINUTE: guestSignIns, MATCHMAKING_JOINS_PER_MINUTE: joins } = variables;
  return {
    dataDir: variables.DATA_DIR,
    databaseUrl: variables.DATABASE_URL,
    port: variables.PLATFORM_PORT,
    host: variables.PLATFORM_HOST,
    opsPort: variables.PLATFORM_OPS_PORT,
    opsHost: variables.PLATFORM_OPS_HOST,
    redisUrl: variables.REDIS_URL,
    serverKey: variables.SERVER_KEY,
    operatorKey: variables.OPERATOR_KEY,
    defaultEnvironment: variables.DEFAULT_ENVIRONMENT,
    sessionTimes: {
      idleMs: variables.SESSION_IDLE_DAYS * DAY_MS,
      maxMs: variables.SESSION_MAX_DAYS * DAY_MS,
      graceMs: variables.REFRESH_GRACE_SECONDS * 1_000,
    },
    smtpUrl: variables.SMTP_URL,
    mailFrom: variables.MAIL_FROM,
    accountPageUrl: variables.ACCOUNT_PAGE_URL ?? `http://localhost:${variables.PLATFORM_PORT}/account`,
    logLevel: variables.LOG_LEVEL,
    webDir: variables.WEB_DIR,
    breachedPasswordsUrl: variables.BREACHED_PASSWORDS_URL,
    corsOrigins: variables.CORS_ORIGINS,
    providerPrivateHosts: variables.PROVIDER_PRIVATE_HOSTS,
    factorsKeys: variables.FACTORS_KEY,
    passkeyRpId: variables.PASSKEY_RP_ID,
    passkeyOrigins: variables.PASSKEY_ORIGINS,
    trustedProxies: variables.TRUSTED_PROXIES,
    rateLimits: {
      ...(guestSignIns === undefined ? {} : { guest_sign_in: guestSignIns }),
      ...(joins === undefined ? {} : { matchmaking_join: joins }),
      ...variables.RATE_LIMITS,
    },
    playerDeletionDays: variables.PLAYER_DELETION_DAYS,
    drainSeconds: variables.DRAIN_SECONDS,
  };
}

/** Reads only what names the database, for command-line tools. Throws `ConfigError` as `parseConfig` does. */
export function parseDatabaseConfig(env: NodeJS.ProcessEnv): DatabaseConfig {
  const variables = parse(z.object(databaseVariables), env);
  return { dataDir: variables.DATA_DIR, databaseUrl: variables.DATABASE_URL };
}

function parse<Output>(schema: z.ZodType<Output>, env: NodeJS.ProcessEnv): Output {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => `  ${issue.path.join(".")} ${issue.message}`));
}

function schemeOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : "";
}

function originOf(value: string): string {
  return URL.canParse(value) ? new URL(value).origin : "";
}

/** `name=perMinute` as an entry; undefined when it is not one. */
function rateOverride(text: string): [RatePolicyName, number] | undefined {
  const [name, digits, ...rest] = text.split("=");
  const known = RATE_POLICY_NAMES.find((policy) => policy === name);
  if (known === undefined || rest.length > 0 || !/^\d{1,10}$/.test(digits ?? "")) return undefined;
  const perMinute = Number(digits);
  return perMinute >= 1 && perMinute <= MAX_PER_MINUTE ? [known, perMinute] : undefined;
}
