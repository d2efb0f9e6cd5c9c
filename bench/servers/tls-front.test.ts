import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { httpServerAt, openTlsFront } from "./tls-front.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

test("a server that listens without TLS answers behind it too", {
  skip: !hasOpenssl && "openssl is not installed",
}, async () => {
  const http = createServer((_request, response) => response.end("here")).listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  const found = await httpServerAt(port);
  assert.equal(found, http);
  const tlsPort = await openTlsFront(found);
  const asked = request({ port: tlsPort, host: "127.0.0.1", rejectUnauthorized: false }).end();
  const [answer] = await once(asked, "response");
  assert.equal(Buffer.concat(await answer.toArray()).toString(), "here");
  http.closeAllConnections();
  http.close();
});
