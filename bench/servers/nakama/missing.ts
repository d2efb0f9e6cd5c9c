// Why Nakama cannot be measured here, where it cannot.
import { buildNakama } from "./build.ts";
import { postgresOwner, postgresPrograms } from "./throwaway-postgres.ts";

let answer: { readonly reason: string | undefined } | undefined;

/** What is missing, in a sentence; `undefined` when Nakama is built and there is a Postgres for it. Builds it the first time. */
export function missingForNakama(): string | undefined {
  answer ??= { reason: look() };
  return answer.reason;
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
