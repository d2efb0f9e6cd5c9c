// The platform's environment: read once, checked as a whole, every mistake reported at once.
import { z } from "zod";
import { EnvironmentId } from "../shared/schema/platform/index.ts";
import { isNetwork } from "./http/client-address.ts";
import { RATE_POLICY_NAMES, type RateOverrides, type RatePolicyName } from "./http/rate-policies.ts";

/** Fewest characters a `SERVER_KEY` or `OPERATOR_KEY` may have: 32 random characters cannot be guessed over the network. */
export const SERVER_KEY_MIN_LENGTH = 32;

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

const Environment = z.object({
  ...databaseVariables,
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
  LOG_LEVEL: z
    .enum(
      ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
      "must be one of trace, debug, info, warn, error, fatal, silent. Set LOG_LEVEL=info",
    )
    .default("info"),
  WEB_DIR: z.string().default("web/dist"),
  CORS_ORIGINS: z
    .string()
    .transform((value) => value.split(",").map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every((origin) => origin === "*" || originOf(origin) === origin),
      "must be * or origins divided by commas, e.g. https://play.example.com,http://localhost:5173",
    )
    .default(["*"]),
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
  readonly logLevel: string;
  readonly webDir: string;
  readonly corsOrigins: readonly string[];
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
  const variables = parse(Environment, env);
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
    logLevel: variables.LOG_LEVEL,
    webDir: variables.WEB_DIR,
    corsOrigins: variables.CORS_ORIGINS,
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
