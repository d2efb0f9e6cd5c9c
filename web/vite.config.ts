// How the browser game is built: everything from this origin, nothing inlined that a strict CSP would refuse.
import { defineConfig } from "vite";

/** Where `vite web` (development only) finds the platform. */
const PLATFORM = "http://localhost:8000";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { "/v1": PLATFORM, "/.well-known": PLATFORM } },
});
