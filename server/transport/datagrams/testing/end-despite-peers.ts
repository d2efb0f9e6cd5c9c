// The end of a test file in whose process native peers have lived.
import { after } from "node:test";

/** What peers have to end by themselves, after the last test; ms. */
const GRACE_MS = 5_000;

/**
 * Call it at the end of a test file. A native peer whose goodbye is lost repeats it, keeps its process alive meanwhile (once
 * for more than ten minutes), and cannot be told to stop: the file ends all the same, with the result of its tests.
 */
export function endDespitePeers(): void {
  after(() => {
    setTimeout(() => process.exit(), GRACE_MS).unref();
  });
}
