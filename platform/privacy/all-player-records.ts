// The list of every module that keeps something of players, in the order of deletion.
import { accountRecords } from "../accounts/player-records.ts";
import { banRecords } from "../bans/player-records.ts";
import type { Database } from "../db/database.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";
import { PlayerFactors } from "../factors/player-factors.ts";
import { ticketRecords } from "../matchmaking/player-records.ts";
import { passwordRecords } from "../passwords/player-records.ts";
import { profileRecords } from "../profiles/player-records.ts";
import { mailCodeRecords } from "../recovery/player-records.ts";
import { sessionRecords } from "../sessions/player-records.ts";
import { deletionRecords } from "./deletion-records.ts";
import type { PlayerRecords } from "./player-records.ts";

/** Every module's records. A module that adds a table with players in it adds a line here; a test says so if it does not. */
export function allPlayerRecords(database: Database, ephemeral: EphemeralStore): readonly PlayerRecords[] {
  return [
    ticketRecords(ephemeral),
    sessionRecords(database),
    banRecords(database),
    passwordRecords(database),
    mailCodeRecords(database),
    // Secrets are sealed, and neither exported nor needed to be deleted: no key opens anything here.
    new PlayerFactors(database, undefined),
    profileRecords(database),
    deletionRecords(database),
    // The player itself is last: whatever refers to it is gone by then.
    accountRecords(database),
  ];
}
