// An event loop with nothing to do: what delays it is the machine, so it is the measure for a loop on the same core that works.
import { serveMeasured } from "./measured-server.ts";

/** It listens nowhere. */
const NO_PORT = 0;

serveMeasured({ port: NO_PORT, seats: async () => [] });
