// Structured logs: one JSON line an event, and never a secret in it.
import { type DestinationStream, type Logger, pino } from "pino";

/** The platform's logger. Every line has an `event` name. */
export type Log = Logger;

/** Names of fields whose values are never written, wherever they are within three levels of a line. */
const SECRET_FIELDS = [
  "accessToken",
  "authorization",
  "Authorization",
  "controlKey",
  "cookie",
  "deviceId",
  "password",
  "privateJwk",
  "private_jwk",
  "operatorKey",
  "OPERATOR_KEY",
  "secret",
  "serverKey",
  "SERVER_KEY",
  "databaseUrl",
  "redisUrl",
  "ticket",
  "token",
];

/** Signed tokens, keys and bearer credentials, wherever they slipped into a text. */
const SECRET_TEXT =
  /eyJ[\w-]{8,}\.[\w-]+\.[\w-]+|gk_(?:operator|server)_[0-9a-f]{32}_[\w-]{43}|Bearer [\x21-\x7e]+?(?=["\\\s]|$)/g;

/** A user name and password inside a connection URL. */
const SECRET_URL = /(postgres(?:ql)?|rediss?):\/\/[^\s"@/]*@/g;

/**
 * Makes the logger. Every one of `secrets` (at least 8 characters each) is struck out of whatever is written.
 * `destination` is standard output unless a test gives another.
 */
export function createLog(level: string, secrets: readonly string[] = [], destination?: DestinationStream): Log {
  const strike = (line: string) => secrets.reduce((text, secret) => text.replaceAll(secret, "[redacted]"), line);
  return pino(
    {
      level,
      base: { process: "platform" },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
      hooks: {
        streamWrite: (line) => strike(line).replace(SECRET_TEXT, "[redacted]").replace(SECRET_URL, "$1://[redacted]@"),
      },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}
