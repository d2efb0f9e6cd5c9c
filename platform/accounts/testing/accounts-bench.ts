// The services of accounts on a real database, with everything around them in memory and under the test's control.

import { createHash, randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { AppError, type ErrorCode } from "../../../shared/schema/errors.ts";
import { type EnvironmentId, FIRST_ENVIRONMENT, type SignInChallenge } from "../../../shared/schema/platform/index.ts";
import { type AccountServices, assembleAccounts } from "../../assemble-accounts.ts";
import type { Database, Executor } from "../../db/database.ts";
import { MemoryStore } from "../../ephemeral/memory.ts";
import { PlayerFactors } from "../../factors/player-factors.ts";
import { playerModules } from "../../merged-tables.ts";
import { createLog } from "../../ops/log.ts";
import { Metrics } from "../../ops/metrics.ts";
import { MIN_SCORE } from "../../passwords/strength.ts";
import { MemoryAuditLog } from "../../testing/memory-audit-log.ts";
import { TokenService } from "../../tokens/service.ts";
import { RETIRED_KEY_SECONDS, SigningKeys } from "../../tokens/signing-keys.ts";
import { SigningKeyStore } from "../../tokens/store.ts";
import type { PlayerModule } from "../player-modules.ts";
import { emailIdentity } from "../service.ts";
import { ProviderHttp } from "../verifiers/provider-http.ts";
import { UsedProofs } from "../verifiers/used-proofs.ts";
import type { Verifier } from "../verifiers/verifier.ts";

/** What happened around accounts, in order. */
export interface Happenings {
  readonly guard: string[];
  readonly ended: string[];
  readonly notices: string[];
  readonly started: { readonly playerId: string; readonly provider: string }[];
}

/** Accounts for a test. */
export interface AccountsBench extends AccountServices {
  readonly environmentId: EnvironmentId;
  readonly audit: MemoryAuditLog;
  readonly happened: Happenings;
  /** How many passwords were hashed or compared. */
  readonly hashes: { made: number; compared: number };
  /** Players who have to answer a challenge, and who are banned. */
  readonly challenged: Set<string>;
  readonly banned: Set<string>;
  readonly breached: Set<string>;
  readonly tokens: TokenService;
}

/** The proof of the test's own provider: it believes everything. */
export const proofOf = (subject: string) => ({ subject });

/** The code that the test's mailbox of `address` got. Its id is the address. */
export const codeOf = (address: string) => ({ codeId: address, code: "good-code" });

/** Makes the services of accounts on `database`. */
export function createAccountsBench(
  database: Database,
  { modules = [], environmentId = FIRST_ENVIRONMENT }: { modules?: PlayerModule[]; environmentId?: EnvironmentId } = {},
): AccountsBench {
  const happened: Happenings = { guard: [], ended: [], notices: [], started: [] };
  const hashes = { made: 0, compared: 0 };
  const challenged = new Set<string>();
  const banned = new Set<string>();
  const breached = new Set<string>();
  const audit = new MemoryAuditLog();
  const tokens = new TokenService(new SigningKeys(new SigningKeyStore(database, RETIRED_KEY_SECONDS)), {
    find: async () => ({ id: environmentId, corsOrigins: undefined }),
  });
  const noteGuard = (what: string) => async () => void happened.guard.push(what);
  const challenge: SignInChallenge = { challengeId: "challenge", methods: ["totp"], expiresIn: 300 };
  const services = assembleAccounts({
    sealingKeys: [],
    database,
    tokens,
    audit,
    modules: [...playerModules(database, new PlayerFactors(database, undefined)), ...modules],
    metrics: new Metrics(),
    log: createLog("silent"),
    hasher: cheapHasher(hashes),
    meter: { measure: async (password) => (/weak/.test(password) ? 0 : MIN_SCORE) },
    breached: { contains: async (password) => breached.has(password) },
    guard: { before: noteGuard("before"), failed: noteGuard("failed"), succeeded: noteGuard("succeeded") },
    stepUp: { assess: async (_environmentId, playerId) => (challenged.has(playerId) ? challenge : undefined) },
    bans: {
      check: async (_environmentId, subject) => {
        const hit = [subject.playerId, subject.address, subject.deviceId].find((one) => one && banned.has(one));
        if (hit !== undefined) throw new AppError("auth.forbidden", "banned");
      },
    },
    notices: { tell: async (_environmentId, playerId, kind) => void happened.notices.push(`${kind} ${playerId}`) },
    sessions: {
      start: async (id, playerId, { provider }) => {
        happened.started.push({ playerId, provider });
        const sessionId = randomUUID();
        const access = await tokens.signAccessToken(id, playerId, sessionId);
        return { playerId, sessionId, ...access, refreshToken: "refresh", refreshExpiresIn: 1 };
      },
      endAll: async (_environmentId, playerId, reason, options) => {
        happened.ended.push(`${playerId} ${reason} ${options?.exceptSessionId ?? ""}`.trim());
      },
    },
    builtInVerifiers: OWN_VERIFIERS,
    verifierDeps: { http: new ProviderHttp(), usedProofs: new UsedProofs(new MemoryStore()) },
  });
  return { ...services, environmentId, audit, happened, hashes, challenged, banned, breached, tokens };
}

/** The code of an error that is the caller's. */
export function codeOfError(error: unknown): ErrorCode | undefined {
  return error instanceof AppError ? error.code : undefined;
}

/** For `assert.rejects`: whether an error has this code. */
export function fails(code: ErrorCode): (error: unknown) => boolean {
  return (error) => codeOfError(error) === code;
}

/** A module whose rows are coins: merging adds them up, or keeps those of the player who stays. */
export const coins: PlayerModule = {
  name: "coins",
  tables: ["test_coins"],
  rules: ["sum", "keep"],
  merge: async (environmentId, { into, from, rule }, tx) => {
    const found = await tx.execute<{ amount: number }>(
      sql`delete from test_coins where environment_id = ${environmentId} and player_id = ${from} returning amount`,
    );
    const amount = rule === "sum" ? Number(found[0]?.amount ?? 0) : 0;
    await tx.execute(sql`insert into test_coins values (${environmentId}, ${into}, ${amount})
      on conflict (environment_id, player_id) do update set amount = test_coins.amount + excluded.amount`);
  },
};

/** Makes the table of `coins`. */
export async function createCoins(database: Database): Promise<void> {
  await database.query((db: Executor) =>
    db.execute(sql`create table test_coins (environment_id text not null, player_id uuid not null,
      amount int not null, primary key (environment_id, player_id))`),
  );
}

/** A verifier that believes `{subject}`, and one that takes the codes of `codeOf`. */
const OWN_VERIFIERS: readonly Verifier[] = [
  {
    provider: "believed",
    verify: async (proof) => {
      const { subject } = proof as { subject?: unknown };
      if (typeof subject !== "string") throw new AppError("auth.invalid", "not believed");
      return { provider: "believed", subject, displayName: `Shown ${subject}`.slice(0, 40) };
    },
  },
  {
    provider: "email-code",
    verify: async (proof) => {
      const { codeId, code } = proof as { codeId: string; code: string };
      if (code !== "good-code") throw new AppError("auth.invalid", "another code");
      return emailIdentity(codeId);
    },
  },
];

/** Hashes that cost nothing, and are counted. */
function cheapHasher(hashes: { made: number; compared: number }) {
  const cheap = (password: string) => `$argon2id$${createHash("sha256").update(password).digest("hex")}`;
  return {
    hash: async (password: string) => {
      hashes.made += 1;
      return cheap(password);
    },
    verify: async (stored: string | undefined, password: string) => {
      hashes.compared += 1;
      return stored === cheap(password);
    },
    isOutdated: () => false,
  };
}
