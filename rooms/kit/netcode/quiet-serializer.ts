// Patches that say nothing are not made: clients that speak snapshots have the time and their inputs' fate from those.
import { type Client, Protocol, SchemaSerializer } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";

/** Bytes of a patch before what it says. */
const EMPTY_BYTES = 1;

/** Marks a client that has what moves from snapshots. */
const speaksSnapshots = Symbol("speaksSnapshots");

interface MaybeQuiet extends Client {
  [speaksSnapshots]?: true;
}

/** From now on this client needs a patch only for what everybody may know, and for what a view of its own shows it. */
export function beQuiet(client: MaybeQuiet): void {
  client[speaksSnapshots] = true;
}

type Timing = Parameters<SchemaSerializer<Schema>["applyPatches"]>[2];

/**
 * Colyseus' serializer for a room whose clients may be quiet: they are sent a patch only when something has changed that
 * everybody may know. Colyseus 0.18 sends each client of a room with inputs a patch at every tick, if only for the time.
 */
export class QuietSerializer extends SchemaSerializer<Schema> {
  readonly #others: Client[] = [];

  override applyPatches(clients: Client[], state?: unknown, timing?: Timing): boolean {
    const others = this.#others;
    others.length = 0;
    for (const client of clients) if (!isQuiet(client)) others.push(client);
    const isForAll = others.length === clients.length || this.#hasSharedChanges();
    return super.applyPatches(isForAll ? clients : others, state, timing);
  }

  /** Whether there is more in a patch than what single clients see. Encoding takes nothing away: it can be done again. */
  #hasSharedChanges(): boolean {
    const { encoder } = this;
    if (!encoder.hasChanges) return false;
    encoder.sharedBuffer[0] = Protocol.ROOM_STATE_PATCH;
    return encoder.encode({ offset: EMPTY_BYTES }).length > EMPTY_BYTES;
  }
}

function isQuiet(client: MaybeQuiet): boolean {
  return client[speaksSnapshots] === true && client.view === undefined;
}
