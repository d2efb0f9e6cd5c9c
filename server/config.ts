// The game server's settings, read once from the environment. docs/environment.md has a row for each.
import { availableParallelism } from "node:os";
import { z } from "zod";
import { EnvironmentId } from "../shared/schema/platform/index.ts";
import { portMistakes } from "./process-config.ts";

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);
const seconds = (fallback: number, max: number) => z.coerce.number().min(0).max(max).default(fallback);

/** Most match processes of one supervisor. */
const MAX_PROCESSES = 64;

const Environment = z.object({
  /** Match processes on this machine, each with a port of its own; `auto` is one a core. */
  GAME_PROCESSES: z
    .preprocess(
      (value) => (value === "auto" ? Math.min(availableParallelism(), MAX_PROCESSES) : value),
      z.coerce.number("use auto or a number").int().min(1).max(MAX_PROCESSES),
    )
    .default(1),
  /** Which of them this is; the supervisor sets it. */
  GAME_PROCESS: z.coerce
    .number()
    .int()
    .min(0)
    .max(MAX_PROCESSES - 1)
    .optional(),
  GAME_PORT: port(2567),
  GAME_HOST: z.string().default("0.0.0.0"),
  /** Without one, the port after the game ports. */
  GAME_OPS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  GAME_OPS_HOST: z.string().default("127.0.0.1"),
  /** What clients are told to connect to; by default this machine's game port. */
  GAME_PUBLIC_ENDPOINT: z
    .string()
    .regex(/^wss?:\/\//, "begin with ws:// or wss://")
    .optional(),
  /** What the platform is told to ask for seats; by default this machine's ops port. */
  GAME_CONTROL_URL: z
    .string()
    .refine((url) => URL.canParse(url.replace("{port}", "1")), "use a URL, e.g. http://10.0.0.5:{port}")
    .optional(),
  /** Without a port of its own choosing, any free one is taken when 7777 is not free. */
  UDP_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  UDP_HOST: z.string().optional(),
  UDP_PUBLIC_ADDRESS: z
    .string()
    .regex(
      /^(\[[0-9a-fA-F:.]+\]|[^:\s]+):(\d{1,5}|\{port\})$/,
      "use address:port, e.g. 203.0.113.7:7777 or [2001:db8::7]:7777",
    )
    .optional(),
  DATAGRAMS: z.enum(["auto", "always", "never"]).default("auto"),
  PLATFORM_URL: z.url().default("http://127.0.0.1:8000"),
  SERVER_KEY: z
    .string("is required: the secret shared with the platform, at least 32 characters")
    .min(32, "use at least 32 characters, e.g. from `openssl rand -hex 32`"),
  /** The environment that this server is of; its key must be of the same. */
  ENVIRONMENT: z
    .string()
    .refine((value) => EnvironmentId.safeParse(value).success, "use <project>/<environment>, e.g. demo/dev")
    .default("demo/dev")
    .transform((value) => EnvironmentId.parse(value)),
  SERVER_ID: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, "use 1 to 64 of A-Z, a-z, 0-9 and -")
    .optional(),
  MAX_ROOMS: z.coerce.number().int().min(1).max(10_000).default(100),
  ARENA_FIGHTERS: z.coerce.number().int().min(0).max(16).default(6),
  DRAIN_SECONDS: seconds(120, 86_400),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});

/** The parsed settings. Times are in the unit of their name. */
export type GameServerConfig = Omit<z.infer<typeof Environment>, "GAME_OPS_PORT"> & { GAME_OPS_PORT: number };

/** Parses the environment; an empty variable counts as absent. Throws one error that lists every mistake. */
export function parseConfig(environment: Record<string, string | undefined>): GameServerConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const result = Environment.safeParse(given);
  if (!result.success) throw mistaken(result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`));
  const { GAME_PORT, GAME_PROCESSES } = result.data;
  // A game port of 0 takes a free one, and then so does the ops port.
  const opsPort = result.data.GAME_OPS_PORT ?? (GAME_PORT === 0 ? 0 : GAME_PORT + GAME_PROCESSES);
  const config = { ...result.data, GAME_OPS_PORT: opsPort };
  const mistakes = portMistakes(config);
  if (mistakes.length > 0) throw mistaken(mistakes);
  return config;
}

function mistaken(mistakes: readonly string[]): Error {
  const lines = mistakes.map((mistake) => `  ${mistake}`);
  return new Error(`The game server's environment has ${mistakes.length} mistake(s):\n${lines.join("\n")}`);
}
