// The running platform with its mail, a game server, and devices of players: where stories of accounts are told by the SDK.
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlatformApi, type PlatformApiOptions, type SessionEvent } from "../../client/index.ts";
import { MailboxFolder } from "../../platform/mail/mailbox-folder.ts";
import { linkedCode } from "../../platform/mail/testing/collected-mails.ts";
import { startTestPlatform, type TestPlatform } from "../../platform/testing/test-platform.ts";
import { TestGameServer } from "../../server/testing/test-game-server.ts";
import { until } from "./until.ts";

/** The stores that a platform runs over: their variables, and what removes them. */
export interface Stores {
  readonly env: NodeJS.ProcessEnv;
  readonly remove: () => Promise<void>;
}

/** PGlite and memory. */
export const EMBEDDED_STORES = async (): Promise<Stores> => ({ env: {}, remove: async () => undefined });

/** A device of a player: the SDK, what happened to its session, and a hand on its clock and network. */
export interface TestDevice {
  readonly deviceId: string;
  readonly api: PlatformApi;
  readonly events: SessionEvent[];
  /** Everything that was sent, as `METHOD /path`. */
  readonly sent: string[];
  /** How far the device's clock goes ahead; ms. */
  aheadMs: number;
  /** Loses the answers to the next so many requests of this kind. */
  lose: { request: string; times: number } | undefined;
}

/** A platform and a game server that runs for it. */
export class AccountStage {
  readonly #platform: TestPlatform;
  readonly #game: TestGameServer;
  readonly #mailbox: MailboxFolder;
  readonly #remove: () => Promise<void>;

  private constructor(parts: { platform: TestPlatform; game: TestGameServer; folder: string; stores: Stores }) {
    this.#platform = parts.platform;
    this.#game = parts.game;
    this.#mailbox = new MailboxFolder(join(parts.folder, "mail"));
    this.#remove = async () => {
      await rm(parts.folder, { recursive: true, force: true });
      await parts.stores.remove();
    };
  }

  /** Starts both. Resolves when a player could join. */
  static async start(open: () => Promise<Stores>): Promise<AccountStage> {
    const stores = await open();
    const folder = await mkdtemp(join(tmpdir(), "gamekeeper-accounts-"));
    const serverKey = randomBytes(24).toString("hex");
    const platform = await startTestPlatform({
      DATA_DIR: folder,
      SERVER_KEY: serverKey,
      FACTORS_KEY: randomBytes(32).toString("hex"),
      ...stores.env,
    });
    const game = await TestGameServer.start({ SERVER_KEY: serverKey, PLATFORM_URL: platform.url });
    await until("a game server", async () => (await fetch(`${platform.opsUrl}/readyz`)).ok);
    return new AccountStage({ platform, game, folder, stores });
  }

  /** Its root. */
  get url(): string {
    return this.#platform.url;
  }

  /** What the platform logged as faults of its own. */
  get faults(): readonly unknown[] {
    return this.#platform.log.lines.filter(({ level }) => level === "error");
  }

  /** A device that nobody has signed in on yet. */
  device(options: Pick<PlatformApiOptions, "storage" | "deviceName"> = {}): TestDevice {
    const [events, sent, deviceId]: [SessionEvent[], string[], string] = [[], [], randomUUID()];
    const send: typeof fetch = async (input, init) => {
      const request = `${init?.method} ${new URL(String(input)).pathname}`;
      sent.push(request);
      const response = await fetch(input, init);
      const { lose } = device;
      if (lose?.request !== request || lose.times === 0) return response;
      lose.times -= 1;
      await response.arrayBuffer();
      throw new TypeError("the answer was lost");
    };
    const clock = {
      now: () => Date.now() + device.aheadMs,
      pause: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    };
    const api = new PlatformApi(this.url, { ...options, deviceId, fetch: send, clock });
    const device: TestDevice = { deviceId, api, events, sent, aheadMs: 0, lose: undefined };
    api.onEvent((event) => void events.push(event));
    return device;
  }

  /** The code that came by mail for this code's id. */
  async mailed({ codeId }: { codeId: string }): Promise<{ codeId: string; code: string }> {
    const mail = await until("the mail", async () =>
      (await this.#mailbox.list()).find(({ text }) => text.includes(`id=${codeId}`)),
    );
    return { codeId, code: linkedCode(mail).code };
  }

  /** The code of the newest mail to this address whose subject matches. */
  async codeTo(address: string, subject: RegExp): Promise<{ codeId: string; code: string }> {
    const mail = await until(`a mail about ${subject}`, async () =>
      (await this.#mailbox.list()).find((one) => one.to === address && subject.test(one.subject)),
    );
    const { codeId, code } = linkedCode(mail);
    return { codeId, code };
  }

  /** Ends everything and removes its data. */
  async stop(): Promise<void> {
    await this.#game.stop();
    await this.#platform.close();
    await this.#remove();
  }
}
