// What an account is made of, whichever peer it is made at.
import { randomBytes, randomUUID } from "node:crypto";
import type { Account } from "./measured-server.ts";

const PASSWORD_BYTES = 18;

/** A device that nobody knows, and an address with a password that every peer takes for strong. */
export function newAccount(index: number): Omit<Account, "token"> {
  const password = randomBytes(PASSWORD_BYTES).toString("base64url");
  return { deviceId: randomUUID(), email: `player-${index}@example.com`, password };
}
