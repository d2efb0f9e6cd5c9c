// The hook for lists of passwords that were stolen elsewhere and published.

/** A list of passwords that attackers have. Implementations must not send or log the password itself. */
export interface BreachedPasswords {
  /** Whether the password is on the list. Rejects when the list cannot be asked. */
  contains(password: string): Promise<boolean>;
}

/** No list: every password passes. */
export const NO_BREACHED_PASSWORDS: BreachedPasswords = { contains: async () => false };
