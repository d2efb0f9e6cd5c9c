// The registry of what modules do with their rows when two players become one, or when a player loses a way in.
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Executor } from "../db/database.ts";

/** Two players of one environment, of whom `into` stays. */
export interface Merge {
  readonly into: string;
  readonly from: string;
}

/** A merge, and the rule that the player has chosen for this module: one of its `rules`. */
export interface ModuleMerge extends Merge {
  readonly rule: string;
}

/** What one module does when players are merged. Its rows are no other module's affair. */
export interface PlayerModule {
  /** The module's name, as players and clients read it, e.g. `wallet`. */
  readonly name: string;
  /** Every table of the module with rows of players. */
  readonly tables: readonly string[];
  /** The ways to merge. With one, there is nothing to choose; with several, the player must name one. */
  readonly rules: readonly [string, ...string[]];
  /** Merges in `tx`, with both players locked. Afterwards no row of the module may be `from`'s. */
  merge(environmentId: EnvironmentId, merge: ModuleMerge, tx: Executor): Promise<void>;
  /** Told in `tx` when identities were taken from a player: `left` are the providers that it still has. */
  unlinked?(environmentId: EnvironmentId, playerId: string, left: readonly string[], tx: Executor): Promise<void>;
}

/** What a merge has to be told about one module. */
export interface MergeQuestion {
  readonly module: string;
  readonly rules: string[];
}

/** Every module that stores something of a player and has something to say when players are merged. */
export class PlayerModules {
  readonly #modules: readonly PlayerModule[];

  /** Throws when two modules have one name, or claim one table. */
  constructor(modules: readonly PlayerModule[]) {
    for (const list of [modules.map(({ name }) => name), modules.flatMap(({ tables }) => tables)]) {
      const twice = list.find((entry, index) => list.indexOf(entry) !== index);
      if (twice !== undefined) throw new Error(`Two modules of players are called, or keep the table, ${twice}.`);
    }
    this.#modules = modules;
  }

  /** Every table that some module keeps. */
  get tables(): readonly string[] {
    return this.#modules.flatMap(({ tables }) => tables);
  }

  /** What a player who merges is asked: the modules with more than one rule. */
  questions(): MergeQuestion[] {
    return this.#modules
      .filter(({ rules }) => rules.length > 1)
      .map(({ name, rules }) => ({ module: name, rules: [...rules] }));
  }

  /**
   * The rule of every module. Throws `request.invalid`, with an entry for each module, unless `chosen` names a rule for each
   * that has several and nothing else: a merge happens as it was chosen or not at all.
   */
  rulesOf(chosen: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
    const rules = new Map<string, string>();
    const errors: { field: string; message: string }[] = [];
    const given = new Map(Object.entries(chosen));
    for (const module of this.#modules) {
      const rule = given.get(module.name) ?? (module.rules.length === 1 ? module.rules[0] : undefined);
      given.delete(module.name);
      if (rule !== undefined && module.rules.includes(rule)) rules.set(module.name, rule);
      else errors.push({ field: `rules.${module.name}`, message: `must be one of ${module.rules.join(", ")}` });
    }
    for (const name of given.keys())
      errors.push({ field: `rules.${name}`, message: "is not a known module; remove it" });
    if (errors.length === 0) return rules;
    const fields = errors.map(({ field }) => field).join(", ");
    throw new AppError("request.invalid", `Correct and send again: ${fields}.`, { errors });
  }

  /** Merges module by module, in `tx`. `rules` are those of `rulesOf`. */
  async merge(
    environmentId: EnvironmentId,
    merge: Merge,
    rules: ReadonlyMap<string, string>,
    tx: Executor,
  ): Promise<void> {
    for (const module of this.#modules) {
      const rule = rules.get(module.name);
      if (rule === undefined) throw new Error(`There is no rule to merge ${module.name} by.`);
      await module.merge(environmentId, { ...merge, rule }, tx);
    }
  }

  /** Tells every module that identities were taken from a player. */
  async unlinked(environmentId: EnvironmentId, playerId: string, left: readonly string[], tx: Executor): Promise<void> {
    for (const module of this.#modules) await module.unlinked?.(environmentId, playerId, left, tx);
  }
}
