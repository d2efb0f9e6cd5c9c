// Recovery codes are many enough not to be guessed, and forgiving to type.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MAX_RECOVERY_CODE_LENGTH, newRecoveryCodes, RECOVERY_CODE_COUNT, recoveryCodeHash } from "./recovery-codes.ts";

describe("recovery codes", () => {
  it("come ten at a time, in groups of four, and do not repeat", () => {
    const codes = Array.from({ length: 100 }, newRecoveryCodes).flat();
    assert.equal(codes.length, 100 * RECOVERY_CODE_COUNT);
    assert.equal(new Set(codes).size, codes.length);
    for (const code of codes) assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  it("use every character about as often", () => {
    const counts = new Map<string, number>();
    for (const character of Array.from({ length: 400 }, newRecoveryCodes).flat().join("").replaceAll("-", "")) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    assert.equal(counts.size, 32);
    // 64,000 characters: 2,000 of each are expected, and 300 is about seven standard deviations.
    for (const [character, count] of counts) assert.ok(Math.abs(count - 2_000) < 300, `${character}: ${count}`);
  });

  it("are known however they are typed", () => {
    const code = "7K2M-90QX-V3TB-1D0N";
    const hash = recoveryCodeHash(code);
    assert.match(hash ?? "", /^[0-9a-f]{64}$/);
    for (const typed of ["7k2m90qxv3tb1d0n", " 7K2M 90QX V3TB 1D0N\n", "7K2M-9OQX-V3TB-LDON", "7k2m-9oqx-v3tb-ido n"]) {
      assert.equal(recoveryCodeHash(typed), hash, typed);
    }
  });

  it("are not what is too short, too long or of other characters", () => {
    for (const typed of ["", "7K2M-90QX-V3TB", "7K2M-90QX-V3TB-1D0NN", "7K2M-90QX-V3TB-1D0U", "７K2M-90QX-V3TB-1D0N"]) {
      assert.equal(recoveryCodeHash(typed), undefined, typed);
    }
    assert.equal(recoveryCodeHash(`7K2M-90QX-V3TB-1D0N${" ".repeat(MAX_RECOVERY_CODE_LENGTH)}`), undefined);
  });
});
