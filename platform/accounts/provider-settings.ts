// How operators configure the ways in of an environment: they see everything but secrets, and replace it as a whole.
import { AppError } from "../../shared/schema/errors.ts";
import {
  DEFAULT_PROVIDERS,
  type EnvironmentId,
  HIDDEN_SECRET,
  type OfferedProviders,
  ProvidersDocument,
  type ProvidersSettings,
  SECRET_FIELDS,
} from "../../shared/schema/platform/index.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Actor } from "../environments/credential.ts";
import { fieldErrors } from "../errors.ts";
import type { EnvironmentVerifiers, ProvidersSource } from "./verifiers/environment-verifiers.ts";
import { unusableKeys } from "./verifiers/usable-keys.ts";

/** Where documents are stored. */
export interface ProviderDocuments extends ProvidersSource {
  /** Stores a document that was checked, in place of the one before. */
  setProviderDocument(environmentId: EnvironmentId, document: unknown): Promise<void>;
}

/** What `ProviderSettingsService` needs. */
export interface ProviderSettingsDeps {
  readonly documents: ProviderDocuments;
  readonly verifiers: Pick<EnvironmentVerifiers, "forget">;
  readonly audit: AuditLog;
}

/** Reads and replaces the document of ways in. */
export class ProviderSettingsService {
  readonly #deps: ProviderSettingsDeps;

  constructor(deps: ProviderSettingsDeps) {
    this.#deps = deps;
  }

  /** The document without its secrets. */
  async read(environmentId: EnvironmentId): Promise<ProvidersSettings> {
    return withoutSecrets(await this.#stored(environmentId));
  }

  /** What everybody may know: which ways in there are, and what a client has to name to the provider. */
  async offered(environmentId: EnvironmentId): Promise<OfferedProviders> {
    const document = await this.#stored(environmentId);
    const providers = Object.entries(document).map(([provider, config]) => ({
      provider,
      kind: config.kind,
      ...(config.kind === "oidc" ? { issuer: config.issuer, clientIds: config.clientIds } : {}),
    }));
    // In one order, however the document was stored.
    return { providers: providers.sort((a, b) => (a.provider < b.provider ? -1 : 1)) };
  }

  /**
   * Replaces the document, at once in this process and within seconds in the others. `HIDDEN_SECRET` keeps the secret
   * that is stored at the same place. Throws `request.invalid` that names what is wrong.
   */
  async replace(environmentId: EnvironmentId, given: unknown, actor: Actor): Promise<ProvidersSettings> {
    const before = await this.#stored(environmentId);
    const result = ProvidersDocument.safeParse(withSecretsOf(given, before));
    const errors = result.success ? unusableKeys(result.data) : fieldErrors(result.error, "body");
    if (!result.success || errors.length > 0) {
      throw new AppError("request.invalid", `Correct and send again: ${errors.map(({ field }) => field).join(", ")}.`, {
        errors,
      });
    }
    await this.#deps.documents.setProviderDocument(environmentId, result.data);
    this.#deps.verifiers.forget(environmentId);
    const after = withoutSecrets(result.data);
    await this.#deps.audit.record({
      environmentId,
      actor,
      action: "providers.replaced",
      subject: `environment/${environmentId}`,
      before: withoutSecrets(before),
      after,
    });
    return after;
  }

  async #stored(environmentId: EnvironmentId): Promise<ProvidersDocument> {
    const document = await this.#deps.documents.providerDocument(environmentId);
    return ProvidersDocument.parse(document ?? DEFAULT_PROVIDERS);
  }
}

/** The document as it may be shown and logged. */
function withoutSecrets(document: ProvidersDocument): ProvidersSettings {
  return JSON.parse(
    JSON.stringify(document, (key, value) => {
      if (!SECRET_FIELDS.has(key)) return value;
      return Array.isArray(value) ? value.map(() => HIDDEN_SECRET) : HIDDEN_SECRET;
    }),
  );
}

/** What was sent, with the stored secrets at the places where a request says that they stay. */
function withSecretsOf(given: unknown, stored: unknown): unknown {
  if (given === HIDDEN_SECRET) return typeof stored === "string" ? stored : "";
  if (Array.isArray(given)) {
    return given.map((value, i) => withSecretsOf(value, Array.isArray(stored) ? stored[i] : undefined));
  }
  if (typeof given !== "object" || given === null) return given;
  const known = new Map<string, unknown>(typeof stored === "object" && stored !== null ? Object.entries(stored) : []);
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, withSecretsOf(value, known.get(key))]));
}
