// Why Nakama, or a server with a Postgres of its own, cannot be measured here, where it cannot.
import { buildNakama } from "./build.ts";
import { postgresOwner, postgresPrograms } from "./throwaway-postgres.ts";

let answer: { readonly reason: string | undefined } | undefined;

/** What is missing, in a sentence; `undefined` when Nakama is built and there is a Postgres for it. Builds it the first time. */
export function missingForNakama(): string | undefined {
  answer ??= { reason: look() };
  return answer.reason;
}

/** Why there is no Postgres for a trial, in a sentence; `undefined` when there is one. */
export function missingPostgres(): string | undefined {
  try {
    postgresPrograms();
    postgresOwner();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function look(): string | undefined {
  if (process.platform !== "linux") return "Nakama is measured out of /proc, which only Linux has.";
  try {
    // What can be seen at once is looked at before the build.
    postgresPrograms();
    postgresOwner();
    buildNakama();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
