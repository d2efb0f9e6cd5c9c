// What tests over real servers need: their addresses, or a clear failure that says how to start them.
import { randomBytes } from "node:crypto";
import postgres from "postgres";

const HOW: Readonly<Record<string, string>> = {
  DATABASE_URL:
    "DATABASE_URL is not set. Start Postgres and name a user who may create databases, for example: " +
    "docker run -d -p 5432:5432 -e POSTGRES_PASSWORD=local postgres:15; " +
    "DATABASE_URL=postgres://postgres:local@localhost:5432/postgres npm run test:real",
  REDIS_URL:
    "REDIS_URL is not set. Start Redis, for example: redis-server --port 6379; " +
    "REDIS_URL=redis://localhost:6379 npm run test:real",
};

/** The URL in this variable. Throws with instructions when it is not set. */
export function requireUrl(variable: "DATABASE_URL" | "REDIS_URL"): string {
  const url = variable === "DATABASE_URL" ? process.env["DATABASE_URL"] : process.env["REDIS_URL"];
  if (url === undefined || url === "") throw new Error(HOW[variable]);
  return url;
}

/** Creates an empty database on the server of `DATABASE_URL`; `drop` removes it with everything that is connected. */
export async function createScratchDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const adminUrl = requireUrl("DATABASE_URL");
  const name = `gamekeeper_test_${randomBytes(6).toString("hex")}`;
  const asAdmin = async (statement: string) => {
    const sql = postgres(adminUrl, { max: 1, fetch_types: false, onnotice: () => {} });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.end();
    }
  };
  await asAdmin(`create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => asAdmin(`drop database ${name} with (force)`) };
}
