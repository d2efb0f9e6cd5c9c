// `npm run capacity`: how many players a core, a machine and a fleet carry. It prints what was measured or follows from it, or how to measure.
import { writeFileSync } from "node:fs";
import { answerOf } from "./answer.ts";
import { HELP, parseCapacityArguments } from "./arguments.ts";
import { readMeasurements } from "./measurements.ts";
import { capacityPage } from "./report.ts";

const PAGE = "docs/capacity.md";

try {
  const request = parseCapacityArguments(process.argv.slice(2));
  if (request.kind === "help") process.stdout.write(HELP);
  else if (request.kind === "answer") {
    process.stdout.write(answerOf(readMeasurements(), request.workload, request.cores));
  } else {
    writeFileSync(PAGE, capacityPage(readMeasurements()));
    console.log(`Written: ${PAGE}`);
  }
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\nTry: npm run capacity -- --help`);
  process.exitCode = 1;
}
