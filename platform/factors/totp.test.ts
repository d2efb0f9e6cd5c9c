// Codes are those of the RFC, good for one period either way, and for nothing else.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Secret } from "otpauth";
import { newTotpSecret, TOTP_PERIOD_SECONDS, totpCode, totpStepOf, totpUri } from "./totp.ts";

const PERIOD_MS = TOTP_PERIOD_SECONDS * 1_000;

/** The seed of RFC 6238, appendix B, for SHA-1. */
const RFC_SECRET = Secret.fromLatin1("12345678901234567890").base32;

describe("TOTP", () => {
  it("gives the codes of RFC 6238, appendix B, cut to six digits", () => {
    for (const [seconds, code] of [
      [59, "287082"],
      [1_111_111_109, "081804"],
      [1_111_111_111, "050471"],
      [1_234_567_890, "005924"],
      [2_000_000_000, "279037"],
      [20_000_000_000, "353130"],
    ] as const) {
      assert.equal(totpCode(RFC_SECRET, seconds * 1_000), code);
      assert.equal(totpStepOf(RFC_SECRET, code, seconds * 1_000), Math.floor(seconds / TOTP_PERIOD_SECONDS));
    }
  });

  it("takes a code of the period before and after, says which it was, and none further away", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 2 ** 31 }), fc.integer({ min: -4, max: 4 }), (step, drift) => {
        const secret = newTotpSecret();
        const code = totpCode(secret, (step + drift) * PERIOD_MS);
        const found = totpStepOf(secret, code, step * PERIOD_MS + 1);
        if (Math.abs(drift) <= 1) assert.ok(found !== undefined && totpCode(secret, found * PERIOD_MS) === code);
        // By chance, once in some hundred thousand, a far code is the same as a near one.
        else if (found !== undefined) assert.equal(totpCode(secret, found * PERIOD_MS), code);
      }),
      { numRuns: 200 },
    );
    assert.equal(totpStepOf(RFC_SECRET, "287082", 59_000 + 2 * PERIOD_MS), undefined);
    assert.equal(totpStepOf(RFC_SECRET, "287082", 59_000 + PERIOD_MS), 1);
  });

  it("takes nothing that is not six digits", () => {
    for (const code of ["", "28708", "2870822", " 287082", "287082\n", "28708２", "0x1234", "-87082"]) {
      assert.equal(totpStepOf(RFC_SECRET, code, 59_000), undefined, JSON.stringify(code));
    }
  });

  it("makes secrets of 160 bits that do not repeat", () => {
    const secrets = Array.from({ length: 100 }, () => newTotpSecret());
    assert.equal(new Set(secrets).size, 100);
    for (const secret of secrets) assert.match(secret, /^[A-Z2-7]{32}$/);
  });

  it("makes a link that names the game and the player, also with odd characters in either", () => {
    const uri = new URL(totpUri(RFC_SECRET, "Sea & Sky", "Zoë: the 1st?"));
    assert.equal(uri.protocol, "otpauth:");
    assert.equal(uri.host, "totp");
    assert.equal(decodeURIComponent(uri.pathname), "/Sea & Sky:Zoë: the 1st?");
    assert.equal(uri.searchParams.get("issuer"), "Sea & Sky");
    assert.equal(uri.searchParams.get("secret"), RFC_SECRET);
    assert.equal(uri.searchParams.get("period"), "30");
    assert.equal(uri.searchParams.get("digits"), "6");
  });
});
