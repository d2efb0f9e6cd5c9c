// better-auth as a service of accounts: a `node:http` server with its own adapter, on a Postgres of its own.
// It is set as its documentation shows, with passwords, guests and bearer tokens, and with its rate limits and telemetry off.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { importFrom, installBetterAuth } from "./better-auth/install.ts";
import { type Account, serveMeasured } from "./measured-server.ts";
import { startThrowawayPostgres } from "./nakama/throwaway-postgres.ts";
import { newAccount } from "./new-account.ts";

/** What is used of better-auth's object. */
interface Auth {
  readonly options: object;
  readonly api: {
    signUpEmail(request: {
      body: { name: string; email: string; password: string };
    }): Promise<{ token: string | null }>;
  };
}
type MakePlugin = () => object;

const folder = installBetterAuth();
const { betterAuth } = await importFrom<{ betterAuth(options: object): Auth }>(folder, "better-auth");
const { anonymous, bearer } = await importFrom<Record<string, MakePlugin>>(folder, "better-auth/plugins");
const { getMigrations } = await importFrom<{
  getMigrations(options: object): Promise<{ runMigrations(): Promise<void> }>;
}>(folder, "better-auth/db/migration");
const { toNodeHandler } = await importFrom<{ toNodeHandler(auth: Auth): RequestListener }>(folder, "better-auth/node");
const pg = await importFrom<{ default: { Pool: new (options: object) => object } }>(folder, "pg");

const postgres = await startThrowawayPostgres();
process.on("exit", () => postgres.stop());

/** As many connections as this project's platform opens. */
const MAX_CONNECTIONS = 10;

const server = createServer();
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: randomBytes(32).toString("hex"),
  database: new pg.default.Pool({ connectionString: `postgres://${postgres.address}`, max: MAX_CONNECTIONS }),
  emailAndPassword: { enabled: true },
  plugins: [anonymous!(), bearer!()],
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
});
await (await getMigrations(auth.options)).runMigrations();
server.on("request", toNodeHandler(auth));

serveMeasured({
  port,
  seats: async () => [],
  accounts: async (count) => {
    const accounts: Account[] = [];
    for (let index = 0; index < count; index++) {
      const account = newAccount(index);
      const { email, password } = account;
      const { token } = await auth.api.signUpEmail({ body: { name: `player ${index}`, email, password } });
      if (token === null) throw new Error("better-auth gave no session to a new account.");
      accounts.push({ ...account, token });
    }
    return accounts;
  },
});
