// What every handler of the platform finds in its Hono context.
import type { HttpBindings } from "@hono/node-server";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Actor, Credential } from "../environments/credential.ts";

/** Types of the context: the Node request below (absent when a test calls the app directly), and what middleware sets. */
export interface AppEnv {
  Bindings: Partial<HttpBindings>;
  Variables: {
    /** The id in `X-Request-Id`, in the log and in problem documents. */
    requestId: string;
    /** The client's address, as `clientAddress` found it; `clientAddressOf` and `addressOf` read it. */
    address: string | undefined;
    /** What the bearer credential turned out to be. Routes do not look at it: they have guards. */
    credential: Credential;
    /** The environment that the request is in. Set before every route. */
    environmentId: EnvironmentId;
    /** Who acts; there when the request has a good credential. */
    actor: Actor;
    /** The player of the verified access token, and its session; set by `requirePlayer`. */
    playerId: string;
    sessionId: string;
    /** The route's template for metrics, when no route of the router answered. */
    routeLabel: string | undefined;
  };
}
