// Who is kept out: asked before every sign-in and refresh.
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { inetOf } from "../sessions/network-address.ts";
import { type BanCheck, deviceHashOf } from "../sessions/service.ts";
import type { BanFilter, BanStore, StoredBan } from "./store.ts";

export type { BanFilter, StoredBan } from "./store.ts";

/** Answers whether somebody is banned. Nothing is remembered here: a ban is in force as soon as it is stored. */
export class BanService implements BanCheck {
  readonly #store: Pick<BanStore, "inForce" | "list" | "find">;
  readonly #now: () => number;

  /** `now` is the clock in milliseconds since 1970. */
  constructor(store: Pick<BanStore, "inForce" | "list" | "find">, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** Throws `account.banned`, with the reason, until when, and the appeal note, when any of these is banned. */
  async check(
    environmentId: EnvironmentId,
    who: { playerId?: string; deviceId?: string; deviceHash?: string; address?: string },
  ): Promise<void> {
    const { playerId, deviceId, address } = who;
    const deviceHash = deviceId === undefined ? who.deviceHash : deviceHashOf(deviceId);
    const visitor = { playerId, deviceHash, address: address === undefined ? undefined : inetOf(address) };
    const found = await this.#store.inForce(environmentId, visitor, this.#now());
    if (found !== undefined) throw new AppError("account.banned", detailOf(found));
  }

  /** Bans, the newest first. */
  list(environmentId: EnvironmentId, filter: BanFilter): Promise<StoredBan[]> {
    return this.#store.list(environmentId, filter, this.#now());
  }

  /** The ban with this id. Throws `ban.not_found`. */
  async find(environmentId: EnvironmentId, banId: string): Promise<StoredBan> {
    const found = await this.#store.find(environmentId, banId);
    if (found === undefined) throw banNotFound();
    return found;
  }

  /** Whether a ban keeps somebody out now. */
  isActive({ liftedAt, expiresAt }: StoredBan): boolean {
    return liftedAt === null && (expiresAt === null || expiresAt.getTime() > this.#now());
  }
}

/** There is no such ban, or it was lifted. */
export function banNotFound(): AppError {
  return new AppError("ban.not_found", "There is no such ban, or it has been lifted.");
}

function detailOf({ reason, expiresAt, appealNote }: StoredBan): string {
  const until = expiresAt === null ? "For good" : `Until ${expiresAt.toISOString()}`;
  return `${until}: ${reason}${appealNote === null ? "" : ` ${appealNote}`}`;
}
