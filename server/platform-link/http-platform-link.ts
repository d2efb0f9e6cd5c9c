// The platform over HTTP, with the server credential.
import {
  ENVIRONMENT_HEADER,
  type EnvironmentId,
  type GameServerHeartbeat,
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

  heartbeat(heartbeat: GameServerHeartbeat): Promise<void> {
    return this.#send("PUT", JSON.stringify(heartbeat));
  }

  leave(): Promise<void> {
    return this.#send("DELETE");
  }

  async #send(method: string, body?: string): Promise<void> {
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
  }
}
