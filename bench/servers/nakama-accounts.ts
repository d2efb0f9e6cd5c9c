// Nakama as a service of accounts. This process only starts it, makes its accounts and measures it from outside.
import { randomUUID } from "node:crypto";
import { answerRequests } from "../answering.ts";
import type { Account, ServerFigures } from "./measured-server.ts";
import { NakamaProcess } from "./nakama/nakama-process.ts";
import { newAccount } from "./new-account.ts";
import { processCpuMicroseconds, processRssBytes } from "./process-usage.ts";

const nakama = await NakamaProcess.start();
process.on("exit", () => nakama.stop());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

let cpuMicroseconds = 0;
let startedAt = 0;
answerRequests({
  describe: () => ({ port: nakama.port, memory: { rssBytes: processRssBytes(nakama.pid) } }),
  accounts: async (count: number) => {
    const accounts: Account[] = [];
    for (let index = 0; index < count; index++) {
      const account = newAccount(index);
      accounts.push({ ...account, token: await nakama.signUp(account.email, account.password) });
    }
    return accounts;
  },
  guests: async (count: number) => {
    const devices = Array.from({ length: count }, () => randomUUID());
    for (const device of devices) await nakama.signIn(device);
    return devices;
  },
  begin: () => {
    startedAt = performance.now();
    cpuMicroseconds = processCpuMicroseconds(nakama.pid);
  },
  end: (): ServerFigures => ({
    cpuMicroseconds: processCpuMicroseconds(nakama.pid) - cpuMicroseconds,
    seconds: (performance.now() - startedAt) / 1000,
    memory: { rssBytes: processRssBytes(nakama.pid) },
  }),
});
