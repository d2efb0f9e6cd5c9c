import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DEFAULT_PROVIDERS, MAX_PROVIDERS, ProvidersDocument } from "../../../shared/schema/platform/index.ts";
import { MemoryStore } from "../../ephemeral/memory.ts";
import { testDeps } from "./verifier.contract.ts";
import { verifiersOf } from "./verifiers-of.ts";

const GOOGLE = { kind: "oidc", issuer: "https://accounts.google.com", clientIds: ["web"], clientSecret: "hush hush" };
const CUSTOM = { kind: "custom", issuer: "studio", audience: "game", sharedSecret: "hush ".repeat(8) };
const STEAM = { kind: "steam-ticket", appId: 480, publisherKey: "abcdef0123456789".repeat(2), identity: "game" };

/** What stands for a key in the guides, and a key, both as JSON has them. */
const PLACEHOLDER = JSON.stringify("-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n");
const KEY = JSON.stringify(
  generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
);

/** The places of what is wrong with a document. */
function wrong(document: unknown): string[] {
  const result = ProvidersDocument.safeParse(document);
  return result.success ? [] : result.error.issues.map(({ path }) => path.join("."));
}

describe("the document of ways in", () => {
  it("is good by default, and with every kind", () => {
    assert.deepEqual(wrong(DEFAULT_PROVIDERS), []);
    assert.deepEqual(wrong({ google: GOOGLE, studio: CUSTOM, steam: STEAM }), []);
  });

  it("names what is wrong by its place", () => {
    assert.deepEqual(wrong({ google: { ...GOOGLE, clientIds: [] } }), ["google.clientIds"]);
    assert.deepEqual(wrong({ google: { ...GOOGLE, issuer: "accounts.google.com" } }), ["google.issuer"]);
    assert.deepEqual(wrong({ google: { ...GOOGLE, issuer: "https://user:pw@example.com" } }), ["google.issuer"]);
    assert.deepEqual(wrong({ google: { ...GOOGLE, issuer: "file:///etc/passwd" } }), ["google.issuer"]);
    assert.deepEqual(wrong({ google: { ...GOOGLE, clientid: "web" } }), ["google"]);
    assert.deepEqual(wrong({ google: { ...GOOGLE, algorithms: ["HS256"] } }), ["google.algorithms.0"]);
    assert.deepEqual(wrong({ google: { ...GOOGLE, algorithms: ["none"] } }), ["google.algorithms.0"]);
    assert.deepEqual(wrong({ Google: GOOGLE }), ["Google"]);
    assert.deepEqual(wrong({ magic: { kind: "magic" } }), ["magic.kind"]);
  });

  it("lets a studio's token be signed in one way alone, and not with a short secret", () => {
    assert.deepEqual(wrong({ studio: { ...CUSTOM, jwksUrl: "https://studio.example.com/keys" } }), ["studio"]);
    assert.deepEqual(wrong({ studio: { ...CUSTOM, sharedSecret: undefined } }), ["studio"]);
    assert.deepEqual(wrong({ studio: { ...CUSTOM, sharedSecret: "short" } }), ["studio.sharedSecret"]);
  });

  it("does not take the names of ways in that are built in", () => {
    for (const name of ["password", "email", "email-code", "passkey"]) {
      assert.deepEqual(wrong({ [name]: GOOGLE }), [name]);
      assert.deepEqual(wrong({ google: { ...GOOGLE, namespace: name } }), ["google"]);
    }
  });

  it("shares a namespace only between ways in of one authority", () => {
    const openId = { kind: "steam-openid", returnTo: ["https://game.example.com/steam"] };
    assert.deepEqual(wrong({ "steam-ticket": STEAM, "steam-openid": openId }), []);
    assert.deepEqual(wrong({ google: GOOGLE, "google-tv": { ...GOOGLE, namespace: "google" } }), []);
    const pretender = { ...GOOGLE, issuer: "https://evil.example.com", namespace: "google" };
    assert.deepEqual(wrong({ google: GOOGLE, pretender }), ["pretender.namespace"]);
    assert.deepEqual(wrong({ google: GOOGLE, pretender: { ...CUSTOM, namespace: "google" } }), ["pretender.namespace"]);
    assert.deepEqual(wrong({ pretender: { ...CUSTOM, namespace: "steam" }, steam: STEAM }), ["steam.namespace"]);
  });

  it("has a bounded number of ways in", () => {
    const many = Object.fromEntries(Array.from({ length: MAX_PROVIDERS + 1 }, (_, i) => [`g${i}`, { kind: "guest" }]));
    assert.deepEqual(wrong(many), [""]);
  });

  it("does not crash on anything else", () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        ProvidersDocument.safeParse(anything);
      }),
    );
  });

  it("is made into ways in by their names, also each example of the guides", () => {
    const store = new MemoryStore();
    const pages = ["openid-connect", "steam", "google-play-games", "game-center", "psn", "xbox", "custom", "guest"];
    for (const page of pages) {
      const text = readFileSync(new URL(`../../../docs/guides/sign-in-${page}.md`, import.meta.url), "utf8");
      const examples = [...text.matchAll(/```json providers\n([\s\S]*?)```/g)].map(([, json = ""]) =>
        JSON.parse(json.replaceAll(PLACEHOLDER, KEY)),
      );
      assert.ok(examples.length > 0, `${page} has no example`);
      for (const example of examples) {
        const document = ProvidersDocument.parse(example);
        assert.deepEqual([...verifiersOf(document, testDeps(store)).keys()], Object.keys(example));
      }
    }
    return store.close();
  });
});
