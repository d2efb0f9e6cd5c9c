// The camera: where the middle of the screen is in the arena, and how metres become pixels. No Pixi in here.
import { ARENA_HALF_SIZE } from "../../shared/schema/arena/index.ts";

/** What a camera is pointed at. */
export interface CameraSubject {
  /** Half the side of the square that the world is, in metres. */
  readonly halfSize: number;
  /** The square root of the visible area, in metres: desktop and phone see about equally much. */
  readonly viewMetres: number;
  readonly minPixelsPerMetre: number;
}

const ARENA: CameraSubject = { halfSize: ARENA_HALF_SIZE, viewMetres: 21, minPixelsPerMetre: 18 };
const MAX_PIXELS_A_METRE = 80;
/** Time in which the camera covers 63 % of the way to its target. */
const FOLLOW_SECONDS = 0.09;
/** Share of the way to the aimed-at point that the camera leans, and the most it leans. */
const LOOK_AHEAD = 0.16;
const LOOK_AHEAD_MAX_METRES = 2.2;
/** A target that jumps further than this (a respawn) is cut to, not panned to. */
const CUT_METRES = 6;
/** How far past the border the screen may show. */
const MARGIN_METRES = 3;
const SHAKE_DECAY_SECONDS = 0.12;

/** Follows a point in metres (y up) and maps it to page pixels (y down). */
export class Camera {
  x = 0;
  y = 0;
  width = 1;
  height = 1;
  /** Pixels on the right that a panel covers: the picture is centred in what is left. */
  insetRight = 0;
  pixelsPerMetre = 40;
  /** What is added to the picture by shaking, in pixels. */
  shakeX = 0;
  shakeY = 0;
  readonly #subject: CameraSubject;
  #shake = 0;
  #isPlaced = false;

  constructor(subject: CameraSubject = ARENA) {
    this.#subject = subject;
  }

  /** Takes the page's size in CSS pixels. */
  resize(width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    const { viewMetres, minPixelsPerMetre } = this.#subject;
    const wanted = Math.sqrt(this.width * this.height) / viewMetres;
    this.pixelsPerMetre = Math.min(MAX_PIXELS_A_METRE, Math.max(minPixelsPerMetre, wanted));
  }

  /** Moves towards (x, y), leaning towards (lookX, lookY), all in metres; `dt` in seconds, any frame rate. */
  follow(x: number, y: number, lookX: number, lookY: number, dt: number): void {
    const leanX = (lookX - x) * LOOK_AHEAD;
    const leanY = (lookY - y) * LOOK_AHEAD;
    const lean = Math.hypot(leanX, leanY);
    const limit = lean > LOOK_AHEAD_MAX_METRES ? LOOK_AHEAD_MAX_METRES / lean : 1;
    const toX = this.#within(x + leanX * limit, this.width - this.insetRight);
    const toY = this.#within(y + leanY * limit, this.height);
    const isCut = !this.#isPlaced || Math.hypot(toX - this.x, toY - this.y) > CUT_METRES;
    const share = isCut ? 1 : 1 - Math.exp(-dt / FOLLOW_SECONDS);
    this.x += (toX - this.x) * share;
    this.y += (toY - this.y) * share;
    this.#isPlaced = true;
    this.#shake *= Math.exp(-dt / SHAKE_DECAY_SECONDS);
    this.shakeX = this.#shake * (Math.random() * 2 - 1);
    this.shakeY = this.#shake * (Math.random() * 2 - 1);
  }

  /** Shakes the picture by up to `pixels`, dying away. */
  shake(pixels: number): void {
    this.#shake = Math.max(this.#shake, pixels);
  }

  /** The page pixel that `x` is drawn at. */
  get middleX(): number {
    return (this.width - this.insetRight) / 2;
  }

  /** Page pixel of a point in the arena. */
  toScreen(x: number, y: number): { x: number; y: number } {
    return {
      x: this.middleX + (x - this.x) * this.pixelsPerMetre,
      y: this.height / 2 - (y - this.y) * this.pixelsPerMetre,
    };
  }

  /** Metres of a page pixel along x. */
  worldX(pageX: number): number {
    return this.x + (pageX - this.middleX) / this.pixelsPerMetre;
  }

  /** Metres of a page pixel along y. */
  worldY(pageY: number): number {
    return this.y - (pageY - this.height / 2) / this.pixelsPerMetre;
  }

  /** Keeps the view over the arena where the arena is larger than the screen, and in its middle where it is not. */
  #within(value: number, extentPixels: number): number {
    const limit = Math.max(0, this.#subject.halfSize + MARGIN_METRES - extentPixels / this.pixelsPerMetre / 2);
    return Math.min(limit, Math.max(-limit, value));
  }
}
