// Secrets of providers: sealed in what is stored, open in what is used, and bound to where they belong.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EnvironmentId, FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import { SecretBox } from "../factors/secret-box.ts";
import { createLog } from "../ops/log.ts";
import { LogSink } from "../testing/log-sink.ts";
import { SealedProviderDocuments } from "./sealed-provider-documents.ts";

const OTHER = EnvironmentId.parse("demo/other");
const DOCUMENT = {
  guest: { kind: "guest" },
  google: { kind: "oidc", clientIds: ["a"], clientSecret: "a client's secret" },
  steam: { kind: "steam-ticket", publisherKey: "a publisher's key" },
  studio: { kind: "custom", sharedSecret: "a shared secret", privateKeys: ["a first key", "a second key"] },
};
const SECRETS = /client's secret|publisher's key|shared secret|first key|second key/;

function stage(...keys: number[]) {
  const stored = new Map<string, unknown>();
  const log = new LogSink();
  const documents = {
    providerDocument: async (environmentId: EnvironmentId) => stored.get(environmentId),
    setProviderDocument: async (environmentId: EnvironmentId, document: unknown) => {
      stored.set(environmentId, JSON.parse(JSON.stringify(document)));
    },
  };
  const withKeys = (...given: number[]) =>
    new SealedProviderDocuments({
      documents,
      box: given.length === 0 ? undefined : new SecretBox(given.map((key) => new Uint8Array(32).fill(key))),
      log: createLog("debug", [], log),
    });
  return { stored, log, withKeys, sealed: withKeys(...keys) };
}

describe("secrets of providers", () => {
  it("are read as they were written, and are nowhere in what is stored", async () => {
    const { stored, sealed } = stage(1);
    await sealed.setProviderDocument(FIRST_ENVIRONMENT, DOCUMENT);
    assert.deepEqual(await sealed.providerDocument(FIRST_ENVIRONMENT), DOCUMENT);
    assert.doesNotMatch(JSON.stringify(stored.get(FIRST_ENVIRONMENT)), SECRETS);
  });

  it("are read where they were stored before there was a key, and sealed when they are stored again", async () => {
    const { stored, sealed } = stage(1);
    stored.set(FIRST_ENVIRONMENT, DOCUMENT);
    const read = await sealed.providerDocument(FIRST_ENVIRONMENT);
    assert.deepEqual(read, DOCUMENT);
    await sealed.setProviderDocument(FIRST_ENVIRONMENT, read);
    assert.doesNotMatch(JSON.stringify(stored.get(FIRST_ENVIRONMENT)), SECRETS);
  });

  it("do not open in another environment or place, and leave their own way in out alone", async () => {
    const { stored, log, sealed } = stage(1);
    await sealed.setProviderDocument(FIRST_ENVIRONMENT, DOCUMENT);
    const ciphers = structuredClone(stored.get(FIRST_ENVIRONMENT)) as Record<string, Record<string, unknown>>;
    stored.set(OTHER, ciphers);
    assert.deepEqual(await sealed.providerDocument(OTHER), { guest: DOCUMENT.guest });
    ciphers["steam"]!["publisherKey"] = ciphers["google"]!["clientSecret"];
    stored.set(FIRST_ENVIRONMENT, ciphers);
    const { steam: _, ...others } = DOCUMENT;
    assert.deepEqual(await sealed.providerDocument(FIRST_ENVIRONMENT), others);
    const { provider } = await log.waitFor("providers.secret_not_opened");
    assert.ok(typeof provider === "string");
  });

  it("follow a new key while the old one is still there, and need the old one no more when stored again", async () => {
    const { withKeys, sealed } = stage(1);
    await sealed.setProviderDocument(FIRST_ENVIRONMENT, DOCUMENT);
    const both = withKeys(2, 1);
    await both.setProviderDocument(FIRST_ENVIRONMENT, await both.providerDocument(FIRST_ENVIRONMENT));
    assert.deepEqual(await withKeys(2).providerDocument(FIRST_ENVIRONMENT), DOCUMENT);
    assert.deepEqual(await withKeys(1).providerDocument(FIRST_ENVIRONMENT), { guest: DOCUMENT.guest });
  });

  it("are stored as they are without a key, and do not open when every key was taken away", async () => {
    const { stored, sealed, withKeys } = stage(1);
    await sealed.setProviderDocument(FIRST_ENVIRONMENT, DOCUMENT);
    assert.deepEqual(await withKeys().providerDocument(FIRST_ENVIRONMENT), { guest: DOCUMENT.guest });
    await withKeys().setProviderDocument(FIRST_ENVIRONMENT, DOCUMENT);
    assert.deepEqual(stored.get(FIRST_ENVIRONMENT), DOCUMENT);
  });

  it("are nothing where nothing was configured", async () => {
    assert.equal(await stage(1).sealed.providerDocument(FIRST_ENVIRONMENT), undefined);
  });
});
