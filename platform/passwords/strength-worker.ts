// A worker thread that estimates how hard passwords are to guess: some take tens of milliseconds, which the event loop has not.
import { parentPort } from "node:worker_threads";
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import type { StrengthAnswer, StrengthQuestion } from "./strength.ts";

/** Most characters that are looked at: what the rest adds is never needed to call a password good. */
const MAX_LENGTH = 64;

const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: MAX_LENGTH });

parentPort?.on("message", ({ id, password, about }: StrengthQuestion) => {
  const { score } = zxcvbn.check(password, [...about]);
  parentPort?.postMessage({ id, score } satisfies StrengthAnswer);
});
