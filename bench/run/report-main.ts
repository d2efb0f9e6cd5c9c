// `npm run bench -- report`: makes docs/performance.md anew from what is kept.
import { writeReport } from "./report.ts";

writeReport();
