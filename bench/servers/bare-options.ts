// Arguments and clock of the bare peers, which hold sockets and nothing else: <scene as JSON> <bytes of a frame>
import { parseScene, type Scene } from "../games/scene.ts";

/** Beginning of each frame: the newest input of its client, and the tick. */
export const ECHO_HEADER_BYTES = 8;

/** The arguments. Throws when a frame would be too small for its header, or too large for a client of this bed. */
export function bareOptions(): { scene: Scene; frameBytes: number } {
  const frameBytes = Number(process.argv[3]);
  if (!(Number.isInteger(frameBytes) && frameBytes >= ECHO_HEADER_BYTES && frameBytes <= 65_535)) {
    throw new Error(`frame bytes ${process.argv[3]}: give a whole number from ${ECHO_HEADER_BYTES} to 65535.`);
  }
  return { scene: parseScene(process.argv[2]), frameBytes };
}

/** Calls `onTick` at a fixed rate that does not drift, however late a single call is. Ticks that are past are left out. */
export function everyTick(tickHz: number, onTick: () => void): void {
  const periodMs = 1000 / tickHz;
  let dueMs = performance.now() + periodMs;
  const run = (): void => {
    onTick();
    const nowMs = performance.now();
    dueMs = Math.max(dueMs + periodMs, nowMs - periodMs);
    setTimeout(run, Math.max(0, dueMs - nowMs));
  };
  setTimeout(run, periodMs);
}
