// Notices to players as log lines: for a platform that has no way to reach them.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Log } from "../ops/log.ts";
import type { SecurityNotices } from "./security-notices.ts";

/** `SecurityNotices` that reach the operator alone. */
export class LogNotices implements SecurityNotices {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  async tell(environmentId: EnvironmentId, playerId: string, kind: string): Promise<void> {
    this.#log.info({ event: "security.notice", environment: environmentId, playerId, kind });
  }
}
