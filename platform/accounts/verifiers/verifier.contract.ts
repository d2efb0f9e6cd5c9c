// What every way in promises, whoever its provider is; run over each of them by its own test.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { AppError, type ErrorCode } from "../../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT } from "../../../shared/schema/platform/index.ts";
import { MemoryStore } from "../../ephemeral/memory.ts";
import { ProviderHttp } from "./provider-http.ts";
import { type FakeProvider, TROUBLES } from "./testing/fake-provider.ts";
import { UsedProofs } from "./used-proofs.ts";
import type { Verifier, VerifierContext } from "./verifier.ts";
import type { VerifierDeps } from "./verifiers-of.ts";

/** How long a provider may take where that is the subject, in milliseconds. */
const SHORT_TIMEOUT_MS = 150;

/** Within what a verification ends whatever the provider does, on a machine that does other things too. */
const PATIENCE_MS = 5_000;

/** A way in, and what can make its proofs. */
export interface VerifierTrial {
  /** Under which name identities are kept. */
  readonly namespace: string;
  /** A verifier that remembers nothing, over these. */
  make(deps: VerifierDeps): Verifier;
  /** A genuine proof of `person`, not used yet. */
  proof(person: Person): Promise<unknown>;
  /** The provider, where there is one that is asked. */
  readonly provider?: FakeProvider;
  /** Replaces the provider's key by a new one. */
  rotate?(): void | Promise<void>;
}

/** One of two people, whom every provider knows by these names. */
export type Person = "76561190000000001" | "76561190000000002";
export const ANNA: Person = "76561190000000001";
export const BERT: Person = "76561190000000002";

/** A proof that must not be taken, and with which code it is refused. */
export interface Forgery<Trial> {
  readonly code: ErrorCode;
  make(trial: Trial): unknown;
}

/** What is particular about a way in. */
export interface ContractOptions {
  /** Its proofs are lasting secrets, and not spent. */
  readonly isLasting?: boolean;
  /** Codes of a second use; a provider that takes its codes once may be the one who says no. */
  readonly replayCodes?: readonly ErrorCode[];
  /** It asks nobody. */
  readonly isOffline?: boolean;
  /** Its provider has keys, which `rotate` replaces. */
  readonly hasKeys?: boolean;
}

/** Now, in the demo environment. */
export function contextNow(): VerifierContext {
  return { environmentId: FIRST_ENVIRONMENT, nowMs: Date.now() };
}

/** Holds for an `AppError` with this code. */
export function isError(...codes: readonly ErrorCode[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, `not an AppError: ${error instanceof Error ? error.stack : error}`);
    assert.ok(codes.includes(error.code), `${error.code} instead of ${codes.join(" or ")}: ${error.message}`);
    return true;
  };
}

/** What a verifier in a test stands on: this machine may be asked, and unknown keys are looked for at once. */
export function testDeps(store: MemoryStore, timeoutMs = PATIENCE_MS): VerifierDeps & { http: ProviderHttp } {
  return {
    http: new ProviderHttp({ privateHosts: ["127.0.0.1"], timeoutMs, maxAnswerBytes: 65_536 }),
    usedProofs: new UsedProofs(store),
    keysCooldownMs: 0,
  };
}

/** A test with a trial of its own, which is ended whatever happens. */
export function withTrial<Trial extends Pick<VerifierTrial, "provider">>(
  open: () => Promise<Trial>,
  work: (trial: Trial, deps: ReturnType<typeof testDeps>) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const trial = await open();
    const store = new MemoryStore();
    const deps = testDeps(store);
    try {
      await work(trial, deps);
    } finally {
      deps.http.close();
      await store.close();
      await trial.provider?.close();
    }
  };
}

/** Defines the suite. */
export function verifierContract<Trial extends VerifierTrial>(
  name: string,
  open: () => Promise<Trial>,
  forgeries: Readonly<Record<string, Forgery<Trial>>>,
  options: ContractOptions = {},
): void {
  describe(`way in: ${name}`, () => {
    let trial: Trial;
    let store: MemoryStore;
    let deps: ReturnType<typeof testDeps>;
    let verifier: Verifier;
    const verify = (proof: unknown) => verifier.verify(proof, contextNow());

    before(async () => {
      trial = await open();
      store = new MemoryStore();
      deps = testDeps(store);
      verifier = trial.make(deps);
    });
    after(async () => {
      deps?.http.close();
      await store?.close();
      await trial?.provider?.close();
    });

    it("knows each person by one lasting name, and two people by two", async () => {
      const first = await verify(await trial.proof(ANNA));
      const again = await verify(await trial.proof(ANNA));
      const other = await verify(await trial.proof(BERT));
      assert.equal(first.provider, trial.namespace);
      assert.equal(first.subject, ANNA);
      assert.deepEqual(again, first);
      assert.equal(other.subject, BERT);
    });

    if (options.isLasting) {
      it("lets its holder in again and again", async () => {
        const proof = await trial.proof(ANNA);
        const all = await Promise.all(Array.from({ length: 10 }, () => verify(proof)));
        assert.equal(new Set(all.map(({ subject }) => subject)).size, 1);
      });
    } else {
      it("takes a proof once, also when it comes many times at one time", async () => {
        const replayCodes = options.replayCodes ?? ["proof.used"];
        const proof = await trial.proof(ANNA);
        const results = await Promise.allSettled(Array.from({ length: 10 }, () => verify(proof)));
        assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
        for (const result of results) if (result.status === "rejected") isError(...replayCodes)(result.reason);
        await assert.rejects(verify(proof), isError(...replayCodes));
        // Not by the memory of one process: another verifier over the same store refuses it too.
        await assert.rejects(trial.make(deps).verify(proof, contextNow()), isError(...replayCodes));
      });

      it("lets nobody else in when any one character of a proof is another", async () => {
        await fc.assert(
          fc.asyncProperty(fc.nat(), fc.constantFrom("0", "a", "Z", "_", "."), async (at, character) => {
            const changed = withCharacterAt(await trial.proof(ANNA), at, character);
            const identity = await verify(changed).catch((error: unknown) => {
              assert.ok(error instanceof AppError && error.code !== "internal", String(error));
            });
            assert.ok(identity === undefined || identity.subject === ANNA, `it let ${identity?.subject} in`);
          }),
          { numRuns: 60 },
        );
      });
    }

    it("answers request.invalid to whatever is not a proof", async () => {
      const genuine = await trial.proof(ANNA);
      await fc.assert(
        fc.asyncProperty(fc.anything({ withNullPrototype: true }), async (proof) => {
          await assert.rejects(verify(proof), isError("request.invalid"));
        }),
      );
      await assert.rejects(verify({ ...(genuine as object), isAdmin: true }), (error) => {
        assert.ok(error instanceof AppError && error.errors !== undefined);
        assert.deepEqual(
          error.errors.map(({ field }) => field),
          ["proof.isAdmin"],
        );
        return true;
      });
    });

    for (const [title, { code, make }] of Object.entries(forgeries)) {
      it(`answers ${code} to ${title}, and does not quote it`, async () => {
        const forged = await make(trial);
        await assert.rejects(verify(forged), (error) => {
          isError(code)(error);
          for (const text of longTextsOf(forged)) assert.ok(!(error as Error).message.includes(text), text);
          return true;
        });
      });
    }

    if (options.hasKeys) {
      it("finds a new key of the provider by itself, and takes the old one no more", async () => {
        await verify(await trial.proof(ANNA));
        const old = await trial.proof(ANNA);
        await trial.rotate?.();
        assert.equal((await verify(await trial.proof(BERT))).subject, BERT);
        await assert.rejects(verify(old), isError("proof.invalid"));
      });
    }

    for (const trouble of options.isOffline ? [] : TROUBLES) {
      it(`answers provider.unavailable soon when the provider ${trouble}, and works when that is over`, async () => {
        const { provider } = trial;
        assert.ok(provider);
        const shortDeps = testDeps(store, SHORT_TIMEOUT_MS);
        const cold = trial.make(shortDeps);
        const proof = await trial.proof(ANNA);
        provider.trouble(trouble);
        const startedAt = performance.now();
        await assert.rejects(cold.verify(proof, contextNow()), isError("provider.unavailable"));
        assert.ok(performance.now() - startedAt < PATIENCE_MS);
        provider.trouble(undefined);
        shortDeps.http.close();
        // The same proof, since nobody has taken it.
        assert.equal((await trial.make(deps).verify(proof, contextNow())).subject, ANNA);
      });
    }
  });
}

/** The proof with one character of one of its texts replaced. */
function withCharacterAt(proof: unknown, at: number, character: string): unknown {
  const json = JSON.stringify(proof);
  const values = [...json.matchAll(/:"([^"\\]+)"/g)];
  const total = values.reduce((sum, [, value = ""]) => sum + value.length, 0);
  let left = total === 0 ? 0 : at % total;
  for (const { 1: value = "", index } of values) {
    const place = index + 2 + left;
    if (left < value.length) return JSON.parse(json.slice(0, place) + character + json.slice(place + 1));
    left -= value.length;
  }
  return proof;
}

function longTextsOf(value: unknown): string[] {
  if (typeof value === "string") return value.length >= 16 ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(longTextsOf) : [];
}
