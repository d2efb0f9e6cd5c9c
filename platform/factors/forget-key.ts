// Takes a counter back to nothing, in a store that deletes by comparison only.
import type { EphemeralStore } from "../ephemeral/store.ts";

/** How often it is tried while others count on. */
const TRIES = 5;

/** Removes `key`. While others change it all the time it may stay: whoever forgets a counter of failures can live with that. */
export async function forgetKey(store: EphemeralStore, key: string): Promise<void> {
  for (let i = 0; i < TRIES; i += 1) {
    const value = await store.get(key);
    if (value === undefined || (await store.compareAndDelete(key, value))) return;
  }
}
