// A sign-in is told apart by the whole address that a trusted proxy vouches for, and by no more of a header than a bound.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Hono } from "hono";
import { clientAddress } from "../http/client-address.ts";
import type { AppEnv } from "../http/env.ts";
import { originOf } from "./request-origin.ts";

const app = new Hono<AppEnv>();
app.use(clientAddress(["10.0.0.0/8"]));
app.get("/", (c) => c.json(originOf(c)));

async function originFor(peer: string, headers: Record<string, string> = {}) {
  const response = await app.request("/", { headers }, { incoming: { socket: { remoteAddress: peer } } });
  return (await response.json()) as { address: string; userAgent?: string };
}

describe("where a sign-in comes from", () => {
  it("is the whole address, also of IPv6, so that a ban and a country are found by it", async () => {
    assert.deepEqual(await originFor("2001:db8::7"), { address: "2001:db8::7" });
  });

  it("is the client's address behind a trusted proxy, and nobody's word without one", async () => {
    const headers = { "X-Forwarded-For": "2001:db8::7" };
    assert.equal((await originFor("10.0.0.1", headers)).address, "2001:db8::7");
    assert.equal((await originFor("203.0.113.9", headers)).address, "203.0.113.9");
  });

  it("has the client's program, cut to a bound", async () => {
    assert.equal((await originFor("203.0.113.9", { "User-Agent": "x".repeat(10_000) })).userAgent?.length, 256);
  });
});
