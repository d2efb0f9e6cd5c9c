// What players show of themselves, and what they keep for themselves.
import { AppError, type FieldError } from "../../shared/schema/errors.ts";
import type {
  EnvironmentId,
  MyProfile,
  ProfileChange,
  ProfileSettings,
  PublicProfile,
} from "../../shared/schema/platform/index.ts";
import type { NamedPlayer, PlayerNames } from "../accounts/player-names.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Executor } from "../db/database.ts";
import type { Actor } from "../environments/credential.ts";
import { declaredValues, fieldProblems, merged, sizeProblem } from "./custom-values.ts";
import { judgeName } from "./display-name-rules.ts";
import type { PastName, ProfileStore, StoredProfile } from "./store.ts";

/** Most changes of name within `NAME_CHANGE_WINDOW_MS`: whoever is known by a name should stay findable. */
export const MAX_NAME_CHANGES = 3;

/** The time in which changes of name are counted. */
export const NAME_CHANGE_WINDOW_MS = 86_400_000;

/** What `ProfileService` needs. `now` is the clock in milliseconds since 1970. */
export interface ProfileServiceDeps {
  readonly store: ProfileStore;
  readonly names: PlayerNames;
  readonly audit: AuditLog;
  /** Who a player is now, when they were merged into another. Throws `player.not_found` for nobody. */
  readonly currentId: (environmentId: EnvironmentId, playerId: string) => Promise<string>;
  /** Whether a player is about to be deleted: then others see nothing of them. */
  readonly isLeaving: (environmentId: EnvironmentId, playerId: string) => Promise<boolean>;
  readonly now?: () => number;
}

/** Reads and changes profiles. */
export class ProfileService {
  readonly #deps: ProfileServiceDeps;
  readonly #now: () => number;

  constructor(deps: ProfileServiceDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** What others see. Throws `player.not_found` for nobody, and for a player who is about to be deleted. */
  async publicProfile(environmentId: EnvironmentId, asked: string): Promise<PublicProfile> {
    const { names, store, isLeaving, currentId } = this.#deps;
    const playerId = await currentId(environmentId, asked);
    const [named, leaving] = await Promise.all([
      names.find(environmentId, playerId),
      isLeaving(environmentId, playerId),
    ]);
    if (named === undefined || leaving) {
      throw new AppError("player.not_found", "This environment has no player of this id.");
    }
    return store.query(async (db) => {
      const { avatar, fields } = await store.find(environmentId, playerId, db);
      const declared = await store.settings(environmentId, db);
      return {
        playerId,
        displayName: named.displayName,
        ...present({ avatar }),
        fields: declaredValues(declared.fields, fields, true),
        createdAt: named.createdAt.toISOString(),
      };
    });
  }

  /** What the player sees. Throws `auth.invalid` when there is no such player: a good token of somebody who is gone. */
  async myProfile(environmentId: EnvironmentId, playerId: string): Promise<MyProfile> {
    const named = await this.#deps.names.find(environmentId, playerId);
    if (named === undefined) throw gone();
    return this.#deps.store.query((db) => this.#view(environmentId, playerId, named, db));
  }

  /**
   * Changes a profile, all of it or nothing, and gives it as it is then. Throws `profile.version_conflict` when it was
   * changed since it was read, `profile.name_refused`, `profile.name_changed_too_often`, `profile.too_large`, and
   * `request.invalid` for values that are not as the environment declared them.
   */
  async change(environmentId: EnvironmentId, playerId: string, change: ProfileChange): Promise<MyProfile> {
    const { store, names } = this.#deps;
    return store.transaction(async (tx) => {
      // The player's row is the lock: two changes of one version come one after the other, and the second one is refused.
      const named = await names.lock(environmentId, playerId, tx);
      if (named === undefined) throw gone();
      const before = await store.find(environmentId, playerId, tx);
      if (before.version !== change.version) throw conflict(before.version);
      const settings = await store.settings(environmentId, tx);
      const next = changed(before, change, settings);
      let displayName = named.displayName;
      if (change.displayName !== undefined) {
        displayName = goodName(change.displayName, settings);
        if (displayName !== named.displayName) await this.#rename(environmentId, playerId, named, displayName, tx);
      }
      await store.put(environmentId, playerId, next, tx);
      return this.#view(environmentId, playerId, { ...named, displayName }, tx);
    });
  }

  /** What the environment declares. */
  settings(environmentId: EnvironmentId): Promise<ProfileSettings> {
    return this.#deps.store.query((db) => this.#deps.store.settings(environmentId, db));
  }

  /** Declares anew. Values that are no longer as declared are not shown, and go at their player's next change. */
  async putSettings(environmentId: EnvironmentId, settings: ProfileSettings, actor: Actor): Promise<ProfileSettings> {
    const { store, audit } = this.#deps;
    const wrong = Object.entries(settings.fields).flatMap(([name, field]): FieldError[] =>
      field.type === "integer" && field.min > field.max
        ? [{ field: `fields.${name}.min`, message: `must be at most max, ${field.max}` }]
        : [],
    );
    if (wrong.length > 0) throw new AppError("request.invalid", "Correct the declared bounds.", { errors: wrong });
    return store.transaction(async (tx) => {
      const before = await store.settings(environmentId, tx);
      await store.putSettings(environmentId, settings, tx);
      const subject = `environment/${environmentId}`;
      await audit.record(
        { environmentId, actor, action: "profile_settings.changed", subject, before, after: settings },
        tx,
      );
      return settings;
    });
  }

  async #rename(
    environmentId: EnvironmentId,
    playerId: string,
    named: NamedPlayer,
    displayName: string,
    tx: Executor,
  ): Promise<void> {
    const { store, names } = this.#deps;
    const now = this.#now();
    // The change whose age decides: when it leaves the window, there is room for another.
    const past = await store.pastNames(environmentId, playerId, tx);
    const decisive = past[MAX_NAME_CHANGES - 1]?.changedAt.getTime() ?? Number.NEGATIVE_INFINITY;
    const waitMs = decisive + NAME_CHANGE_WINDOW_MS - now;
    if (waitMs > 0) {
      const hours = NAME_CHANGE_WINDOW_MS / 3_600_000;
      throw new AppError(
        "profile.name_changed_too_often",
        `A name may be changed ${MAX_NAME_CHANGES} times within ${hours} hours. Try again in ${Math.ceil(waitMs / 3_600_000)} h.`,
        { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
      );
    }
    await names.rename(environmentId, playerId, displayName, tx);
    const givenUp: PastName = { displayName: named.displayName, changedAt: new Date(now) };
    await store.addPastName(environmentId, playerId, givenUp, tx);
  }

  async #view(environmentId: EnvironmentId, playerId: string, named: NamedPlayer, db: Executor): Promise<MyProfile> {
    const { store } = this.#deps;
    const { version, avatar, locale, country, preferences, fields } = await store.find(environmentId, playerId, db);
    const declared = await store.settings(environmentId, db);
    const pastNames = await store.pastNames(environmentId, playerId, db);
    return {
      playerId,
      version,
      displayName: named.displayName,
      ...present({ avatar, locale, country }),
      preferences,
      fields: declaredValues(declared.fields, fields),
      previousNames: pastNames.map((past) => ({ displayName: past.displayName, until: past.changedAt.toISOString() })),
      createdAt: named.createdAt.toISOString(),
    };
  }
}

/** The profile after `change`. Throws `request.invalid` and `profile.too_large`. */
function changed(before: StoredProfile, change: ProfileChange, { fields: declared }: ProfileSettings): StoredProfile {
  const wrong = fieldProblems(declared, change.fields);
  if (wrong.length > 0) {
    const names = wrong.map(({ field }) => field).join(", ");
    throw new AppError("request.invalid", `Correct and send again: ${names}.`, { errors: wrong.slice(0, 20) });
  }
  const preferences = merged(before.preferences, change.preferences);
  // What is no longer declared makes room for what is.
  const fields = merged(declaredValues(declared, before.fields), change.fields);
  const tooLarge = sizeProblem("preferences", preferences) ?? sizeProblem("fields", fields);
  if (tooLarge) {
    throw new AppError("profile.too_large", `${tooLarge.field} ${tooLarge.message}.`, { errors: [tooLarge] });
  }
  const { avatar = before.avatar, locale = before.locale, country = before.country } = change;
  const canonical = locale === null ? null : (Intl.getCanonicalLocales(locale)[0] ?? null);
  return { version: before.version + 1, avatar, locale: canonical, country, preferences, fields };
}

function goodName(given: string, { blockedNames }: ProfileSettings): string {
  const verdict = judgeName(given, blockedNames);
  if ("name" in verdict) return verdict.name;
  const errors = [{ field: "displayName", message: verdict.refusal }];
  throw new AppError("profile.name_refused", `displayName ${verdict.refusal}.`, { errors });
}

function conflict(version: number): AppError {
  return new AppError(
    "profile.version_conflict",
    `The profile was changed meanwhile: its version is ${version}. Read it, and change that.`,
  );
}

function gone(): AppError {
  return new AppError("auth.invalid", "The player of this token does not exist. Sign in again.");
}

/** The members that are not null. */
function present<Name extends string>(members: Record<Name, string | null>): { [Key in Name]?: string } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) as {
    [Key in Name]?: string;
  };
}
