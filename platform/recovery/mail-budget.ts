// How many codes go to one address, so that nobody's mailbox is flooded, and nobody can use up a victim's share.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";
import type { Metrics } from "../ops/metrics.ts";

const HOUR_MS = 3_600_000;

/** Codes an hour that one source on the network can have sent to one address. */
export const MAILS_PER_SOURCE = 6;

/**
 * Codes an hour to one address from everywhere: so many more that a stranger who wants to use them up needs several
 * networks, and few enough to bear in a mailbox.
 */
export const MAILS_PER_ADDRESS = 30;

/** Counts a code's mail and says whether it may go. Both hashes say nothing of what they are of. */
export function mailBudget(ephemeral: EphemeralStore, metrics: Metrics) {
  return async (environmentId: EnvironmentId, addressHash: string, sourceHash: string): Promise<boolean> => {
    const keyOf = (rest: string) => environmentKey(environmentId, `mail:${addressHash}${rest}`);
    const bySource = await ephemeral.increment(keyOf(`:${sourceHash}`), HOUR_MS);
    // What its own source refuses does not count against the others.
    const isWithin =
      bySource.count <= MAILS_PER_SOURCE && (await ephemeral.increment(keyOf(""), HOUR_MS)).count <= MAILS_PER_ADDRESS;
    if (!isWithin) metrics.mails.inc({ outcome: "suppressed" });
    return isWithin;
  };
}
