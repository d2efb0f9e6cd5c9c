// The platform process, whole: with its embedded stores, or with Postgres and Redis where DATABASE_URL and REDIS_URL say so.
import { startTestPlatform } from "../../platform/testing/test-platform.ts";
import { serveMeasured } from "./measured-server.ts";

/** What is measured is the work, not the refusal of it; the most that the platform can be told. */
const REQUESTS_PER_MINUTE = "1000000";

const databaseUrl = process.env["DATABASE_URL"];
const redisUrl = process.env["REDIS_URL"];

const platform = await startTestPlatform({
  LOG_LEVEL: "info",
  DRAIN_SECONDS: "1",
  GUEST_SIGN_INS_PER_MINUTE: REQUESTS_PER_MINUTE,
  MATCHMAKING_JOINS_PER_MINUTE: REQUESTS_PER_MINUTE,
  RATE_LIMITS: ["address", "auth", "player", "game_server"].map((name) => `${name}=${REQUESTS_PER_MINUTE}000`).join(),
  ...(databaseUrl && { DATABASE_URL: databaseUrl }),
  ...(redisUrl && { REDIS_URL: redisUrl }),
});
serveMeasured({
  port: platform.platform.port,
  serverKey: platform.serverKey,
  seats: async () => [],
  close: () => platform.close(),
});
