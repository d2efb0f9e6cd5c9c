import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { registerHooks } from "node:module";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { openDatagramChannel } from "./open-datagram-channel.ts";
import { findPeerConnection } from "./peer-connection.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A game server that answers signalling as `answer` says. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/process/room?sessionId=x`;
}

function json(response: ServerResponse, body: unknown): void {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(body));
}

test("a refused ticket opens nothing, and is not tried again", async () => {
  const tickets: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    tickets.push(request.headers.authorization);
    response.statusCode = 401;
    response.end();
  });
  assert.equal(await openDatagramChannel({ url, ticket: "a-ticket" }), undefined);
  assert.deepEqual(tickets, ["Bearer a-ticket"]);
});

test("whatever a server answers, nothing is thrown", async () => {
  const offers = [null, [], {}, { id: 1 }, { id: "x", localDescription: { sdp: "rubbish" } }, "text"];
  for (const offer of offers) {
    const url = await serve((_, response) => json(response, offer));
    assert.equal(await openDatagramChannel({ url, ticket: "a" }), undefined, JSON.stringify(offer));
  }
});

test("a failed try is followed by one more, with the ticket that came with it, and no third", async () => {
  const asked: string[] = [];
  const url = await serve((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    json(response, {
      id: "x",
      localDescription: { sdp: "rubbish" },
      userData: { retryTicket: `${request.headers.authorization?.slice(7)}-again` },
    });
  });
  assert.equal(await openDatagramChannel({ url, ticket: "a" }), undefined);
  assert.deepEqual(asked, ["/.wrtc/v2/connections Bearer a", "/.wrtc/v2/connections Bearer a-again"]);
});

test("no server, and an address that is none, open nothing", async () => {
  assert.equal(await openDatagramChannel({ url: "ws://127.0.0.1:1", ticket: "a" }), undefined);
  assert.equal(await openDatagramChannel({ url: "no address", ticket: "a" }), undefined);
});

test("who gives up waits no longer", async () => {
  const silent = Promise.withResolvers<void>();
  const url = await serve(() => silent.resolve());
  const leave = new AbortController();
  const opening = openDatagramChannel({ url, ticket: "a", signal: leave.signal });
  await silent.promise;
  leave.abort();
  assert.equal(await opening, undefined);
  assert.equal(await openDatagramChannel({ url, ticket: "a", signal: leave.signal }), undefined);
});

test("in Node without the native library a client is a whole client, on its WebSocket", async () => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === "node-datachannel/polyfill") throw new Error("not installed");
      return next(specifier, context);
    },
  });
  try {
    assert.equal(await findPeerConnection(), undefined);
    assert.equal(await openDatagramChannel({ url: "ws://127.0.0.1:1", ticket: "a" }), undefined);
  } finally {
    hooks.deregister();
  }
  assert.equal(typeof (await findPeerConnection()), "function");
});
