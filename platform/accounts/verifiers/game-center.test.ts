// The way in of Game Center keeps the contract.
import assert from "node:assert/strict";
import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import type { GameCenterProof } from "../../../shared/schema/platform/index.ts";
import { type GameCenterConfig, ProviderConfig } from "../../../shared/schema/platform/index.ts";
import { GameCenterVerifier } from "./game-center.ts";
import { MAX_CERTIFICATES } from "./remote-certificates.ts";
import { type FakeProvider, startFakeProvider } from "./testing/fake-provider.ts";
import { asPem, type CertificateWish, testCertificate } from "./testing/test-certificate.ts";
import {
  ANNA,
  BERT,
  contextNow,
  isError,
  type VerifierTrial,
  verifierContract,
  withTrial,
} from "./verifier.contract.ts";

const BUNDLE = "com.example.game";
const newKeys = () => generateKeyPairSync("rsa", { modulusLength: 2_048 });
const AUTHORITY = newKeys();
const AUTHORITY_NAME = "Test Authority";

interface GameCenterTrial extends VerifierTrial {
  readonly provider: FakeProvider;
  /** Publishes a certificate under a new name, and signs with its key from now on. Returns the address. */
  publish(wish?: Partial<CertificateWish>, path?: string): string;
  signed(person: string, changes?: Partial<GameCenterProof>): GameCenterProof;
  readonly config: GameCenterConfig;
}

async function open(more: object = {}): Promise<GameCenterTrial> {
  const provider = await startFakeProvider();
  let count = 0;
  let key: KeyObject;
  let publicKeyUrl = "";
  const config = ProviderConfig.parse({
    kind: "game-center",
    bundleIds: [BUNDLE],
    certificateUrls: [`${provider.url}/public-key/`],
    ...more,
  }) as GameCenterConfig;
  const trial: GameCenterTrial = {
    provider,
    config,
    namespace: "game-center",
    make: (deps) => new GameCenterVerifier("game-center", config, deps),
    publish: (wish = {}, given) => {
      const keys = newKeys();
      key = keys.privateKey;
      count += 1;
      const path = given ?? `/public-key/gc-prod-${count}.cer`;
      publicKeyUrl = provider.url + path;
      const certificate = testCertificate({
        name: "Apple Inc.",
        publicKey: keys.publicKey,
        issuerName: AUTHORITY_NAME,
        issuerKey: AUTHORITY.privateKey,
        ...wish,
      });
      provider.on(path, () => ({ body: certificate }));
      return publicKeyUrl;
    },
    signed: (playerId, changes = {}) => {
      const unsigned = {
        playerId,
        bundleId: BUNDLE,
        publicKeyUrl,
        timestampMs: Date.now(),
        salt: randomBytes(4).toString("base64"),
        ...changes,
      };
      const timestamp = Buffer.alloc(8);
      timestamp.writeBigUInt64BE(BigInt(unsigned.timestampMs));
      const signature = createSign("sha256")
        .update(unsigned.playerId)
        .update(unsigned.bundleId)
        .update(timestamp)
        .update(Buffer.from(unsigned.salt, "base64"))
        .sign(key, "base64");
      return { ...unsigned, signature };
    },
    proof: async (person) => trial.signed(person),
    rotate: () => void trial.publish(),
  };
  trial.publish();
  return trial;
}

verifierContract("Game Center", () => open(), {
  "the signature of another player": {
    code: "proof.invalid",
    make: (trial) => ({ ...trial.signed(ANNA), playerId: BERT }),
  },
  "a signature for another game": {
    code: "proof.invalid",
    make: (trial) => trial.signed(ANNA, { bundleId: "com.example.another" }),
  },
  "a signature for another game under our name": {
    code: "proof.invalid",
    make: (trial) => ({ ...trial.signed(ANNA, { bundleId: "com.example.another" }), bundleId: BUNDLE }),
  },
  "an old signature": {
    code: "proof.expired",
    make: (trial) => trial.signed(ANNA, { timestampMs: Date.now() - 3_600_000 }),
  },
  "an old signature under a new timestamp": {
    code: "proof.invalid",
    make: (trial) => ({
      ...trial.signed(ANNA, { timestampMs: Date.now() - 3_600_000 }),
      timestampMs: Date.now(),
    }),
  },
  "a signature from the future": {
    code: "proof.expired",
    make: (trial) => trial.signed(ANNA, { timestampMs: Date.now() + 3_600_000 }),
  },
  "a signature of a key on somebody else's server": {
    code: "proof.invalid",
    make: (trial) => trial.signed(ANNA, { publicKeyUrl: "https://evil.example.com/public-key/gc-prod-1.cer" }),
  },
  "an address that leads out of the place it begins with": {
    code: "proof.invalid",
    make: (trial) => {
      trial.publish({}, "/upload/mine.cer");
      const proof = trial.signed(ANNA, { publicKeyUrl: `${trial.provider.url}/public-key/../upload/mine.cer` });
      trial.publish();
      return proof;
    },
  },
  "a key where there is none": {
    code: "proof.invalid",
    make: (trial) => trial.signed(ANNA, { publicKeyUrl: `${trial.provider.url}/public-key/gc-prod-999.cer` }),
  },
  "the signature of another key": {
    code: "proof.invalid",
    make: (trial) => {
      const publicKeyUrl = trial.signed(ANNA).publicKeyUrl;
      trial.publish();
      return trial.signed(ANNA, { publicKeyUrl });
    },
  },
  "a certificate whose time is over": {
    code: "proof.invalid",
    make: (trial) => {
      const publicKeyUrl = trial.publish({ validToMs: Date.now() - 60_000 });
      const proof = trial.signed(ANNA, { publicKeyUrl });
      trial.publish();
      return proof;
    },
  },
});

describe("Game Center", () => {
  const authority = asPem(
    testCertificate({
      name: AUTHORITY_NAME,
      publicKey: AUTHORITY.publicKey,
      issuerName: AUTHORITY_NAME,
      issuerKey: AUTHORITY.privateKey,
    }),
  );

  it(
    "takes certificates of configured issuers alone, where there are such",
    withTrial(
      () => open({ trustedIssuers: [authority] }),
      async (trial, deps) => {
        const verifier = trial.make(deps);
        assert.equal((await verifier.verify(trial.signed(ANNA), contextNow())).subject, ANNA);
        trial.publish({ issuerKey: newKeys().privateKey });
        await assert.rejects(verifier.verify(trial.signed(ANNA), contextNow()), isError("proof.invalid"));
        trial.publish({ issuerName: "Another Authority" });
        await assert.rejects(verifier.verify(trial.signed(ANNA), contextNow()), isError("proof.invalid"));
      },
    ),
  );

  it(
    "fetches a certificate once, also one that is not there, and remembers a bounded number",
    withTrial(
      () => open(),
      async (trial, deps) => {
        const verifier = trial.make(deps);
        for (let i = 0; i < 5; i += 1) await verifier.verify(trial.signed(ANNA), contextNow());
        assert.equal(trial.provider.asked.length, 1);
        const missing = (i: number) =>
          trial.signed(ANNA, { publicKeyUrl: `${trial.provider.url}/public-key/missing-${i}.cer` });
        for (let i = 0; i < 5; i += 1) {
          await assert.rejects(verifier.verify(missing(0), contextNow()), isError("proof.invalid"));
        }
        assert.equal(trial.provider.asked.length, 2);
        for (let i = 1; i <= MAX_CERTIFICATES; i += 1) {
          await assert.rejects(verifier.verify(missing(i), contextNow()), isError("proof.invalid"));
        }
        await verifier.verify(trial.signed(ANNA), contextNow());
        assert.equal(
          trial.provider.asked.length,
          2 + MAX_CERTIFICATES + 1,
          "the first was not forgotten for the others",
        );
      },
    ),
  );
});
