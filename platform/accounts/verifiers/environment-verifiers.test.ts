import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EnvironmentId } from "../../../shared/schema/platform/index.ts";
import { MemoryStore } from "../../ephemeral/memory.ts";
import { DOCUMENT_MAX_AGE_MS, EnvironmentVerifiers, MAX_ENVIRONMENTS } from "./environment-verifiers.ts";
import { testDeps } from "./verifier.contract.ts";

const DEV = EnvironmentId.parse("demo/dev");
const PROD = EnvironmentId.parse("demo/prod");
const custom = (issuer: string) => ({
  kind: "custom",
  issuer,
  audience: "demo",
  sharedSecret: "a secret of at least thirty-two characters",
});

function made(documents: Map<string, unknown>) {
  const asked: string[] = [];
  let nowMs = 0;
  const source = {
    providerDocument: async (environmentId: EnvironmentId) => {
      asked.push(environmentId);
      return documents.get(environmentId);
    },
  };
  const verifiers = new EnvironmentVerifiers(source, testDeps(new MemoryStore()), {
    builtIn: [{ provider: "email-code", verify: async () => ({ provider: "email", subject: "a@example.com" }) }],
    now: () => nowMs,
  });
  return {
    verifiers,
    asked,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe("the ways in of environments", () => {
  it("are guests alone, and what is built in, where nothing is configured", async () => {
    const { verifiers } = made(new Map());
    assert.deepEqual(await verifiers.names(DEV), ["email-code", "guest"]);
    assert.equal((await verifiers.find(DEV, "guest"))?.provider, "guest");
    assert.equal(await verifiers.find(DEV, "google"), undefined);
    assert.equal(await verifiers.find(DEV, "__proto__"), undefined);
  });

  it("are each environment's own", async () => {
    const { verifiers } = made(new Map([[DEV, { studio: custom("a") }]]));
    assert.deepEqual(await verifiers.names(DEV), ["email-code", "studio"]);
    assert.equal(await verifiers.find(PROD, "studio"), undefined);
  });

  it("keep their verifiers while the document stays the same, and follow it when it changes", async () => {
    const documents = new Map<string, unknown>([[DEV, { studio: custom("a") }]]);
    const { verifiers, asked, pass } = made(documents);
    const first = await verifiers.find(DEV, "studio");
    await verifiers.find(DEV, "studio");
    assert.equal(asked.length, 1);
    pass(DOCUMENT_MAX_AGE_MS);
    assert.equal(await verifiers.find(DEV, "studio"), first);
    assert.equal(asked.length, 2);
    documents.set(DEV, { studio: custom("b") });
    assert.equal(await verifiers.find(DEV, "studio"), first);
    pass(DOCUMENT_MAX_AGE_MS);
    assert.notEqual(await verifiers.find(DEV, "studio"), first);
    documents.set(DEV, {});
    verifiers.forget(DEV);
    assert.equal(await verifiers.find(DEV, "studio"), undefined);
  });

  it("do not hide that a stored document is not valid", async () => {
    const { verifiers } = made(new Map([[DEV, { studio: { kind: "unheard-of" } }]]));
    await assert.rejects(verifiers.find(DEV, "studio"));
  });

  it("are kept for a bounded number of environments", async () => {
    const { verifiers, asked } = made(new Map());
    await verifiers.names(DEV);
    for (let i = 0; i < MAX_ENVIRONMENTS; i += 1) await verifiers.names(EnvironmentId.parse(`many/e${i}`));
    await verifiers.names(EnvironmentId.parse(`many/e${MAX_ENVIRONMENTS - 1}`));
    assert.equal(asked.length, MAX_ENVIRONMENTS + 1);
    await verifiers.names(DEV);
    assert.equal(asked.length, MAX_ENVIRONMENTS + 2);
  });
});
