// The ways in of each environment: read from where they are configured, made once, and made anew when they change.
import type { EnvironmentId } from "../../../shared/schema/platform/index.ts";
import { DEFAULT_PROVIDERS, ProvidersDocument } from "../../../shared/schema/platform/index.ts";
import type { Verifier } from "./verifier.ts";
import { type VerifierDeps, verifiersOf } from "./verifiers-of.ts";

/** How long a document is used before it is read again, in milliseconds: so long a change takes on other processes. */
export const DOCUMENT_MAX_AGE_MS = 5_000;

/** Most environments whose ways in are kept made; the one that was not used for longest goes first. */
export const MAX_ENVIRONMENTS = 1_000;

/** Where documents are stored. */
export interface ProvidersSource {
  /** The document of an environment as JSON, or undefined where nothing was configured. */
  providerDocument(environmentId: EnvironmentId): Promise<unknown>;
}

interface Made {
  readonly json: string;
  readonly verifiers: ReadonlyMap<string, Verifier>;
  readonly until: number;
}

/** Finds ways in. What a verifier keeps of its provider, keys above all, lives for as long as its document stays the same. */
export class EnvironmentVerifiers {
  readonly #source: ProvidersSource;
  readonly #deps: VerifierDeps;
  readonly #builtIn: readonly Verifier[];
  readonly #now: () => number;
  readonly #made = new Map<EnvironmentId, Made>();

  /** `builtIn` are ways in of every environment, which no document configures. */
  constructor(
    source: ProvidersSource,
    deps: VerifierDeps,
    options: { builtIn?: readonly Verifier[]; now?: () => number } = {},
  ) {
    this.#source = source;
    this.#deps = deps;
    this.#builtIn = options.builtIn ?? [];
    this.#now = options.now ?? (() => performance.now());
  }

  /** The way in of that name, or undefined. Throws what the source throws, and for a stored document that is not valid. */
  async find(environmentId: EnvironmentId, provider: string): Promise<Verifier | undefined> {
    return (await this.#of(environmentId)).get(provider);
  }

  /** The names of all ways in, in order, for an answer to a wrong one. */
  async names(environmentId: EnvironmentId): Promise<string[]> {
    return [...(await this.#of(environmentId)).keys()].sort();
  }

  /** Reads the document anew at the next use: for the process in which it was changed. */
  forget(environmentId: EnvironmentId): void {
    const made = this.#made.get(environmentId);
    if (made !== undefined) this.#made.set(environmentId, { ...made, until: 0 });
  }

  async #of(environmentId: EnvironmentId): Promise<ReadonlyMap<string, Verifier>> {
    const kept = this.#made.get(environmentId);
    if (kept !== undefined && this.#now() < kept.until) return kept.verifiers;
    const document = await this.#source.providerDocument(environmentId);
    const json = JSON.stringify(document ?? DEFAULT_PROVIDERS);
    // Another request may have been faster. The same document keeps its verifiers, and with them the providers' keys.
    const before = this.#made.get(environmentId);
    const verifiers = before?.json === json ? before.verifiers : this.#make(json);
    this.#made.delete(environmentId);
    this.#made.set(environmentId, { json, verifiers, until: this.#now() + DOCUMENT_MAX_AGE_MS });
    const oldest = this.#made.keys().next();
    if (this.#made.size > MAX_ENVIRONMENTS && !oldest.done) this.#made.delete(oldest.value);
    return verifiers;
  }

  #make(json: string): ReadonlyMap<string, Verifier> {
    const document = ProvidersDocument.parse(JSON.parse(json));
    const builtIn = this.#builtIn.map((verifier) => [verifier.provider, verifier] as const);
    return new Map([...verifiersOf(document, this.#deps), ...builtIn]);
  }
}
