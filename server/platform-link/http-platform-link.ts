// The platform over HTTP, with the server credential.
import {
  ENVIRONMENT_HEADER,
  type EnvironmentId,
  type GameServerHeartbeat,
  HeartbeatResponse,
} from "../../shared/schema/platform/index.ts";
import type { PlatformLink } from "./platform-link.ts";

const TIMEOUT_MS = 2_000;

/** Where the platform is and who this server is to it. */
export interface HttpPlatformLinkOptions {
  readonly platformUrl: string;
  readonly environment: EnvironmentId;
  readonly serverId: string;
  readonly serverKey: string;
}

/** `PUT` and `DELETE /v1/servers/{serverId}`. */
export class HttpPlatformLink implements PlatformLink {
  readonly #url: URL;
  readonly #headers: Record<string, string>;

  constructor({ platformUrl, environment, serverId, serverKey }: HttpPlatformLinkOptions) {
    this.#url = new URL(`/v1/servers/${serverId}`, platformUrl);
    this.#headers = {
      Authorization: `Bearer ${serverKey}`,
      "Content-Type": "application/json",
      [ENVIRONMENT_HEADER]: environment,
    };
  }

  async heartbeat(heartbeat: GameServerHeartbeat): Promise<HeartbeatResponse> {
    const answer = await this.#send("PUT", JSON.stringify(heartbeat));
    // A platform of an older version has nothing to say.
    return answer === "" ? { endedSessions: [], hasMore: false } : HeartbeatResponse.parse(JSON.parse(answer));
  }

  async leave(): Promise<void> {
    await this.#send("DELETE");
  }

  async #send(method: string, body?: string): Promise<string> {
    const response = await fetch(this.#url, {
      method,
      headers: this.#headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    });
    const answer = await response.text();
    if (!response.ok)
      throw new Error(
        `The platform answered ${response.status} to ${method} ${this.#url.pathname}: ${answer.slice(0, 200)}`,
      );
    return answer;
  }
}
