// A page that has our datagram client and nothing else, bundled as games are.
import { join } from "node:path";
import { build, type Rolldown } from "vite";
import { REPOSITORY } from "./game-stack.ts";

/** The page, and what the client weighs in it. */
export interface DatagramPage {
  readonly html: string;
  /** Minified, not compressed. */
  readonly bytes: number;
  readonly source: string;
}

/** Bundles `client/datagram` by Vite. Rejects with Vite's own words. */
export async function buildDatagramPage(): Promise<DatagramPage> {
  const output = (await build({
    configFile: false,
    root: REPOSITORY,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      lib: { entry: join(REPOSITORY, "client", "datagram", "index.ts"), formats: ["iife"], name: "datagram" },
    },
  })) as Rolldown.RolldownOutput[];
  const source = output[0]!.output[0].code;
  return {
    html: `<!doctype html><link rel="icon" href="data:,"><script>${source}</script>`,
    bytes: Buffer.byteLength(source),
    source,
  };
}
