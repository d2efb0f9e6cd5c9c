// Signs what a clash was about, so that the answer to it needs no second proof, and can be about nothing else.
import { z } from "zod";
import { AppError } from "../../shared/schema/errors.ts";
import { CLASH_SECONDS, type EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { TokenService } from "../tokens/service.ts";

/** Keeps clash tokens apart from access tokens and tickets. */
const CLASH_AUDIENCE = "gamekeeper:clash";

/** A proven identity that leads to somebody else: `mine` has proven it, `theirs` has it. */
export interface Clash {
  readonly mine: string;
  readonly theirs: string;
  readonly provider: string;
  readonly subjectHash: string;
}

const Claims = z.object({
  sub: z.uuid(),
  theirs: z.uuid(),
  provider: z.string(),
  subjectHash: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Makes and reads clash tokens: JSON Web Tokens, good for `CLASH_SECONDS`, for one player of one environment. */
export class ClashTokens {
  readonly #tokens: Pick<TokenService, "signFor" | "verifyFor">;

  constructor(tokens: Pick<TokenService, "signFor" | "verifyFor">) {
    this.#tokens = tokens;
  }

  /** The token of this clash. */
  sign(environmentId: EnvironmentId, { mine, theirs, provider, subjectHash }: Clash): Promise<string> {
    return this.#tokens.signFor(environmentId, CLASH_AUDIENCE, mine, { theirs, provider, subjectHash }, CLASH_SECONDS);
  }

  /** What `token` is about. Throws `identity.clash_stale` when it is old, forged, of another environment or not of `mine`. */
  async verify(environmentId: EnvironmentId, mine: string, token: string): Promise<Clash> {
    const claims = Claims.safeParse(await this.#tokens.verifyFor(environmentId, CLASH_AUDIENCE, token));
    if (!claims.success || claims.data.sub !== mine) throw staleClash();
    const { theirs, provider, subjectHash } = claims.data;
    return { mine, theirs, provider, subjectHash };
  }
}

/** The clash is not as it was, or the choice came too late. */
export function staleClash(): AppError {
  return new AppError("identity.clash_stale", "Link the identity again, and choose by the answer to that.");
}
