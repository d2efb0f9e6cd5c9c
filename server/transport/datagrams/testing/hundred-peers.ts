// A process of its own with a hundred open channels, that ends as its argument says: for the test of a clean end.
import { writeSync } from "node:fs";
import { openGeckosDatagrams } from "../geckos-datagrams.ts";
import { NativeClient } from "./native-client.ts";

/** More than the 80 peers from which on the native library's own clean-up crashes. */
const PEERS = 100;
const AT_ONCE = 10;

const server = await openGeckosDatagrams({ port: 0, host: "127.0.0.1" });
const clients: NativeClient[] = [];
while (clients.length < PEERS) {
  const opening = Array.from({ length: AT_ONCE }, (_, index) => {
    const session = `session-${clients.length + index}`;
    return NativeClient.open(server, server.issueTicket(session), `192.0.2.${clients.length + index}`);
  });
  clients.push(...(await Promise.all(opening)));
}
writeSync(1, `open ${clients.length}\n`);
const [, , ending] = process.argv;
if (ending === "exit") process.exit(0);
await server.close();
writeSync(1, `left ${server.stats.connections}\n`);
for (const client of clients) client.close();
