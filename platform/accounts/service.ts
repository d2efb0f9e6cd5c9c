// Who players are, and how somebody becomes one.
import { createHash } from "node:crypto";
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Metrics } from "../ops/metrics.ts";
import { displayNameFor } from "./display-name.ts";
import type { AccountStore, Player } from "./store.ts";
import { uuidV7 } from "./uuid-v7.ts";

const GUEST = "guest";

/** Finds and makes players. */
export class AccountService {
  readonly #store: AccountStore;
  readonly #metrics: Metrics;

  constructor(store: AccountStore, metrics: Metrics) {
    this.#store = store;
    this.#metrics = metrics;
  }

  /** The player of this device, made at the first sign-in; the same one for ever after, also for requests at one time. */
  async signInGuest(environmentId: EnvironmentId, deviceId: string): Promise<Player> {
    const who = { provider: GUEST, subjectHash: createHash("sha256").update(deviceId).digest("hex") };
    const known = await this.#store.findByIdentity(environmentId, who);
    if (known !== undefined) return this.#signedIn(known, "returning");
    const id = uuidV7();
    const created: Player = { id, displayName: displayNameFor(id) };
    if (await this.#store.add(environmentId, created, who)) return this.#signedIn(created, "new");
    const winner = await this.#store.findByIdentity(environmentId, who);
    if (winner === undefined) throw new Error("An identity that exists could not be read.");
    return this.#signedIn(winner, "returning");
  }

  /** The player with this id. Throws `auth.invalid` when there is none: a good token of a player who is gone. */
  async player(environmentId: EnvironmentId, id: string): Promise<Player> {
    const found = await this.#store.find(environmentId, id);
    if (found === undefined)
      throw new AppError("auth.invalid", "The player of this token does not exist. Sign in again.");
    return found;
  }

  #signedIn(player: Player, kind: "new" | "returning"): Player {
    this.#metrics.signIns.inc({ provider: GUEST, player: kind });
    return player;
  }
}
