// An operator says whose pages may call an environment, and the platform answers so at once.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

const OPERATOR_KEY = "operator-key-0123456789-0123456789";
const GAME = "https://play.example.com";

let platform: TestPlatform;

before(async () => {
  platform = await startTestPlatform({ OPERATOR_KEY });
});
after(async () => platform.close());

async function allowed(origin: string, preflight: boolean): Promise<string | null> {
  const headers = { Origin: origin, ...(preflight ? { "Access-Control-Request-Method": "POST" } : {}) };
  const answer = await fetch(`${platform.url}/v1/auth/guest`, { method: preflight ? "OPTIONS" : "POST", headers });
  await answer.arrayBuffer();
  return answer.headers.get("Access-Control-Allow-Origin");
}

describe("origins of an environment, over HTTP", () => {
  it("are the platform's until an operator names some, and then those alone", async () => {
    assert.equal(await allowed(GAME, false), "*");
    const changed = await platform.send("PATCH", "/v1/environment", {
      token: OPERATOR_KEY,
      body: { corsOrigins: [GAME] },
    });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.equal(await allowed(GAME, false), GAME);
    assert.equal(await allowed("https://evil.example", false), null);
    assert.equal(
      await allowed(GAME, true),
      "*",
      "a preflight tells no environment: the platform's own origins count too",
    );
  });
});
