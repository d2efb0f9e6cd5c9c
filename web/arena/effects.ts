// What a shot, a hit, a death and a spawn look like. Positions are metres with y up; everything is pooled.
import { type Container, Graphics, GraphicsContext } from "pixi.js";
import { ROLE_COLOURS, type Role, SPARK, UNIT } from "./palette.ts";
import { glowTexture, Particles, ringTexture, streakTexture } from "./particles.ts";

const HIT_MARKER_SECONDS = 0.22;
const MARK = new GraphicsContext();
for (const [x, y] of [
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const) {
  MARK.moveTo(x * 6, y * 6).lineTo(x * 13, y * 13);
}
MARK.stroke({ color: 0xffffff, width: 3, cap: "round" });

/** Draws effects into `view` (world) and `marker` (page pixels). */
export class Effects {
  readonly #particles = new Particles();
  readonly view: Container = this.#particles.view;
  readonly marker = new Graphics({ context: MARK, visible: false });
  readonly #glow = glowTexture();
  readonly #streak = streakTexture();
  readonly #ring = ringTexture();
  #markerAge = 0;

  /** A shot from (x, y) along `aim` radians for `metres`. */
  tracer(x: number, y: number, aim: number, metres: number, role: Role): void {
    const [px, py, length] = [x * UNIT, -y * UNIT, Math.max(0, metres) * UNIT];
    const tint = ROLE_COLOURS[role].line;
    const beam = { texture: this.#streak, x: px, y: py, rotation: -aim, anchorX: 0 };
    this.#particles.emit({ ...beam, tint, life: 0.2, width: length, height: 20, endHeight: 4, alpha: 0.8 });
    this.#particles.emit({ ...beam, tint: 0xffffff, life: 0.09, width: length, height: 9, endHeight: 2, alpha: 0.95 });
    const flash = { texture: this.#glow, x: px, y: py, life: 0.1 };
    this.#particles.emit({ ...flash, tint, width: 104, height: 104, endWidth: 30, endHeight: 30 });
    const front = { x: px + Math.cos(aim) * 12, y: py - Math.sin(aim) * 12, rotation: -aim };
    this.#particles.emit({ ...flash, ...front, tint: 0xffffff, width: 78, height: 30, endWidth: 24, endHeight: 8 });
  }

  /** Sparks flying back from where a shot along `aim` struck; more of them for flesh than for the wall. */
  impact(x: number, y: number, aim: number, isHit: boolean): void {
    const [px, py] = [x * UNIT, -y * UNIT];
    const size = isHit ? 90 : 46;
    const glow = { texture: this.#glow, x: px, y: py, tint: SPARK, life: 0.14 };
    this.#particles.emit({ ...glow, width: size, height: size, endWidth: 12, endHeight: 12, alpha: 0.9 });
    for (let count = isHit ? 9 : 4; count > 0; count--) {
      this.#spark(px, py, -aim + Math.PI + (Math.random() - 0.5) * 1.9, 320 + Math.random() * 460, SPARK);
    }
  }

  /** A fighter burst. */
  death(x: number, y: number, role: Role): void {
    const [px, py, tint] = [x * UNIT, -y * UNIT, ROLE_COLOURS[role].line];
    const at = { x: px, y: py, tint };
    const ring = { ...at, texture: this.#ring, life: 0.5, width: 40, height: 40 };
    this.#particles.emit({ ...ring, endWidth: 260, endHeight: 260, alpha: 0.9 });
    this.#particles.emit({ ...ring, life: 0.7, endWidth: 170, endHeight: 170, alpha: 0.4 });
    const glow = { ...at, texture: this.#glow, life: 0.3, width: 240, height: 240 };
    this.#particles.emit({ ...glow, endWidth: 60, endHeight: 60 });
    for (let count = 0; count < 22; count++) {
      this.#spark(px, py, Math.random() * 2 * Math.PI, 180 + Math.random() * 620, count % 3 ? tint : 0xffffff);
    }
  }

  /** A fighter came (back) into the arena. */
  spawn(x: number, y: number, role: Role): void {
    const ring = { texture: this.#ring, x: x * UNIT, y: -y * UNIT, tint: ROLE_COLOURS[role].line, alpha: 0.9 };
    this.#particles.emit({ ...ring, life: 0.45, width: 240, height: 240, endWidth: 60, endHeight: 60 });
    this.#particles.emit({ ...ring, life: 0.6, width: 320, height: 320, endWidth: 70, endHeight: 70, alpha: 0.4 });
  }

  /** Tells the shooter that the server counted the hit: a cross at a page pixel. */
  hitMarker(x: number, y: number): void {
    this.marker.position.set(x, y);
    this.marker.visible = true;
    this.#markerAge = 0;
  }

  /** Advances all effects by `dt` seconds. */
  update(dt: number): void {
    this.#particles.update(dt);
    this.#markerAge += dt;
    const progress = this.#markerAge / HIT_MARKER_SECONDS;
    this.marker.visible = progress < 1;
    this.marker.alpha = Math.min(1, 2 * (1 - progress));
    this.marker.scale.set(1.5 - 0.5 * Math.min(1, progress * 3));
  }

  #spark(x: number, y: number, angle: number, speed: number, tint: number): void {
    this.#particles.emit({
      texture: this.#streak,
      x,
      y,
      tint,
      rotation: angle,
      velocityX: Math.cos(angle) * speed,
      velocityY: Math.sin(angle) * speed,
      drag: 5,
      life: 0.2 + Math.random() * 0.25,
      width: 34,
      height: 8,
      endWidth: 6,
      endHeight: 3,
    });
  }
}
