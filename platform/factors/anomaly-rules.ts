// What makes a sign-in worth a second look: small pure rules, each with a name that is stored, logged and shown.
import { distanceKm } from "./country-places.ts";
import type { CountryVisit, SignInFacts } from "./sign-in-history.ts";

/** Why a challenge is asked for. */
export const ANOMALIES = ["new_device", "new_country", "impossible_travel", "many_failures"] as const;
export type Anomaly = (typeof ANOMALIES)[number];

/** Which rules run in an environment. */
export type AnomalySwitches = Readonly<Record<Anomaly, boolean>>;

/** Faster than this nobody travels, in km/h: an airliner with the wind behind it. */
export const FASTEST_TRAVEL_KMH = 1_000;

/** A country counts as known for this long after the last sign-in there: 180 days. */
export const COUNTRY_MEMORY_MS = 180 * 86_400_000;

/** So many failures on one account make the next success suspicious: more than a forgetful person usually needs. */
export const MANY_FAILURES = 5;

/** One rule: whether the facts are out of the ordinary. */
export type AnomalyRule = (facts: SignInFacts) => boolean;

/** The rules by name. A first sign-in is never out of the ordinary: there is nothing to compare it with. */
export const ANOMALY_RULES: Readonly<Record<Anomaly, AnomalyRule>> = {
  new_device: ({ hasHistory, isKnownDevice }) => hasHistory && !isKnownDevice,
  new_country: isNewCountry,
  impossible_travel: isImpossibleTravel,
  many_failures: ({ recentFailures }) => recentFailures >= MANY_FAILURES,
};

/** The names of the rules that are switched on and fire, in the order of `ANOMALIES`. */
export function anomaliesOf(facts: SignInFacts, switches: AnomalySwitches): Anomaly[] {
  return ANOMALIES.filter((name) => switches[name] && ANOMALY_RULES[name](facts));
}

/** An address that the database does not know is no country, and so no new one. */
function isNewCountry({ country, visits, nowMs }: SignInFacts): boolean {
  const known = visits.filter(({ lastSeenMs }) => nowMs - lastSeenMs <= COUNTRY_MEMORY_MS);
  return country !== undefined && visits.length > 0 && !known.some((visit) => visit.country === country);
}

/** Compares with the last place only: people come back to where they were. */
function isImpossibleTravel({ country, visits, nowMs }: SignInFacts): boolean {
  const last = latest(visits);
  if (country === undefined || last === undefined || last.country === country) return false;
  const km = distanceKm(last.country, country);
  const hours = Math.max(0, nowMs - last.lastSeenMs) / 3_600_000;
  return km !== undefined && km > hours * FASTEST_TRAVEL_KMH;
}

function latest(visits: readonly CountryVisit[]): CountryVisit | undefined {
  return visits.reduce<CountryVisit | undefined>(
    (last, visit) => (last === undefined || visit.lastSeenMs > last.lastSeenMs ? visit : last),
    undefined,
  );
}
