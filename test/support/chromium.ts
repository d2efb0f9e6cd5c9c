// Debian's Chromium without a screen, drawing WebGL by processor, with nothing of its own on the network.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** No calls home, so that whatever leaves the browser was the page's doing. */
const QUIET = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SOFTWARE_WEBGL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const NO_WEBGL = ["--disable-gpu", "--disable-software-rasterizer", "--disable-3d-apis"];

/** Starts a browser with an empty profile. Rejects, saying what to install, when there is none. */
export function launchChromium({ hasWebGl = true }: { hasWebGl?: boolean } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [...QUIET, ...(hasWebGl ? SOFTWARE_WEBGL : NO_WEBGL)],
  });
}

/** Where Chromium is: `CHROMIUM_PATH`, else the first of its usual names on the `PATH`. */
export function chromiumPath(): string {
  const given = process.env["CHROMIUM_PATH"];
  const candidates = given
    ? [given]
    : NAMES.flatMap((name) => (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name)));
  const found = candidates.find(isExecutable);
  if (found) return found;
  throw new Error(
    `The end-to-end tests need Chromium, and there is none ${given ? `at CHROMIUM_PATH=${given}` : "on the PATH"}. ` +
      "On Debian: apt-get install chromium. Or set CHROMIUM_PATH to its executable.",
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not being there is the answer.
  }
}
