// What becomes of every table with rows of players when two players become one. A test fails for a table that is not here.
import type { PlayerModule } from "./accounts/player-modules.ts";
import type { Database } from "./db/database.ts";
import { passwordModule } from "./passwords/player-module.ts";
import { PasswordStore } from "./passwords/store.ts";
import { deletionModule } from "./privacy/player-module.ts";
import { profileModule } from "./profiles/player-module.ts";
import { mailCodeModule } from "./recovery/player-records.ts";
import { MailCodeStore } from "./recovery/store.ts";
import { sessionModule } from "./sessions/player-module.ts";
import { SessionStore } from "./sessions/store.ts";

/** Every module that merges its rows, in the order in which they do it; `factors` is that of second factors. */
export function playerModules(database: Database, factors: PlayerModule): PlayerModule[] {
  return [
    passwordModule(new PasswordStore(database)),
    mailCodeModule(new MailCodeStore(database)),
    sessionModule(new SessionStore(database)),
    factors,
    profileModule(),
    deletionModule(),
  ];
}

/** Tables whose rows no module has to merge, each with the reason. */
export const TABLES_WITHOUT_MERGE: Readonly<Record<string, string>> = {
  player: "the merged player's row stays, and says whom it became",
  ban: "whoever is banned cannot be merged; bans that were lifted stay with the player they were for",
  identity: "identities are moved by the merge itself",
};
