// The environment is read as a whole, and its mistakes are told together.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError, parseConfig, parseDatabaseConfig } from "./config.ts";

const SERVER_KEY = "0123456789abcdef0123456789abcdef";

describe("config", () => {
  it("has a default for everything but the server key", () => {
    assert.deepEqual(parseConfig({ SERVER_KEY }), {
      dataDir: ".data",
      databaseUrl: undefined,
      port: 8000,
      host: "0.0.0.0",
      opsPort: 8001,
      opsHost: "127.0.0.1",
      redisUrl: undefined,
      serverKey: SERVER_KEY,
      operatorKey: undefined,
      defaultEnvironment: "demo/dev",
      sessionTimes: { idleMs: 2_592_000_000, maxMs: 31_536_000_000, graceMs: 10_000 },
      smtpUrl: undefined,
      mailFrom: "Gamekeeper <gamekeeper@localhost>",
      accountPageUrl: "http://localhost:8000/account",
      logLevel: "info",
      webDir: "web/dist",
      breachedPasswordsUrl: undefined,
      corsOrigins: ["*"],
      providerPrivateHosts: [],
      factorsKeys: [],
      passkeyRpId: "localhost",
      passkeyOrigins: ["http://localhost:8000"],
      trustedProxies: [],
      rateLimits: {},
      playerDeletionDays: 30,
      drainSeconds: 10,
    });
  });

  it("takes an empty string for unset", () => {
    assert.deepEqual(
      parseConfig({ SERVER_KEY, DATABASE_URL: "", PLATFORM_PORT: "", LOG_LEVEL: "" }),
      parseConfig({ SERVER_KEY }),
    );
  });

  it("reads what is set, port 0 included", () => {
    const config = parseConfig({
      SERVER_KEY,
      PLATFORM_PORT: "0",
      CORS_ORIGINS: "https://play.example.com, http://localhost:5173",
      PROVIDER_PRIVATE_HOSTS: "keycloak.internal, 10.0.3.7,[fd00::7]",
      DATABASE_URL: "postgres://u:p@db/game",
      REDIS_URL: "rediss://cache:6380",
      FACTORS_KEY: `${"0a".repeat(32)}, ${"0B".repeat(32)}`,
      PASSKEY_ORIGINS: "https://play.example.com, android:apk-key-hash:abc",
      TRUSTED_PROXIES: "10.0.0.0/8, fd00::/8,192.0.2.7",
      RATE_LIMITS: "address=60, player_export=1",
      GUEST_SIGN_INS_PER_MINUTE: "7",
    });
    assert.deepEqual(config.factorsKeys, [Buffer.alloc(32, 0x0a), Buffer.alloc(32, 0x0b)]);
    assert.deepEqual(config.passkeyOrigins, ["https://play.example.com", "android:apk-key-hash:abc"]);
    assert.equal(config.port, 0);
    assert.deepEqual(config.trustedProxies, ["10.0.0.0/8", "fd00::/8", "192.0.2.7"]);
    assert.deepEqual(config.rateLimits, { guest_sign_in: 7, address: 60, player_export: 1 });
    assert.deepEqual(config.corsOrigins, ["https://play.example.com", "http://localhost:5173"]);
    assert.deepEqual(config.providerPrivateHosts, ["keycloak.internal", "10.0.3.7", "[fd00::7]"]);
    assert.equal(config.databaseUrl, "postgres://u:p@db/game");
  });

  it("reports every mistake at once, with the variable, its bound and the fix, and no value", () => {
    const env = {
      SERVER_KEY: "too-short-secret",
      PLATFORM_PORT: "70000",
      PLATFORM_OPS_PORT: "http",
      LOG_LEVEL: "loud",
      DATABASE_URL: "mysql://root:hunter2@db",
      REDIS_URL: "localhost",
      BREACHED_PASSWORDS_URL: "https://api.pwnedpasswords.com/range",
      CORS_ORIGINS: "play.example.com",
      PROVIDER_PRIVATE_HOSTS: "keycloak.internal:8080",
      TRUSTED_PROXIES: "10.0.0.0/33",
      RATE_LIMITS: "address=0",
      PLAYER_DELETION_DAYS: "366",
      DRAIN_SECONDS: "-1",
      GUEST_SIGN_INS_PER_MINUTE: "0",
      SMTP_URL: "mail.example.com",
      MAIL_FROM: "no-reply@example.com",
      ACCOUNT_PAGE_URL: "javascript:alert(1)",
      FACTORS_KEY: `${"0".repeat(64)},${"0".repeat(63)}`,
      PASSKEY_RP_ID: "https://play.example.com",
      PASSKEY_ORIGINS: "play.example.com",
      OPERATOR_KEY: "with a space, and long enough to be a key",
      DEFAULT_ENVIRONMENT: "production",
    };
    assert.throws(
      () => parseConfig(env),
      (error) => {
        assert.ok(error instanceof ConfigError);
        for (const name of Object.keys(env)) assert.match(error.message, new RegExp(`^  ${name} must `, "m"));
        assert.match(error.message, /PLATFORM_PORT must be at most 65535. Set PLATFORM_PORT=8000/);
        assert.match(error.message, /SERVER_KEY must have at least 32 characters; make one with: openssl rand -hex 32/);
        assert.doesNotMatch(error.message, /too-short-secret|hunter2|loud/);
        return true;
      },
    );
  });

  it("refuses limits and proxies that cannot be meant, whichever way they are wrong", () => {
    for (const RATE_LIMITS of [
      "address",
      "address=",
      "address=1=2",
      "nothing=5",
      "address=1.5",
      "address=-1",
      "=",
      "a,b",
    ]) {
      assert.throws(
        () => parseConfig({ SERVER_KEY, RATE_LIMITS }),
        /RATE_LIMITS must be .* address, player, /,
        RATE_LIMITS,
      );
    }
    for (const TRUSTED_PROXIES of ["*", "proxy.example.com", "10.0.0.0/x", "10", "::/129", "10.0.0.1,,"]) {
      assert.throws(() => parseConfig({ SERVER_KEY, TRUSTED_PROXIES }), /TRUSTED_PROXIES must be/, TRUSTED_PROXIES);
    }
  });

  it("says that the server key is required", () => {
    assert.throws(() => parseConfig({}), /SERVER_KEY is required/);
  });

  it("asks for a sender where there is a mail server", () => {
    const SMTP_URL = "smtps://user:hunter2@mail.example.com";
    assert.throws(() => parseConfig({ SERVER_KEY, SMTP_URL }), /MAIL_FROM is required with SMTP_URL/);
    const config = parseConfig({ SERVER_KEY, SMTP_URL, MAIL_FROM: "Arena <no-reply@example.com>" });
    assert.equal(config.smtpUrl, SMTP_URL);
  });

  it("lets a command-line tool read the database's variables alone", () => {
    assert.deepEqual(parseDatabaseConfig({ DATA_DIR: "/srv/data" }), { dataDir: "/srv/data", databaseUrl: undefined });
  });
});
