// What recovery keeps of a player: codes that were mailed, for a day after they expired.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { MailCodeStore } from "./store.ts";

/** Which codes were asked for and when, to be given to their player; hashes and sources are not in it. */
export function mailCodeRecords(database: Database) {
  const store = new MailCodeStore(database);
  return {
    name: "mail-codes",
    tables: ["mail_code"],
    export: async (environmentId: EnvironmentId, playerId: string): Promise<unknown> => {
      const codes = await store.listOf(environmentId, playerId);
      return codes.map(({ purpose, address, createdAtMs, usedAtMs }) => ({
        purpose,
        address,
        askedAt: new Date(createdAtMs).toISOString(),
        ...(usedAtMs === undefined ? {} : { usedAt: new Date(usedAtMs).toISOString() }),
      }));
    },
    delete: (environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<void> =>
      store.removeOf(environmentId, playerId, tx),
  };
}

/** What becomes of codes when two players are merged: those of the player who goes are worth nothing any more. */
export function mailCodeModule(store: MailCodeStore) {
  return {
    name: "mail-codes",
    tables: ["mail_code"],
    rules: ["drop"] as [string],
    merge: (environmentId: EnvironmentId, { from }: { readonly from: string }, tx: Executor): Promise<void> =>
      store.removeOf(environmentId, from, tx),
  };
}
