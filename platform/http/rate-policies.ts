// How much of the platform one address or one player may use: every limit, in one table.

/** How a bucket of requests fills. */
export interface RatePolicy {
  /** How many come back in a minute; need not be whole. */
  readonly perMinute: number;
  /** How many may come at once, at least 1; as many as `perMinute` when left out. */
  readonly burst?: number;
  /** Whose requests share a bucket. */
  readonly by: "address" | "player";
}

/**
 * Every limit by its name, which is also its label in metrics and headers. What an address may do is sized for many
 * players behind one address (a school, a mobile network); what a player may do, for one busy client.
 */
export const RATE_POLICIES = {
  /** Every request of an address, before anything is done about it. */
  address: { perMinute: 12_000, burst: 3_000, by: "address" },
  /** Every request with the access token of a player. */
  player: { perMinute: 1_200, burst: 300, by: "player" },
  /** Heartbeats and goodbyes of the game servers at one address, in place of `address`. */
  game_server: { perMinute: 60_000, burst: 3_000, by: "address" },
  /** Everything under /v1/auth/ from an address. */
  auth: { perMinute: 600, by: "address" },
  /** Sign-ins by a proof; many players may share an address. */
  sign_in: { perMinute: 120, by: "address" },
  guest_sign_in: { perMinute: 300, by: "address" },
  /** Refreshes and sign-outs. A client needs four an hour, and many may share an address. */
  refresh: { perMinute: 600, by: "address" },
  /** Passwords that are set: each costs a hash and an estimate. */
  password: { perMinute: 30, by: "address" },
  /** Requests for a code by mail. */
  mail_code: { perMinute: 20, by: "address" },
  /** Tries at codes by mail. Each code has a bound of its own beside this. */
  mail_code_try: { perMinute: 60, by: "address" },
  /** Challenges and passkeys of sign-ins. Each may leave something behind for some minutes. */
  factor_sign_in: { perMinute: 120, by: "address" },
  /** Reading and changing one's own second factors. */
  factors: { perMinute: 60, by: "player" },
  /** Linking, unlinking and resolving clashes. */
  identity_change: { perMinute: 30, by: "player" },
  matchmaking_join: { perMinute: 120, by: "player" },
  profile_change: { perMinute: 30, by: "player" },
  player_export: { perMinute: 0.05, burst: 3, by: "player" },
  player_deletion: { perMinute: 0.2, burst: 5, by: "player" },
} as const satisfies Record<string, RatePolicy>;

/** The name of a limit. */
export type RatePolicyName = keyof typeof RATE_POLICIES;

/** Limits that an operator set otherwise: requests a minute, and as many at once. */
export type RateOverrides = Readonly<Partial<Record<RatePolicyName, number>>>;

/** Every name, for messages. */
export const RATE_POLICY_NAMES = Object.keys(RATE_POLICIES) as readonly RatePolicyName[];

/** The policy of this name, as the operator has it. */
export function policyOf(name: RatePolicyName, overrides: RateOverrides): RatePolicy {
  const policy: RatePolicy = RATE_POLICIES[name];
  const perMinute = overrides[name];
  return perMinute === undefined ? policy : { perMinute, by: policy.by };
}

/** The limits that hold for a path whoever asks, by address, and before it is known who that is. */
export function edgePolicies(path: string): readonly RatePolicyName[] {
  if (path.startsWith("/v1/servers/")) return ["game_server"];
  return path.startsWith("/v1/auth/") ? ["address", "auth"] : ["address"];
}
