// A bounded pool of sprites that fly, grow and fade: the stuff every effect is made of.
import { Container, Sprite, Texture } from "pixi.js";

/** The most particles alive at once; the oldest gives way. */
const MAX_PARTICLES = 512;

/** What a particle does in its life: units and units a second, radians, seconds. */
export interface Birth {
  texture: Texture;
  x: number;
  y: number;
  tint: number;
  life: number;
  velocityX?: number;
  velocityY?: number;
  /** Share of the speed that is lost in a second, as the exponent of a decay. */
  drag?: number;
  rotation?: number;
  /** Width and height at birth and death, in world units. */
  width: number;
  height: number;
  endWidth?: number;
  endHeight?: number;
  alpha?: number;
  anchorX?: number;
}

interface Particle extends Required<Birth> {
  readonly sprite: Sprite;
  age: number;
}

/** A pool of additive sprites. `emit` never allocates Pixi objects. */
export class Particles {
  readonly view = new Container({ label: "particles", blendMode: "add" });
  readonly #all: Particle[] = [];
  #next = 0;

  constructor() {
    for (let index = 0; index < MAX_PARTICLES; index++) {
      const sprite = new Sprite({ texture: Texture.WHITE, anchor: 0.5, visible: false });
      this.view.addChild(sprite);
      this.#all.push({ ...RESTING, sprite, age: 0 });
    }
  }

  /** Starts one particle, in the place of the oldest when all are in use. */
  emit(birth: Birth): void {
    const particle = this.#all[this.#next]!;
    this.#next = (this.#next + 1) % MAX_PARTICLES;
    Object.assign(particle, RESTING, birth);
    particle.endWidth = birth.endWidth ?? birth.width;
    particle.endHeight = birth.endHeight ?? birth.height;
    particle.age = 0;
    const { sprite } = particle;
    sprite.texture = birth.texture;
    sprite.tint = birth.tint;
    sprite.rotation = particle.rotation;
    sprite.anchor.set(particle.anchorX, 0.5);
    sprite.visible = true;
    this.#show(particle);
  }

  /** Advances all by `dt` seconds. */
  update(dt: number): void {
    for (const particle of this.#all) {
      if (!particle.sprite.visible) continue;
      particle.age += dt;
      if (particle.age >= particle.life) {
        particle.sprite.visible = false;
        continue;
      }
      const slow = Math.exp(-particle.drag * dt);
      particle.velocityX *= slow;
      particle.velocityY *= slow;
      particle.x += particle.velocityX * dt;
      particle.y += particle.velocityY * dt;
      this.#show(particle);
    }
  }

  #show(particle: Particle): void {
    const { sprite } = particle;
    const progress = particle.age / particle.life;
    const eased = 1 - (1 - progress) * (1 - progress);
    sprite.position.set(particle.x, particle.y);
    sprite.setSize(
      particle.width + (particle.endWidth - particle.width) * eased,
      particle.height + (particle.endHeight - particle.height) * eased,
    );
    sprite.alpha = particle.alpha * (1 - progress);
  }
}

const RESTING: Required<Birth> = {
  texture: Texture.WHITE,
  x: 0,
  y: 0,
  tint: 0xffffff,
  life: 0,
  velocityX: 0,
  velocityY: 0,
  drag: 0,
  rotation: 0,
  width: 0,
  height: 0,
  endWidth: 0,
  endHeight: 0,
  alpha: 1,
  anchorX: 0.5,
};

/** A round glow, white in the middle. */
export function glowTexture(): Texture {
  return paint(64, 64, (context) => {
    const gradient = context.createRadialGradient(32, 32, 0, 32, 32, 32);
    gradient.addColorStop(0, "rgba(255,255,255,1)");
    gradient.addColorStop(0.35, "rgba(255,255,255,0.45)");
    gradient.addColorStop(1, "rgba(255,255,255,0)");
    context.fillStyle = gradient;
    context.fillRect(0, 0, 64, 64);
  });
}

/** A streak: clear at its tail (left), white at its head, soft at both sides. */
export function streakTexture(): Texture {
  return paint(128, 16, (context) => {
    const along = context.createLinearGradient(0, 0, 128, 0);
    along.addColorStop(0, "rgba(255,255,255,0)");
    along.addColorStop(0.85, "rgba(255,255,255,1)");
    along.addColorStop(1, "rgba(255,255,255,0.9)");
    context.fillStyle = along;
    context.fillRect(0, 0, 128, 16);
    context.globalCompositeOperation = "destination-in";
    const across = context.createLinearGradient(0, 0, 0, 16);
    across.addColorStop(0, "rgba(255,255,255,0)");
    across.addColorStop(0.5, "rgba(255,255,255,1)");
    across.addColorStop(1, "rgba(255,255,255,0)");
    context.fillStyle = across;
    context.fillRect(0, 0, 128, 16);
  });
}

/** A thin ring. */
export function ringTexture(): Texture {
  return paint(256, 256, (context) => {
    context.strokeStyle = "#fff";
    context.lineWidth = 9;
    context.beginPath();
    context.arc(128, 128, 120, 0, 2 * Math.PI);
    context.stroke();
  });
}

function paint(width: number, height: number, draw: (context: CanvasRenderingContext2D) => void): Texture {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  draw(canvas.getContext("2d")!);
  return Texture.from(canvas);
}
