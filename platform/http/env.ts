// What every handler of the platform finds in its Hono context.
import type { HttpBindings } from "@hono/node-server";

/** Types of the context: the Node request below (absent when a test calls the app directly), and what middleware sets. */
export interface AppEnv {
  Bindings: Partial<HttpBindings>;
  Variables: {
    /** The id in `X-Request-Id`, in the log and in problem documents. */
    requestId: string;
    /** The player of the verified access token. */
    playerId: string;
    /** The route's template for metrics, when no route of the router answered. */
    routeLabel: string | undefined;
  };
}
