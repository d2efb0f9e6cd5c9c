// One frame of the arena: intent to input, input to prediction, prediction to pixels.
import { ARENA_HALF_SIZE, type ArenaInput, PLAYER_RADIUS, type Player } from "../../shared/schema/arena/index.ts";
import type { Intent } from "../input/intent.ts";
import type { Pointer } from "../input/keyboard-mouse.ts";
import type { ArenaSession } from "../session.ts";
import type { Camera } from "./camera.ts";
import { Effects } from "./effects.ts";
import { MUZZLE_METRES } from "./fighter-shapes.ts";
import { Fighters, type FighterView } from "./fighters.ts";
import { type Body, type FragMessage, PredictedShots, rayLength, type ShotMessage } from "./shots.ts";
import type { Stage } from "./stage.ts";

/** The longest time one frame accounts for, in seconds: after a hidden tab, effects do not jump. */
const MAX_FRAME_SECONDS = 0.1;
const HURT_SHAKE_PIXELS = 7;
const DEATH_SHAKE_PIXELS = 14;
/** With a touch stick, the camera leans towards a point this far ahead. */
const TOUCH_LOOK_METRES = 8;

/** What the HUD wants to know at once. */
export interface ArenaEvents {
  /** The own fighter lost `amount` of health. */
  onOwnHurt(amount: number): void;
  onFrag(frag: FragMessage): void;
}

/** Draws one session after the other; lives as long as the page. */
export class ArenaView {
  readonly fighters: Fighters;
  readonly #stage: Stage;
  readonly #camera: Camera;
  readonly #intent: Intent;
  readonly #pointer: Pointer;
  readonly #events: ArenaEvents;
  readonly #effects = new Effects();
  readonly #predicted = new PredictedShots();
  readonly #allowsShake = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  readonly #stageInput = (input: ArenaInput): void => this.#intent.stage(input);
  #session: ArenaSession | undefined;
  #lastFrameMs = 0;
  #lastCooldown = 0;

  constructor(stage: Stage, camera: Camera, intent: Intent, pointer: Pointer, events: ArenaEvents) {
    this.#stage = stage;
    this.#camera = camera;
    this.#intent = intent;
    this.#pointer = pointer;
    this.#events = events;
    this.fighters = new Fighters({
      onSpawn: (view) => this.#effects.spawn(view.x, view.y, view.role),
      onDeath: (view) => this.#die(view),
      onHurt: (view, amount) => this.#hurt(view, amount),
    });
    stage.world.addChild(this.fighters.view, this.fighters.ghosts, this.#effects.view);
    stage.overlay.addChild(this.#effects.marker);
  }

  /** Shows a session from now on. */
  begin(session: ArenaSession): void {
    this.#session = session;
    this.#predicted.clear();
    this.#lastCooldown = 0;
    session.room.onMessage("shot", (shot: ShotMessage) => this.#shot(session, shot));
    session.room.onMessage("frag", (frag: FragMessage) => this.#events.onFrag(frag));
  }

  /** Empties the arena: the session is over. */
  end(): void {
    this.#session = undefined;
    this.fighters.clear();
  }

  /** Shows or hides the outlines of what the server last said. */
  showGhosts(isShown: boolean): void {
    this.fighters.ghosts.visible = isShown;
  }

  /** Runs the due ticks and draws. Call once for every animation frame. */
  frame(nowMs: number): void {
    const dt = Math.min(MAX_FRAME_SECONDS, Math.max(0, (nowMs - this.#lastFrameMs) / 1_000));
    this.#lastFrameMs = nowMs;
    if (this.#session) this.#advance(this.#session, nowMs, dt);
    else this.#camera.follow(0, 0, 0, 0, dt);
    this.#effects.update(dt);
    this.#stage.render();
  }

  #advance(session: ArenaSession, nowMs: number, dt: number): void {
    const own = this.fighters.get(session.sessionId);
    if (own) this.#aimAtPointer(own);
    if (session.tick(nowMs, this.#stageInput) > 0) this.#intent.endTick();
    this.fighters.update(session, this.#camera.pixelsPerMetre, dt);
    const self = session.self;
    if (!self) return;
    this.#drawPredictedShot(session, self, nowMs);
    this.#follow(session, dt);
  }

  #aimAtPointer(own: FighterView): void {
    if (!this.#pointer.isPresent) return;
    const dx = this.#camera.worldX(this.#pointer.x) - own.x;
    const dy = this.#camera.worldY(this.#pointer.y) - own.y;
    if (dx !== 0 || dy !== 0) this.#intent.aim = Math.atan2(dy, dx);
  }

  #follow(session: ArenaSession, dt: number): void {
    const own = this.fighters.get(session.sessionId);
    if (!own?.isAlive) {
      this.#camera.follow(this.#camera.x, this.#camera.y, this.#camera.x, this.#camera.y, dt);
      return;
    }
    const { isPresent, x, y } = this.#pointer;
    const lookX = isPresent ? this.#camera.worldX(x) : own.x + Math.cos(own.aim) * TOUCH_LOOK_METRES;
    const lookY = isPresent ? this.#camera.worldY(y) : own.y + Math.sin(own.aim) * TOUCH_LOOK_METRES;
    this.#camera.follow(own.x, own.y, lookX, lookY, dt);
  }

  /** The predicted cooldown jumps up when a shot is fired: that shot is drawn in the frame of the click, not a round trip later. */
  #drawPredictedShot(session: ArenaSession, self: Player, nowMs: number): void {
    const cooldown = session.value(self, "cooldown");
    const hasFired = cooldown > this.#lastCooldown;
    this.#lastCooldown = cooldown;
    const own = this.fighters.get(session.sessionId);
    if (!hasFired || !session.settings.prediction || !own || !this.#predicted.fired(nowMs)) return;
    const length = rayLength(own.x, own.y, own.aim, this.#bodies(own));
    this.#drawShot(own, own.aim, length, length < wallLength(own) - PLAYER_RADIUS);
  }

  #shot(session: ArenaSession, shot: ShotMessage): void {
    const shooter = this.fighters.get(shot.by);
    const target = shot.hit ? this.fighters.get(shot.hit) : undefined;
    const isOwn = shot.by === session.sessionId;
    if (isOwn && target && !session.room.state.players.get(shot.hit)?.isProtected) this.#markHit(target);
    if (isOwn && this.#predicted.answer(performance.now())) return;
    if (!shooter) return;
    if (target) {
      const aim = Math.atan2(target.y - shooter.y, target.x - shooter.x);
      this.#drawShot(shooter, aim, Math.hypot(target.x - shooter.x, target.y - shooter.y) - PLAYER_RADIUS, true);
    } else {
      this.#drawShot(shooter, shot.aim, shot.distance, false);
    }
  }

  /** From the muzzle on screen, so that the tracer leaves the gun that is seen. */
  #drawShot(shooter: FighterView, aim: number, length: number, isHit: boolean): void {
    const [cos, sin] = [Math.cos(aim), Math.sin(aim)];
    const reach = Math.min(MUZZLE_METRES, length);
    if (shooter.role !== "own") shooter.pointGun(aim);
    this.#effects.tracer(shooter.x + cos * reach, shooter.y + sin * reach, aim, length - reach, shooter.role);
    const [endX, endY] = [shooter.x + cos * length, shooter.y + sin * length];
    const isAtWall = Math.max(Math.abs(endX), Math.abs(endY)) > ARENA_HALF_SIZE - PLAYER_RADIUS;
    if (isHit || isAtWall) this.#effects.impact(endX, endY, aim, isHit);
  }

  #markHit(target: FighterView): void {
    const at = this.#pointer.isPresent ? this.#pointer : this.#camera.toScreen(target.x, target.y);
    this.#effects.hitMarker(at.x, at.y);
  }

  #hurt(view: FighterView, amount: number): void {
    if (view.role !== "own") return;
    if (this.#allowsShake) this.#camera.shake(HURT_SHAKE_PIXELS);
    this.#events.onOwnHurt(amount);
  }

  #die(view: FighterView): void {
    this.#effects.death(view.x, view.y, view.role);
    if (view.role === "own" && this.#allowsShake) this.#camera.shake(DEATH_SHAKE_PIXELS);
  }

  *#bodies(except: FighterView): Generator<Body> {
    for (const [, view] of this.fighters.entries()) if (view !== except && view.isAlive) yield view;
  }
}

function wallLength(from: FighterView): number {
  return rayLength(from.x, from.y, from.aim, []);
}
