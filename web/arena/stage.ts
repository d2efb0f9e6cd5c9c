// The Pixi side of the screen: one renderer, a world in metres under the camera, and a flat layer over it.
import { autoDetectRenderer, Container, type Renderer } from "pixi.js";
import type { Camera } from "./camera.ts";
import { FLOOR, UNIT } from "./palette.ts";

/** Page pixels are drawn as at most this many device pixels a side. */
const MAX_RESOLUTION = { high: 2, low: 1 } as const;

/** `low` gives up smooth edges and fine pixels for frames: right where no graphics card helps. */
export type Quality = keyof typeof MAX_RESOLUTION;

/** Layers from back to front. Everything in `world` is in units of 1/64 m with y down. */
export class Stage {
  readonly world = new Container({ label: "world" });
  /** In page pixels: touch sticks and hit markers. */
  readonly overlay = new Container({ label: "overlay" });
  readonly #root = new Container({ label: "root" });
  readonly #renderer: Renderer;
  readonly #camera: Camera;
  readonly #quality: Quality;

  private constructor(renderer: Renderer, camera: Camera, quality: Quality, floor: Container) {
    this.#renderer = renderer;
    this.#quality = quality;
    this.#camera = camera;
    this.world.addChild(floor);
    this.#root.addChild(this.world, this.overlay);
    this.resize();
    window.addEventListener("resize", () => this.resize());
  }

  /** Starts WebGL on `canvas`, with `floor` under the world. Rejects when there is none: ask `webGlSupport()` first. */
  static async create(canvas: HTMLCanvasElement, camera: Camera, quality: Quality, floor: Container): Promise<Stage> {
    const renderer = await autoDetectRenderer({
      canvas,
      preference: ["webgl"],
      antialias: quality === "high",
      background: FLOOR,
      resolution: Math.min(MAX_RESOLUTION[quality], window.devicePixelRatio),
      autoDensity: true,
      width: window.innerWidth,
      height: window.innerHeight,
      eventMode: "none",
      accessibilityOptions: { enabledByDefault: false, activateOnTab: false },
    });
    return new Stage(renderer, camera, quality, floor);
  }

  /** Fits the picture to the page. */
  resize(): void {
    const resolution = Math.min(MAX_RESOLUTION[this.#quality], window.devicePixelRatio);
    this.#renderer.resize(window.innerWidth, window.innerHeight, resolution);
    this.#camera.resize(window.innerWidth, window.innerHeight);
  }

  /** Draws one frame from where the camera is. */
  render(): void {
    const { x, y, middleX, height, pixelsPerMetre, shakeX, shakeY } = this.#camera;
    this.world.scale.set(pixelsPerMetre / UNIT);
    this.world.position.set(middleX - x * pixelsPerMetre + shakeX, height / 2 + y * pixelsPerMetre + shakeY);
    this.#renderer.render(this.#root);
  }
}
