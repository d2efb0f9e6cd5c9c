// The fighters on screen: one pooled view each, put every frame where the session says it is to be drawn.
import { Container, Graphics, Sprite, Text, Texture } from "pixi.js";
import { MAX_HEALTH, PLAYER_RADIUS, type Player } from "../../shared/schema/arena/index.ts";
import type { ArenaSession } from "../session.ts";
import { BODIES, GHOSTS, OWN_RING, SHADOW, SHIELD } from "./fighter-shapes.ts";
import { HEALTHY, HURT, ROLE_COLOURS, type Role, UNIT } from "./palette.ts";

const BAR_WIDTH = 62;
const BAR_HEIGHT = 6;
const BAR_Y = -PLAYER_RADIUS * UNIT * 1.62;
const LABEL_Y = BAR_Y - 16;
/** Labels keep this size on screen, in page pixels, at any zoom. */
const LABEL_PIXELS = 12.5;
const LABEL_TEXTURE_PIXELS = 28;
const FLASH_SECONDS = 0.12;
const GUN_HOLD_SECONDS = 0.1;
const LOW_HEALTH = 40;
/** A silhouette whose player is away. */
const AWAY_ALPHA = 0.35;

/** One fighter as it is drawn. `x`, `y`, `aim` are what the newest frame shows, in metres and radians. */
export class FighterView {
  readonly root = new Container({ label: "fighter" });
  readonly ghost = new Graphics();
  x = 0;
  y = 0;
  aim = 0;
  role: Role = "bot";
  isAlive = false;
  health = MAX_HEALTH;
  #flash = 0;
  #shieldTurn = 0;
  #gunAim = 0;
  #gunHold = 0;
  readonly #ring = new Graphics(OWN_RING);
  readonly #body = new Graphics();
  readonly #shield = new Graphics(SHIELD);
  readonly #bar = new Sprite({ texture: Texture.WHITE, x: -BAR_WIDTH / 2, y: BAR_Y });
  readonly #label = new Text({
    style: {
      fontFamily: "system-ui, sans-serif",
      fontSize: LABEL_TEXTURE_PIXELS,
      fontWeight: "600",
      fill: 0xffffff,
      stroke: { color: 0x070b11, width: 6, join: "round" },
    },
    anchor: { x: 0.5, y: 1 },
    y: LABEL_Y,
    resolution: 2,
  });

  constructor() {
    const trough = new Sprite({ texture: Texture.WHITE, tint: 0x05080c, alpha: 0.8 });
    trough.position.set(-BAR_WIDTH / 2 - 2, BAR_Y - 2);
    trough.setSize(BAR_WIDTH + 4, BAR_HEIGHT + 4);
    const shadow = new Graphics({ context: SHADOW, y: 7 });
    this.root.addChild(shadow, this.#ring, this.#body, this.#shield, trough, this.#bar, this.#label);
  }

  /** Takes the view out of the pool for a player. */
  begin(player: Player, isOwn: boolean): void {
    this.role = isOwn ? "own" : player.isBot ? "bot" : "person";
    this.#body.context = BODIES[this.role];
    this.ghost.context = GHOSTS[this.role];
    this.#ring.visible = isOwn;
    this.#label.style.fill = ROLE_COLOURS[this.role].line;
    this.isAlive = false;
    this.health = player.health;
  }

  /** Turns the gun to `aim` for a moment: a shot is told at once, while others are drawn a little in the past. */
  pointGun(aim: number): void {
    this.#gunAim = aim;
    this.#gunHold = GUN_HOLD_SECONDS;
  }

  /** Makes the body light up: it was hit. */
  flash(): void {
    this.#flash = FLASH_SECONDS;
  }

  /** Shows the player at (`x`, `y`, `aim`); `pixelsPerMetre` keeps the label's size, `dt` is in seconds. */
  show(player: Player, pixelsPerMetre: number, dt: number): void {
    this.root.visible = player.isAlive;
    this.root.position.set(this.x * UNIT, -this.y * UNIT);
    this.root.alpha = player.isConnected ? 1 : AWAY_ALPHA;
    this.#gunHold = Math.max(0, this.#gunHold - dt);
    this.#body.rotation = -(this.#gunHold > 0 ? this.#gunAim : this.aim);
    this.#flash = Math.max(0, this.#flash - dt);
    this.#body.scale.set(1 + (this.#flash / FLASH_SECONDS) * 0.14);
    this.#body.tint = this.#flash > 0 ? 0xffffff : 0xf2f2f2;
    this.#shieldTurn += dt * 1.6;
    this.#shield.visible = player.isProtected;
    this.#shield.rotation = this.#shieldTurn;
    this.#shield.alpha = 0.55 + 0.3 * Math.sin(this.#shieldTurn * 4);
    this.#bar.setSize(Math.max(0.001, (BAR_WIDTH * player.health) / MAX_HEALTH), BAR_HEIGHT);
    this.#bar.tint = player.health > LOW_HEALTH ? (this.role === "own" ? ROLE_COLOURS.own.line : HEALTHY) : HURT;
    this.#label.visible = this.role !== "own";
    if (this.#label.text !== player.name) this.#label.text = player.name;
    this.#label.scale.set((LABEL_PIXELS / LABEL_TEXTURE_PIXELS) * (UNIT / pixelsPerMetre));
  }
}

/** What happens to fighters between two frames; `amount` is health lost. */
export interface FighterEvents {
  onSpawn(view: FighterView): void;
  onDeath(view: FighterView): void;
  onHurt(view: FighterView, amount: number): void;
}

/** All fighters, by session id. */
export class Fighters {
  readonly view = new Container({ label: "fighters" });
  readonly ghosts = new Container({ label: "ghosts", visible: false });
  readonly #byId = new Map<string, FighterView>();
  readonly #spare: FighterView[] = [];
  readonly #events: FighterEvents;

  constructor(events: FighterEvents) {
    this.#events = events;
  }

  /** The view of a session's fighter. */
  get(sessionId: string): FighterView | undefined {
    return this.#byId.get(sessionId);
  }

  /** All fighters that are in the arena. */
  entries(): MapIterator<[string, FighterView]> {
    return this.#byId.entries();
  }

  /** Puts every fighter where the session wants it drawn. */
  update(session: ArenaSession, pixelsPerMetre: number, dt: number): void {
    for (const [sessionId, player] of session.room.state.players) {
      // A fighter's name may be here a moment before its place is.
      if (Number.isNaN(session.truth(player, "x"))) continue;
      const view = this.#byId.get(sessionId) ?? this.#add(sessionId, player, sessionId === session.sessionId);
      view.x = session.value(player, "x");
      view.y = session.value(player, "y");
      view.aim = session.value(player, "aim");
      this.#notice(view, player);
      view.show(player, pixelsPerMetre, dt);
      view.ghost.visible = player.isAlive;
      view.ghost.position.set(session.truth(player, "x") * UNIT, -session.truth(player, "y") * UNIT);
    }
    for (const [sessionId, view] of this.#byId) {
      if (!session.room.state.players.has(sessionId)) this.#remove(sessionId, view);
    }
  }

  /** Takes everybody off the screen: the session is over. */
  clear(): void {
    for (const [sessionId, view] of this.#byId) this.#remove(sessionId, view);
  }

  #notice(view: FighterView, player: Player): void {
    if (player.isAlive && !view.isAlive) this.#events.onSpawn(view);
    if (player.health < view.health) {
      view.flash();
      this.#events.onHurt(view, view.health - player.health);
    }
    if (!player.isAlive && view.isAlive) this.#events.onDeath(view);
    view.isAlive = player.isAlive;
    view.health = player.health;
  }

  #add(sessionId: string, player: Player, isOwn: boolean): FighterView {
    const view = this.#spare.pop() ?? new FighterView();
    view.begin(player, isOwn);
    if (isOwn) this.view.addChild(view.root);
    else this.view.addChildAt(view.root, 0);
    this.ghosts.addChild(view.ghost);
    this.#byId.set(sessionId, view);
    return view;
  }

  #remove(sessionId: string, view: FighterView): void {
    this.#byId.delete(sessionId);
    this.view.removeChild(view.root);
    this.ghosts.removeChild(view.ghost);
    this.#spare.push(view);
  }
}
