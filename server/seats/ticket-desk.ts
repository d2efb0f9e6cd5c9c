// Checks join tickets offline and lets each be used once.
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { SeatClaim } from "../../rooms/kit/index.ts";
import { AppError } from "../../shared/schema/errors.ts";
import {
  ENVIRONMENT_HEADER,
  type EnvironmentId,
  JOIN_TICKET_AUDIENCE,
  JoinTicketClaims,
  TOKEN_ISSUER,
} from "../../shared/schema/platform/index.ts";

/** Used ticket ids that are remembered at most; each only until its ticket has expired. */
const MAX_USED_TICKETS = 100_000;
/** Clocks of two machines may disagree by this much. */
const CLOCK_TOLERANCE_SECONDS = 2;

/** How often keys are fetched anew while tickets come: by then a key that the platform took back is gone here too. */
export const REFRESH_MS = 60_000;

/**
 * The platform's public keys of an environment. They are kept for as long as the platform is away, and fetched again for an
 * unknown key id and every minute. `onStale` hears when that failed; `now` is the clock in milliseconds.
 */
export function platformKeys(
  platformUrl: string,
  environment: EnvironmentId,
  onStale: (error: unknown) => void,
  now: () => number = () => performance.now(),
): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", platformUrl), {
    headers: { [ENVIRONMENT_HEADER]: environment },
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: 2_000,
    timeoutDuration: 3_000,
  });
  let fetchedAtMs = now();
  return (header, token) => {
    // Nobody waits for this: a ticket is checked with the keys that are here.
    if (keys.jwks() !== undefined && now() - fetchedAtMs >= REFRESH_MS) {
      fetchedAtMs = now();
      keys.reload().catch(onStale);
    }
    return keys(header, token);
  };
}

/** The desk: a claim in, the ticket's claims out, or an `AppError` with a `ticket.*` code. */
export class TicketDesk {
  readonly #keys: JWTVerifyGetKey;
  readonly #environment: EnvironmentId;
  /** Expiry (seconds) of each used ticket, by its id, oldest first. */
  readonly #used = new Map<string, number>();

  constructor(keys: JWTVerifyGetKey, environment: EnvironmentId) {
    this.#keys = keys;
    this.#environment = environment;
  }

  /** Verifies signature, issuer, audience, age, environment, room and player, and spends the ticket. */
  async admit(claim: SeatClaim): Promise<JoinTicketClaims> {
    if (!claim.ticket) {
      throw new AppError(
        "ticket.missing",
        "Ask the platform for a seat (POST /v1/matchmaking/join) and send its ticket.",
      );
    }
    const claims = await this.#verify(claim.ticket);
    if (claims.env !== this.#environment) {
      throw new AppError("ticket.wrong_environment", `The ticket is for ${claims.env}, and this server is another's.`);
    }
    if (claims.roomId !== claim.roomId) {
      throw new AppError("ticket.wrong_room", `The ticket is for room ${claims.roomId}; join that room.`);
    }
    if (claim.playerId !== undefined && claim.playerId !== claims.sub) {
      throw new AppError("ticket.wrong_player", "The ticket was made for another player; ask for one of your own.");
    }
    this.#spend(claims);
    return claims;
  }

  async #verify(ticket: string): Promise<JoinTicketClaims> {
    try {
      const { payload } = await jwtVerify(ticket, this.#keys, {
        issuer: TOKEN_ISSUER,
        audience: JOIN_TICKET_AUDIENCE,
        algorithms: ["ES256"],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return JoinTicketClaims.parse(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new AppError("ticket.expired", "Join tickets live for seconds; ask the platform for a new one.", {
          cause: error,
        });
      }
      if (isUnreachable(error)) {
        throw new AppError("service.unavailable", "The platform's keys could not be fetched; try again.", {
          cause: error,
        });
      }
      throw new AppError("ticket.invalid", "The ticket is not one of this platform's.", { cause: error });
    }
  }

  #spend({ jti, exp }: JoinTicketClaims): void {
    const now = Date.now() / 1000 - CLOCK_TOLERANCE_SECONDS;
    for (const [id, expiry] of this.#used) {
      if (expiry > now && this.#used.size < MAX_USED_TICKETS) break;
      this.#used.delete(id);
    }
    if (this.#used.has(jti)) throw new AppError("ticket.used", "A ticket joins once; ask the platform for a new one.");
    this.#used.set(jti, exp);
  }
}

/** The key endpoint did not answer: the ticket may be good, this server cannot tell. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout) return true;
  if (error instanceof errors.JOSEError) return error.code === "ERR_JOSE_GENERIC";
  return error instanceof TypeError;
}
