// Documents of ways in whose secrets are sealed where they are stored, and open where they are used.
import { type EnvironmentId, SECRET_FIELDS } from "../../shared/schema/platform/index.ts";
import { type SecretBox, UnsealError } from "../factors/secret-box.ts";
import type { Log } from "../ops/log.ts";
import type { ProviderDocuments } from "./provider-settings.ts";

/** The member that stands for a secret in a stored document: a secret is text, so that nothing else looks like it. */
const SEALED = "sealed";

/** What `SealedProviderDocuments` needs. */
export interface SealedProviderDocumentsDeps {
  readonly documents: ProviderDocuments;
  /** Without one secrets are stored as they are, and those that were sealed before do not open. */
  readonly box: Pick<SecretBox, "seal" | "open"> | undefined;
  readonly log: Pick<Log, "error">;
}

/**
 * Seals every secret, bound to its environment and its place in the document. What was stored before there was a key is
 * read as it is, and sealed when the document is next stored. A way in whose secret does not open is left out and logged:
 * the others go on.
 */
export class SealedProviderDocuments implements ProviderDocuments {
  readonly #deps: SealedProviderDocumentsDeps;

  constructor(deps: SealedProviderDocumentsDeps) {
    this.#deps = deps;
  }

  /** The document with its secrets open. */
  async providerDocument(environmentId: EnvironmentId): Promise<unknown> {
    const { documents, box, log } = this.#deps;
    const stored = await documents.providerDocument(environmentId);
    if (typeof stored !== "object" || stored === null) return stored;
    const open = (value: unknown, place: readonly string[]): unknown => {
      const sealed = sealedText(value);
      if (sealed === undefined) return value;
      if (box === undefined) throw new UnsealError("no key is configured");
      return box.open(sealed, contextOf(environmentId, place));
    };
    return Object.fromEntries(
      Object.entries(stored).flatMap(([provider, config]) => {
        try {
          return [[provider, mapSecrets(config, open, [provider])]];
        } catch (error) {
          if (!(error instanceof UnsealError)) throw error;
          log.error({ event: "providers.secret_not_opened", environmentId, provider, err: error });
          return [];
        }
      }),
    );
  }

  /** Stores the document with its secrets sealed. */
  async setProviderDocument(environmentId: EnvironmentId, document: unknown): Promise<void> {
    const { documents, box } = this.#deps;
    const seal = (value: unknown, place: readonly string[]) =>
      typeof value === "string" && box !== undefined
        ? { [SEALED]: box.seal(value, contextOf(environmentId, place)) }
        : value;
    await documents.setProviderDocument(environmentId, mapSecrets(document, seal, []));
  }
}

function contextOf(environmentId: EnvironmentId, place: readonly string[]): string[] {
  return ["provider secret", environmentId, ...place];
}

function sealedText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !(SEALED in value)) return undefined;
  return typeof value[SEALED] === "string" ? value[SEALED] : undefined;
}

/** The same value, with every secret in it, alone or in a list, replaced. */
function mapSecrets(
  value: unknown,
  change: (secret: unknown, place: readonly string[]) => unknown,
  place: readonly string[],
): unknown {
  if (Array.isArray(value)) return value.map((one, i) => mapSecrets(one, change, [...place, String(i)]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const at = [...place, key];
      if (!SECRET_FIELDS.has(key)) return [key, mapSecrets(inner, change, at)];
      const changed = Array.isArray(inner) ? inner.map((one, i) => change(one, [...at, String(i)])) : change(inner, at);
      return [key, changed];
    }),
  );
}
