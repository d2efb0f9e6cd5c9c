// Whose address a request has, behind proxies that are trusted and before ones that are not.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Hono } from "hono";
import { addressOf, clientAddress, clientAddressOf, isNetwork } from "./client-address.ts";
import type { AppEnv } from "./env.ts";

async function addressFor(trusted: string[], peer: string | undefined, forwarded?: string): Promise<string> {
  const app = new Hono<AppEnv>();
  app.use(clientAddress(trusted));
  app.get("/", (c) => c.text(`${clientAddressOf(c)} ${addressOf(c)}`));
  const headers: Record<string, string> = forwarded === undefined ? {} : { "X-Forwarded-For": forwarded };
  const env = peer === undefined ? {} : { incoming: { socket: { remoteAddress: peer } } };
  return (await app.request("/", { headers }, env)).text();
}

describe("client address", () => {
  it("is the peer's when no proxy is trusted, or another one", async () => {
    assert.equal(await addressFor([], "203.0.113.7", "1.2.3.4"), "203.0.113.7 203.0.113.7");
    assert.equal(await addressFor(["10.0.0.0/8"], "203.0.113.7", "1.2.3.4"), "203.0.113.7 203.0.113.7");
    assert.equal(await addressFor(["10.0.0.0/8"], undefined, "1.2.3.4"), "unknown unknown");
  });

  it("is what a trusted proxy added, and not what its client wrote before", async () => {
    const proxy = ["10.0.0.0/8"];
    assert.equal(await addressFor(proxy, "10.0.0.1", "1.2.3.4"), "1.2.3.4 1.2.3.4");
    assert.equal(await addressFor(proxy, "::ffff:10.0.0.1", "9.9.9.9, 1.2.3.4"), "1.2.3.4 1.2.3.4");
    assert.equal(await addressFor(proxy, "10.0.0.1", "9.9.9.9, 1.2.3.4 ,10.2.0.1"), "1.2.3.4 1.2.3.4");
    assert.equal(await addressFor(["10.0.0.1"], "10.0.0.1", "1.2.3.4, 10.0.0.2"), "10.0.0.2 10.0.0.2");
  });

  it("is the nearest that can be read when the chain is broken, missing or only ours", async () => {
    const proxy = ["10.0.0.0/8", "fd00::/8"];
    assert.equal(await addressFor(proxy, "10.0.0.1"), "10.0.0.1 10.0.0.1");
    assert.equal(await addressFor(proxy, "10.0.0.1", "1.2.3.4, nonsense"), "10.0.0.1 10.0.0.1");
    assert.equal(await addressFor(proxy, "10.0.0.1", "1.2.3.4, 7, 10.0.0.3"), "10.0.0.3 10.0.0.3");
    assert.equal(await addressFor(proxy, "fd00::1", "10.0.0.9"), "10.0.0.9 10.0.0.9");
    const long = Array.from({ length: 1_000 }, () => "10.0.0.5").join(",");
    assert.equal(await addressFor(proxy, "10.0.0.1", `1.2.3.4,${long}`), "10.0.0.5 10.0.0.5");
  });

  it("is read with a port, brackets and a zone, and is counted by its /64 network", async () => {
    const proxy = ["10.0.0.1"];
    assert.equal(await addressFor(proxy, "10.0.0.1", "1.2.3.4:5678"), "1.2.3.4 1.2.3.4");
    assert.equal(await addressFor(proxy, "10.0.0.1", "[2001:db8::1]:443"), "2001:db8::1 2001:db8:0:0::/64");
    assert.equal(await addressFor([], "fe80::1%eth0"), "fe80::1 fe80:0:0:0::/64");
  });

  it("takes addresses and networks for proxies, and nothing that could mean everybody by accident", () => {
    for (const text of ["10.0.0.0/8", "192.0.2.7", "fd00::/8", "::1"]) assert.ok(isNetwork(text), text);
    for (const text of ["", "*", "10", "10.0.0.0/33", "localhost", "10.0.0.0/-1"]) assert.ok(!isNetwork(text), text);
  });
});
