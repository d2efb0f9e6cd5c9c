// All services of factors over a database and an ephemeral store, with players, a clock and a mailbox that a test holds.
import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import {
  type ChallengeAnswer,
  EnvironmentId,
  FIRST_ENVIRONMENT,
  type SignInResponse,
} from "../../../shared/schema/platform/index.ts";
import type { Database } from "../../db/database.ts";
import type { EphemeralStore } from "../../ephemeral/store.ts";
import { Metrics } from "../../ops/metrics.ts";
import { MemoryAuditLog } from "../../testing/memory-audit-log.ts";
import { createFactors, type FactorServices } from "../create-factors.ts";
import type { NoticeDetails, SignInContext } from "../ports.ts";
import { totpCode } from "../totp.ts";
import { SoftwareAuthenticator } from "./software-authenticator.ts";

/** Where the passkeys of these tests are used. */
export const TEST_ORIGIN = "https://play.example.com";
export const TEST_PARTY = { id: "play.example.com", name: "The Game", origins: [TEST_ORIGIN] };

/** A second environment, which `FactorsWorld.open` makes. */
export const OTHER_ENVIRONMENT = EnvironmentId.parse("demo/other");

/** Addresses of well-known networks, by country. */
export const ADDRESSES = { US: "8.8.8.8", JP: "133.11.0.1", CH: "129.132.1.1", nowhere: "10.0.0.1" } as const;

const env = FIRST_ENVIRONMENT;

/** The world of a test. */
export class FactorsWorld {
  readonly audit = new MemoryAuditLog();
  readonly notices: { playerId: string; kind: string; details: NoticeDetails }[] = [];
  readonly started: { playerId: string; origin: Omit<SignInContext, "accountKey"> }[] = [];
  /** Addresses by player; who has none gets no code. */
  readonly mailboxes = new Map<string, string>();
  /** Codes that were mailed, by id. */
  readonly mailed = new Map<string, string>();
  readonly metrics = new Metrics();
  readonly services: FactorServices;
  nowMs = Date.parse("2026-11-20T12:00:00Z");
  readonly #database: Database;

  constructor(database: Database, ephemeral: EphemeralStore, keys: readonly Uint8Array[] = [Buffer.alloc(32, 7)]) {
    this.#database = database;
    const { US, JP, CH } = ADDRESSES;
    this.services = createFactors({
      database,
      ephemeral,
      audit: this.audit,
      metrics: this.metrics,
      keys,
      party: TEST_PARTY,
      countries: { countryOf: (address) => ({ [US]: "US", [JP]: "JP", [CH]: "CH" })[address] },
      labels: { labelOf: async () => "Nimble Otter 42" },
      sessions: {
        start: async (_, playerId, origin) => {
          this.started.push({ playerId, origin });
          const started = { playerId, accessToken: `token of ${playerId}`, expiresIn: 900, sessionId: randomUUID() };
          return started as unknown as SignInResponse;
        },
      },
      mailedCodes: {
        addressOf: async (_, playerId) => this.mailboxes.get(playerId),
        issue: async () => {
          const codeId = randomUUID();
          this.mailed.set(codeId, "424242");
          return { codeId, expiresIn: 600, codeLength: 6 };
        },
        redeem: async (_, __, codeId, code) => this.mailed.get(codeId) === code && this.mailed.delete(codeId),
      },
      notices: {
        tell: async (_, playerId, kind, details) => {
          this.notices.push({ playerId, kind, details });
        },
      },
      now: () => this.nowMs,
    });
  }

  /** Makes the second environment, once for a database. */
  async open(): Promise<this> {
    await this.#database.query((db) =>
      db.execute(sql`insert into environment (id, project_id, name) values ('demo/other', 'demo', 'other')
        on conflict do nothing`),
    );
    return this;
  }

  /** A new player, with a mailbox when `mailbox` says so. */
  async player(options: { mailbox?: boolean; environmentId?: EnvironmentId; id?: string } = {}): Promise<string> {
    const id = options.id ?? randomUUID();
    const environmentId = options.environmentId ?? env;
    await this.#database.query((db) =>
      db.execute(sql`insert into player (environment_id, id, display_name) values (${environmentId}, ${id}, 'P')`),
    );
    if (options.mailbox === true) this.mailboxes.set(id, `${id}@example.com`);
    return id;
  }

  /** Lets time pass, and takes the next code of an app: codes are good once, so each needs a period of its own. */
  nextCode(secret: string): string {
    this.nowMs += 60_000;
    return totpCode(secret, this.nowMs);
  }

  /** Sets an authenticator app up. */
  async addTotp(playerId: string): Promise<{ secret: string; codes: string[] }> {
    const { secret } = await this.services.factors.beginTotp(env, playerId);
    const { codes } = await this.services.factors.confirmTotp(env, playerId, this.nextCode(secret));
    return { secret, codes };
  }

  /** Adds a passkey. */
  async addPasskey(playerId: string, options: { isSynced?: boolean } = {}): Promise<SoftwareAuthenticator> {
    const authenticator = new SoftwareAuthenticator(TEST_ORIGIN, options);
    const creation = await this.services.factors.beginPasskey(env, playerId);
    const response = authenticator.create(creation as never) as never;
    await this.services.factors.addPasskey(env, playerId, { response, name: "My phone" });
    return authenticator;
  }

  /** Signs in by password from a device at home, or as `overrides` says. Gives the challenge, or undefined. */
  signIn(playerId: string, overrides: Partial<SignInContext> = {}) {
    return this.services.stepUp.assess(env, playerId, { ...homeOf(playerId), ...overrides });
  }

  /** Answers a challenge. */
  answer(challengeId: string, answer: ChallengeAnswer): Promise<SignInResponse> {
    return this.services.challenges.answerSignIn(env, challengeId, answer);
  }
}

/** An ordinary sign-in of a player. */
export function homeOf(playerId: string): SignInContext {
  return {
    provider: "password",
    address: ADDRESSES.CH,
    userAgent: "Game/1.0",
    deviceName: "Laptop",
    deviceId: `device of ${playerId}`,
    accountKey: `account of ${playerId}`,
  };
}
