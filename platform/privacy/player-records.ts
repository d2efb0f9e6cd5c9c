// What a module says of all it keeps of a player: how it is given to them, and how it is deleted.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Executor } from "../db/database.ts";

/**
 * One module's records of players. Every table with a row of a player in it is among the `tables` of one module; a test
 * fails for a table that is not.
 */
export interface PlayerRecords {
  /** The module's name, which becomes the name of a file: lower case, digits and `-`. */
  readonly name: string;
  /** The tables that this module answers for. */
  readonly tables: readonly string[];
  /**
   * All that is kept of the player, as JSON for the player to read: no secret, no hash, and nothing of other people.
   * Bounded, since all of it is held in memory; undefined or an empty object when there is nothing.
   */
  export(environmentId: EnvironmentId, playerId: string): Promise<unknown>;
  /**
   * Deletes it, in `tx`, for good. What must be kept by law, such as a ledger, stays with nothing in it that leads back to
   * the player. May be called again for a player who is gone, and then does nothing.
   */
  delete(environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<void>;
}
