// Two thumbs: a stick wherever the left half is touched moves, one wherever the right half is touched aims and fires.
import { Container, Graphics, GraphicsContext } from "pixi.js";
import type { Intent } from "./intent.ts";
import { DEAD_ZONE, FIRE_ZONE, moveOf, pull } from "./stick.ts";

const RADIUS = 56;
const KNOB = 24;
const REST_ALPHA = 0.28;
/** Where the resting sticks are drawn, in pixels from the lower corners. */
const REST = { x: 92, y: 112 };

const BASE = new GraphicsContext()
  .circle(0, 0, RADIUS)
  .fill({ color: 0xffffff, alpha: 0.07 })
  .circle(0, 0, RADIUS)
  .stroke({ color: 0xffffff, width: 2, alpha: 0.5 });
const THUMB = new GraphicsContext().circle(0, 0, KNOB).fill({ color: 0xffffff, alpha: 0.55 });

interface Stick {
  readonly view: Container;
  readonly knob: Graphics;
  pointerId: number | undefined;
  x: number;
  y: number;
}

/** The touch sticks: listens on `canvas`, feeds `intent`, and draws itself into `view` (page pixels). */
export class TouchSticks {
  readonly view = new Container({ label: "touch", visible: false, renderable: false });
  readonly #left = stick();
  readonly #right = stick();
  readonly #intent: Intent;

  constructor(canvas: HTMLElement, intent: Intent) {
    this.#intent = intent;
    this.view.addChild(this.#left.view, this.#right.view);
    canvas.addEventListener("pointerdown", (event) => this.#down(event, canvas));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
      canvas.addEventListener(type, (event) => this.#up(event));
    }
    if (window.matchMedia("(pointer: coarse)").matches) this.view.visible = true;
    this.rest();
    window.addEventListener("resize", () => this.rest());
  }

  /** Puts idle sticks back into the lower corners. */
  rest(): void {
    for (const side of [this.#left, this.#right]) {
      if (side.pointerId !== undefined) continue;
      side.x = side === this.#left ? REST.x : window.innerWidth - REST.x;
      side.y = window.innerHeight - REST.y;
      side.view.position.set(side.x, side.y);
      side.knob.position.set(0, 0);
      side.view.alpha = REST_ALPHA;
    }
  }

  #down(event: PointerEvent, canvas: HTMLElement): void {
    if (event.pointerType !== "touch") return;
    const side = event.clientX < window.innerWidth / 2 ? this.#left : this.#right;
    if (side.pointerId !== undefined) return;
    (document.activeElement as HTMLElement | null)?.blur();
    this.view.visible = true;
    canvas.setPointerCapture(event.pointerId);
    side.pointerId = event.pointerId;
    side.x = event.clientX;
    side.y = event.clientY;
    side.view.position.set(side.x, side.y);
    side.view.alpha = 1;
  }

  #move(event: PointerEvent): void {
    const side = this.#holding(event.pointerId);
    if (!side) return;
    const thumb = pull(side.x, side.y, event.clientX, event.clientY, RADIUS);
    side.knob.position.set(thumb.x * RADIUS, -thumb.y * RADIUS);
    if (side === this.#left) {
      this.#intent.moveStick(moveOf(thumb.x, thumb.length), moveOf(thumb.y, thumb.length), event.timeStamp);
      return;
    }
    if (thumb.length > DEAD_ZONE) this.#intent.aim = Math.atan2(thumb.y, thumb.x);
    this.#intent.fireStick(thumb.length > FIRE_ZONE, event.timeStamp);
  }

  #up(event: PointerEvent): void {
    const side = this.#holding(event.pointerId);
    if (!side) return;
    side.pointerId = undefined;
    if (side === this.#left) this.#intent.moveStick(0, 0, event.timeStamp);
    else this.#intent.fireStick(false, event.timeStamp);
    this.rest();
  }

  #holding(pointerId: number): Stick | undefined {
    if (this.#left.pointerId === pointerId) return this.#left;
    return this.#right.pointerId === pointerId ? this.#right : undefined;
  }
}

function stick(): Stick {
  const view = new Container();
  const knob = new Graphics(THUMB);
  view.addChild(new Graphics(BASE), knob);
  return { view, knob, pointerId: undefined, x: 0, y: 0 };
}
