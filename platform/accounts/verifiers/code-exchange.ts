// Exchanges an authorization code at a token endpoint (RFC 6749, section 4.1.3) of providers that are not plain OpenID Connect.
import { z } from "zod";
import type { ProviderHttp } from "./provider-http.ts";
import { invalidProof } from "./refusals.ts";

const Failure = z.object({ error: z.string() });

/** A code and who exchanges it. */
export interface CodeExchange {
  readonly tokenUrl: string;
  readonly code: string;
  readonly redirectUri: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whether the client's credentials go into the `Authorization` header, or else into the form. */
  readonly hasBasicCredentials: boolean;
}

/**
 * The answer of the token endpoint in the shape `Answer`. Throws `proof.invalid` when the code is refused, and
 * `provider.unavailable` for everything else that is not such an answer, among it that our own credentials are refused.
 */
export async function exchangeCode<Answer>(
  http: ProviderHttp,
  exchange: CodeExchange,
  answer: z.ZodType<Answer>,
): Promise<Answer> {
  const { tokenUrl, code, redirectUri, clientId, clientSecret, hasBasicCredentials } = exchange;
  const body = new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: redirectUri });
  const headers: Record<string, string> = { accept: "application/json" };
  if (hasBasicCredentials) {
    const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
    headers["authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
  } else {
    body.set("client_id", clientId);
    body.set("client_secret", clientSecret);
  }
  const { status, json } = await http.askJson(tokenUrl, { method: "POST", headers, body });
  const failure = Failure.safeParse(json);
  if (failure.data?.error === "invalid_grant") throw invalidProof("the provider does not take its code");
  const parsed = answer.safeParse(json);
  if (status === 200 && parsed.success) return parsed.data;
  throw http.nonsense(
    tokenUrl,
    `it answered ${status} to the exchange of a code, ${failure.data?.error ?? "in a strange shape"}`,
  );
}
