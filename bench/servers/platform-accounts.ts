// This project's platform as a service of accounts: `platform-accounts.ts embedded`, or `postgres` with a Postgres of its own.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mailedCode } from "../../platform/testing/mailed-code.ts";
import { startTestPlatform } from "../../platform/testing/test-platform.ts";
import { type Account, serveMeasured } from "./measured-server.ts";
import { startThrowawayPostgres } from "./nakama/throwaway-postgres.ts";
import { newAccount } from "./new-account.ts";

/** What is measured is the work, not the refusal of it. */
const NO_LIMIT = "1000000000";
const LIMITS = ["address", "auth", "player", "sign_in", "guest_sign_in"];

const dataFolder = mkdtempSync(join(tmpdir(), "bench-accounts-"));
const postgres = process.argv[2] === "postgres" ? await startThrowawayPostgres() : undefined;
process.on("exit", () => {
  postgres?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});
const platform = await startTestPlatform({
  DATA_DIR: dataFolder,
  LOG_LEVEL: "info",
  DRAIN_SECONDS: "1",
  // Each account is made from an address of its own: how many codes one address may ask for is no setting.
  TRUSTED_PROXIES: "127.0.0.1",
  RATE_LIMITS: LIMITS.map((name) => `${name}=${NO_LIMIT}`).join(),
  ...(postgres && { DATABASE_URL: `postgres://${postgres.address}` }),
});

serveMeasured({
  port: platform.platform.port,
  seats: async () => [],
  accounts: async (count) => {
    const accounts: Account[] = [];
    for (let index = 0; index < count; index++) accounts.push(await signUp(index));
    return accounts;
  },
  guests: async (count) => {
    const devices = Array.from({ length: count }, () => randomUUID());
    for (const device of devices) await platform.signIn(device);
    return devices;
  },
  close: () => platform.close(),
});

/** Signs up by a mailed code, as a player would. */
async function signUp(index: number): Promise<Account> {
  const account = newAccount(index);
  const { deviceId, email, password } = account;
  const { codeId } = await post<{ codeId: string }>("/v1/auth/email/start", index, { email });
  const code = await mailedCode(dataFolder, codeId);
  const body = { codeId, code, password, deviceId };
  const { accessToken } = await post<{ accessToken: string }>("/v1/auth/password/sign-up", index, body);
  return { ...account, token: accessToken };
}

async function post<Value>(path: string, index: number, body: object): Promise<Value> {
  const address = `198.18.${Math.floor(index / 250)}.${1 + (index % 250)}`;
  const response = await fetch(platform.url + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Forwarded-For": address },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} was answered ${response.status} ${text}`);
  return JSON.parse(text) as Value;
}
