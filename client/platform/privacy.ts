// What players may do with all that is kept of them.
import { ScheduledDeletion } from "../../shared/schema/platform/index.ts";
import type { PlatformCalls } from "./platform-calls.ts";

/** An export collects from every part of the platform; ms. */
const EXPORT_TIMEOUT_MS = 60_000;

/** Export and deletion of the signed-in player. */
export class Privacy {
  readonly #calls: PlatformCalls;

  constructor(calls: PlatformCalls) {
    this.#calls = calls;
  }

  /** Everything that is kept of the player, as a zip archive. */
  export(signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const path = "v1/player/me/export";
    return this.#calls.download({ method: "POST", path, timeoutMs: EXPORT_TIMEOUT_MS, signal });
  }

  /** Schedules the deletion of the player, and ends the other sessions. Signing in takes it back, and so does `undelete`. */
  delete(signal?: AbortSignal): Promise<ScheduledDeletion> {
    return this.#calls.asPlayer({ method: "DELETE", path: "v1/player/me", shape: ScheduledDeletion, signal });
  }

  /** Takes a scheduled deletion back; without one it is no error. */
  undelete(signal?: AbortSignal): Promise<void> {
    return this.#calls.asPlayer({ method: "POST", path: "v1/player/me/undelete", signal });
  }
}
