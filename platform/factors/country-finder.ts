// The port to where an address is.

/** Finds the country of an address, offline and at once. */
export interface CountryFinder {
  /** ISO 3166-1 alpha-2, e.g. "CH"; undefined for what is private, unknown or no address. Throws nothing. */
  countryOf(address: string): string | undefined;
}
