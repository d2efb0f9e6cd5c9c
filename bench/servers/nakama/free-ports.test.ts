import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePorts } from "./free-ports.ts";

test("all ports of a row can be listened on at once", async () => {
  const first = await freePorts(4);
  const servers = Array.from({ length: 4 }, (_, index) => createServer().listen(first + index, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  for (const server of servers) server.close();
});
