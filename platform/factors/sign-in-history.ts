// What is known of a player's earlier sign-ins when a new one is judged. Facts only; the rules are elsewhere.

/** Where a player was, at most once a country. */
export interface CountryVisit {
  /** ISO 3166-1 alpha-2, e.g. "CH". */
  readonly country: string;
  readonly lastSeenMs: number;
}

/** A sign-in that is about to happen, and what came before it. Times are milliseconds since 1970. */
export interface SignInFacts {
  readonly nowMs: number;
  /** Whether this player signed in from this device before. */
  readonly isKnownDevice: boolean;
  /** Whether this player ever signed in before. */
  readonly hasHistory: boolean;
  /** Where the address is, if the database knows. */
  readonly country: string | undefined;
  /** Where the player was before, in no order. */
  readonly visits: readonly CountryVisit[];
  /** Attempts on this account that failed lately. */
  readonly recentFailures: number;
}
