// Keyboard and mouse: events in, intent out, in the same frame as the event.
import type { Action, Intent } from "./intent.ts";

const KEYS: Readonly<Record<string, Action>> = {
  KeyW: "up",
  ArrowUp: "up",
  KeyS: "down",
  ArrowDown: "down",
  KeyA: "left",
  ArrowLeft: "left",
  KeyD: "right",
  ArrowRight: "right",
  Space: "fire",
};

/** Keys that a focused slider, switch or button needs for itself. */
const WIDGET_KEYS = new Set(["Space", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);

/** The mouse, in page pixels. `isPresent` is false until it moved and while fingers are used instead. */
export interface Pointer {
  x: number;
  y: number;
  isPresent: boolean;
}

/** Feeds `intent` from the keyboard and from the mouse over `canvas`. Returns the live mouse position. */
export function listenToKeyboardAndMouse(canvas: HTMLElement, intent: Intent): Pointer {
  const pointer: Pointer = { x: 0, y: 0, isPresent: false };

  window.addEventListener("keydown", (event) => {
    const action = KEYS[event.code];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    if (WIDGET_KEYS.has(event.code) && isWidget(event.target)) return;
    event.preventDefault();
    intent.press(event.code, action, event.timeStamp);
  });
  window.addEventListener("keyup", (event) => intent.release(event.code, event.timeStamp));

  window.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    pointer.x = event.clientX;
    pointer.y = event.clientY;
    pointer.isPresent = true;
    intent.changedAtMs = event.timeStamp;
  });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") {
      pointer.isPresent = false;
      return;
    }
    (document.activeElement as HTMLElement | null)?.blur();
    if (event.button === 0) intent.press("mouse", "fire", event.timeStamp);
  });
  window.addEventListener("pointerup", (event) => {
    if (event.pointerType !== "touch") intent.release("mouse", event.timeStamp);
  });

  const releaseAll = () => intent.releaseAll(performance.now());
  window.addEventListener("blur", releaseAll);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) releaseAll();
  });
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  return pointer;
}

/** True for elements that use keys themselves while they have the focus. */
export function isWidget(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("button, input, select, textarea, summary, a[href]") !== null;
}
