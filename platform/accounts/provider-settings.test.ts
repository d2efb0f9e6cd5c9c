// Operators configure the ways in of their environment, and secrets go in and never out.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { OpenAPIHono } from "@hono/zod-openapi";
import fc from "fast-check";
import {
  EnvironmentId,
  FIRST_ENVIRONMENT,
  OPERATOR_SCOPES,
  type OperatorScope,
} from "../../shared/schema/platform/index.ts";
import { createErrorHandler, invalidRequest } from "../errors.ts";
import type { AppEnv } from "../http/env.ts";
import { createLog } from "../ops/log.ts";
import { MemoryAuditLog } from "../testing/memory-audit-log.ts";
import { providerRoutes } from "./provider-routes.ts";
import { ProviderSettingsService } from "./provider-settings.ts";

const GOOGLE = { kind: "oidc", issuer: "https://accounts.google.com", clientIds: ["web"], clientSecret: "hush hush" };
const XBOX_KEY = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
}) as string;
const XBOX = { kind: "xbox", relyingParty: "https://game.example.com/", privateKeys: [XBOX_KEY] };

function newSettings() {
  const stored = new Map<string, unknown>();
  const forgotten: string[] = [];
  const audit = new MemoryAuditLog();
  const settings = new ProviderSettingsService({
    documents: {
      providerDocument: async (environmentId) => stored.get(environmentId),
      // As a JSON column does.
      setProviderDocument: async (environmentId, document) =>
        void stored.set(environmentId, JSON.parse(JSON.stringify(document))),
    },
    verifiers: { forget: (environmentId) => void forgotten.push(environmentId) },
    audit,
  });
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error, result.target);
    },
  });
  app.onError(createErrorHandler(createLog("silent")));
  let scopes: readonly OperatorScope[] | undefined;
  app.use(async (c, next) => {
    c.set("environmentId", FIRST_ENVIRONMENT);
    c.set("actor", { kind: "operator", id: "o1" });
    const operator = { kind: "operator", environmentId: FIRST_ENVIRONMENT, keyId: "o1", reach: "environment" } as const;
    c.set("credential", scopes === undefined ? { kind: "none" } : { ...operator, scopes });
    await next();
  });
  app.route("/", providerRoutes(settings));
  const send = async (method: string, path: string, body?: unknown) => {
    const request = { method, headers: { "Content-Type": "application/json" } };
    const response = await app.request(path, body === undefined ? request : { ...request, body: JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, text, body: JSON.parse(text) };
  };
  const as = (given: readonly OperatorScope[] | undefined) => {
    scopes = given;
  };
  return { send, as, stored, forgotten, audit, settings };
}

describe("the settings of ways in", () => {
  it("are guests until an operator says otherwise, and then what was sent", async () => {
    const { send, as, stored, forgotten } = newSettings();
    as(["*"]);
    assert.deepEqual((await send("GET", "/v1/providers")).body, { guest: { kind: "guest" } });
    const { status, body } = await send("PUT", "/v1/providers", { google: GOOGLE });
    assert.equal(status, 200);
    assert.deepEqual(body, (await send("GET", "/v1/providers")).body);
    assert.equal(body.google.nonce, "required", "defaults are shown");
    assert.equal((stored.get(FIRST_ENVIRONMENT) as { google: typeof GOOGLE }).google.clientSecret, "hush hush");
    assert.deepEqual(forgotten, [FIRST_ENVIRONMENT]);
  });

  it("never show a secret, in answers or in the audit log", async () => {
    const { send, as, audit } = newSettings();
    as(["*"]);
    const answers = [await send("PUT", "/v1/providers", { google: GOOGLE, xbox: XBOX })];
    answers.push(await send("GET", "/v1/providers"), await send("GET", "/v1/auth/providers"));
    answers.push(await send("PUT", "/v1/providers", { google: { ...GOOGLE, kind: "unheard-of" } }));
    for (const { text } of answers) {
      assert.ok(!text.includes("hush"), text);
      assert.ok(!text.includes(XBOX_KEY.slice(100, 140)), text);
    }
    assert.equal(audit.entries.length, 1);
    assert.equal(audit.entries[0]?.action, "providers.replaced");
    assert.ok(!JSON.stringify(audit.entries).includes("hush"));
  });

  it("keep the secrets that are sent back as they were shown", async () => {
    const { send, as, stored } = newSettings();
    as(["*"]);
    await send("PUT", "/v1/providers", { google: GOOGLE, xbox: XBOX });
    const before = structuredClone(stored.get(FIRST_ENVIRONMENT));
    const { body } = await send("GET", "/v1/providers");
    assert.equal((await send("PUT", "/v1/providers", body)).status, 200);
    assert.deepEqual(stored.get(FIRST_ENVIRONMENT), before);
    const unheard = { ...GOOGLE, clientSecret: "(secret)" };
    const { status, body: answer } = await send("PUT", "/v1/providers", { discord: unheard });
    assert.equal(status, 422);
    assert.deepEqual(answer.errors[0].field, "discord.clientSecret");
  });

  it("are refused as a whole when anything in them is wrong, and then nothing changes", async () => {
    const { send, as, stored, audit } = newSettings();
    as(["*"]);
    const { status, body } = await send("PUT", "/v1/providers", { google: GOOGLE, steam: { kind: "steam-ticket" } });
    assert.equal(status, 422);
    assert.equal(body.code, "request.invalid");
    assert.ok(body.errors.some(({ field }: { field: string }) => field === "steam.publisherKey"));
    assert.equal(stored.size, 0);
    assert.equal(audit.entries.length, 0);
  });

  it("are refused with keys that are none, and never hold a private key where a public one belongs", async () => {
    const { send, as } = newSettings();
    as(["*"]);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
    const studio = { kind: "custom", issuer: "studio", audience: "game" };
    const { body } = await send("PUT", "/v1/providers", {
      apple: { ...GOOGLE, appleKey: { teamId: "T", keyId: "K", privateKey: XBOX_KEY } },
      xbox: { ...XBOX, privateKeys: [XBOX_KEY, pem("PRIVATE KEY")] },
      "game-center": { kind: "game-center", bundleIds: ["game"], trustedIssuers: [pem("CERTIFICATE")] },
      studio: { ...studio, jwks: { keys: [privateKey.export({ format: "jwk" })] } },
      partner: { ...studio, issuer: "partner", jwks: { keys: [{ kty: "EC" }] } },
    });
    assert.deepEqual(
      body.errors.map(({ field }: { field: string }) => field),
      [
        "apple.appleKey.privateKey",
        "xbox.privateKeys[1]",
        "game-center.trustedIssuers[0]",
        "studio.jwks.keys[0]",
        "partner.jwks.keys[0]",
      ],
    );
  });

  it("tell everybody which ways in there are, and no more", async () => {
    const { send, as } = newSettings();
    as(["*"]);
    await send("PUT", "/v1/providers", { xbox: XBOX, google: GOOGLE });
    as(undefined);
    assert.deepEqual((await send("GET", "/v1/auth/providers")).body, {
      providers: [
        { provider: "google", kind: "oidc", issuer: GOOGLE.issuer, clientIds: GOOGLE.clientIds },
        { provider: "xbox", kind: "xbox" },
      ],
    });
  });

  it("are for operators with the scope alone", async () => {
    const { send, as } = newSettings();
    assert.equal((await send("GET", "/v1/providers")).body.code, "auth.missing");
    assert.equal((await send("PUT", "/v1/providers", {})).body.code, "auth.missing");
    as(OPERATOR_SCOPES.filter((scope) => scope !== "*" && !scope.startsWith("environments:")));
    assert.equal((await send("GET", "/v1/providers")).body.code, "auth.forbidden");
    as(["environments:read"]);
    assert.equal((await send("GET", "/v1/providers")).status, 200);
    assert.equal((await send("PUT", "/v1/providers", {})).body.code, "auth.forbidden");
  });

  it("are each environment's own", async () => {
    const { settings, send, as } = newSettings();
    as(["*"]);
    await send("PUT", "/v1/providers", { google: GOOGLE });
    assert.deepEqual(await settings.read(EnvironmentId.parse("demo/live")), { guest: { kind: "guest" } });
  });

  it("answer 200 or 422 to any document at all", async () => {
    const { send, as } = newSettings();
    as(["*"]);
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const { status } = await send("PUT", "/v1/providers", value);
        assert.ok(status === 200 || status === 422, String(status));
      }),
    );
  });
});
