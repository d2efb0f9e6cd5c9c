// A game server fetches its environment's keys, keeps them while the platform is away, and loses what was taken back.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from "jose";
import { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { platformKeys, REFRESH_MS } from "./ticket-desk.ts";

const live = EnvironmentId.parse("demo/live");
let published: JWK[] = [];
let isAway = false;
let asked: (string | undefined)[] = [];
const platform = createServer((request, response) => {
  asked.push(request.headers["x-environment"]?.toString());
  response
    .writeHead(isAway ? 503 : 200, { "Content-Type": "application/json" })
    .end(JSON.stringify({ keys: published }));
});

before(async () => {
  platform.listen(0, "127.0.0.1");
  await once(platform, "listening");
});
after(async () => {
  platform.closeAllConnections();
  platform.close();
  await once(platform, "close");
});

async function newKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const token = await new SignJWT({}).setProtectedHeader({ alg: "ES256", kid }).sign(privateKey);
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256" }, token };
}

test("keys are asked for by environment, refreshed every minute, and kept while the platform is away", async () => {
  const [one, two] = await Promise.all([newKey("one"), newKey("two")]);
  published = [one.jwk];
  asked = [];
  const clock = { nowMs: 0 };
  const stale = Promise.withResolvers<unknown>();
  const url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  const keys = platformKeys(url, live, stale.resolve, () => clock.nowMs);
  await jwtVerify(one.token, keys);
  await jwtVerify(one.token, keys);
  assert.deepEqual(asked, ["demo/live"], "one question, with the environment in it");

  isAway = true;
  clock.nowMs += REFRESH_MS;
  await jwtVerify(one.token, keys);
  await stale.promise;
  await jwtVerify(one.token, keys);

  isAway = false;
  published = [two.jwk];
  clock.nowMs += REFRESH_MS;
  await jwtVerify(one.token, keys);
  // That was the moment to ask; the new key is good as soon as the answer was read.
  while (!(await jwtVerify(two.token, keys).catch(() => undefined))) await new Promise(setImmediate);
  await assert.rejects(jwtVerify(one.token, keys), "the platform took this key back");
});
