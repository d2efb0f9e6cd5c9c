// Reads and writes profiles, past names and the settings of environments.
import { and, desc, eq, inArray } from "drizzle-orm";
import type { EnvironmentId, ProfileSettings } from "../../shared/schema/platform/index.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import type { Database, Executor } from "../db/database.ts";
import type { Values } from "./custom-values.ts";
import { displayNameChange, profile, profileSettings } from "./schema.ts";

/** Most past names that are kept of a player; older ones are forgotten. */
export const MAX_PAST_NAMES = 20;

/** What a player says of themselves, as it is stored. */
export interface StoredProfile {
  readonly version: number;
  readonly avatar: string | null;
  readonly locale: string | null;
  readonly country: string | null;
  readonly preferences: Values;
  readonly fields: Values;
}

/** A name that was given up, and when. */
export interface PastName {
  readonly displayName: string;
  readonly changedAt: Date;
}

/** The profile of a player who has said nothing yet. */
export const EMPTY_PROFILE: StoredProfile = {
  version: 0,
  avatar: null,
  locale: null,
  country: null,
  preferences: {},
  fields: {},
};

const COLUMNS = {
  version: profile.version,
  avatar: profile.avatar,
  locale: profile.locale,
  country: profile.country,
  preferences: profile.preferences,
  fields: profile.fields,
};

/** Profiles. Throws `service.unavailable` while the database is away. */
export class ProfileStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs `work` in one transaction. */
  transaction<Result>(work: (tx: Executor) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(work);
  }

  /** Runs `work` outside of a transaction. */
  query<Result>(work: (db: Executor) => Promise<Result>): Promise<Result> {
    return this.#database.query(work);
  }

  /** The player's profile; an empty one when there is none, and also when there is no such player. */
  async find(environmentId: EnvironmentId, playerId: string, db: Executor): Promise<StoredProfile> {
    const rows = await db
      .select(COLUMNS)
      .from(profile)
      .where(ofPlayer(profile, environmentId, playerId));
    return rows[0] ?? EMPTY_PROFILE;
  }

  /** Writes the whole profile of a player who exists. */
  async put(environmentId: EnvironmentId, playerId: string, next: StoredProfile, tx: Executor): Promise<void> {
    const set = { ...next, updatedAt: new Date() };
    await tx
      .insert(profile)
      .values({ environmentId, playerId, ...set })
      .onConflictDoUpdate({ target: [profile.environmentId, profile.playerId], set });
  }

  /** Past names, the newest first. */
  async pastNames(environmentId: EnvironmentId, playerId: string, db: Executor): Promise<PastName[]> {
    return db
      .select({ displayName: displayNameChange.previousName, changedAt: displayNameChange.changedAt })
      .from(displayNameChange)
      .where(ofPlayer(displayNameChange, environmentId, playerId))
      .orderBy(desc(displayNameChange.changedAt), desc(displayNameChange.id))
      .limit(MAX_PAST_NAMES);
  }

  /** Notes that a name was given up, and forgets those beyond `MAX_PAST_NAMES`. */
  async addPastName(environmentId: EnvironmentId, playerId: string, past: PastName, tx: Executor): Promise<void> {
    const { displayName: previousName, changedAt } = past;
    const id = uuidV7(changedAt.getTime());
    await tx.insert(displayNameChange).values({ environmentId, id, playerId, previousName, changedAt });
    const beyond = await tx
      .select({ id: displayNameChange.id })
      .from(displayNameChange)
      .where(ofPlayer(displayNameChange, environmentId, playerId))
      .orderBy(desc(displayNameChange.changedAt), desc(displayNameChange.id))
      .offset(MAX_PAST_NAMES);
    if (beyond.length === 0) return;
    const ids = beyond.map((row) => row.id);
    await tx
      .delete(displayNameChange)
      .where(and(eq(displayNameChange.environmentId, environmentId), inArray(displayNameChange.id, ids)));
  }

  /** The environment's settings; empty ones when there are none. */
  async settings(environmentId: EnvironmentId, db: Executor): Promise<ProfileSettings> {
    const rows = await db.select().from(profileSettings).where(eq(profileSettings.environmentId, environmentId));
    const { fields, blockedNames } = rows[0] ?? { fields: {}, blockedNames: [] };
    return { fields: { ...fields }, blockedNames: [...blockedNames] };
  }

  /** Writes the environment's settings, in place of older ones. */
  async putSettings(environmentId: EnvironmentId, settings: ProfileSettings, tx: Executor): Promise<void> {
    const set = { ...settings, updatedAt: new Date() };
    await tx
      .insert(profileSettings)
      .values({ environmentId, ...set })
      .onConflictDoUpdate({ target: profileSettings.environmentId, set });
  }
}

function ofPlayer(table: typeof profile | typeof displayNameChange, environmentId: EnvironmentId, playerId: string) {
  return and(eq(table.environmentId, environmentId), eq(table.playerId, playerId));
}
