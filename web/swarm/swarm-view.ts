// One frame of the swarm: what snapshots tell of, where the session says it is to be drawn.
import { Container, Graphics, Text } from "pixi.js";
import type { GameSession, SnapshotEntity } from "../../client/index.ts";
import {
  BEACON_COUNT,
  type Herder,
  SIGHT_ENTER_RADIUS,
  type SwarmInput,
  type SwarmState,
} from "../../shared/schema/swarm/index.ts";
import type { Camera } from "../arena/camera.ts";
import { UNIT } from "../arena/palette.ts";
import type { Stage } from "../arena/stage.ts";
import { ShownPool } from "./shown-pool.ts";
import { BEACON_RING, CALM, OTHER_HERDER, OWN_HERDER, POINTER, SCARED, sightRing } from "./views.ts";

const MAX_FRAME_SECONDS = 0.1;
/** Pointers to beacons keep this far from the edge of the page; pixels. */
const POINTER_MARGIN = { x: 46, y: 84 };
const EIGHTH_TURN = Math.PI / 4;
const CREEP_SCALE = 0.72;
const NONE: readonly SnapshotEntity[] = [];

/** A seat in a meadow. */
export type SwarmSession = GameSession<SwarmState, Herder, SwarmInput>;

/** Draws one session after the other; lives as long as the page. */
export class SwarmView {
  readonly #stage: Stage;
  readonly #camera: Camera;
  readonly #own = new Graphics({ context: OWN_HERDER, visible: false });
  readonly #sight = new Graphics({ context: sightRing(SIGHT_ENTER_RADIUS), visible: false });
  readonly #movers: ShownPool;
  readonly #herders: ShownPool;
  readonly #beacons: ShownPool;
  readonly #pointers: { arrow: Graphics; label: Text }[] = [];
  #lastFrameMs = 0;
  #x = 0;
  #y = 0;
  #pointed = 0;

  constructor(stage: Stage, camera: Camera) {
    this.#stage = stage;
    this.#camera = camera;
    const [beacons, movers, herders] = [new Container(), new Container(), new Container()];
    this.#beacons = new ShownPool(beacons);
    this.#movers = new ShownPool(movers);
    this.#herders = new ShownPool(herders);
    stage.world.addChild(beacons, this.#sight, movers, herders, this.#own);
    for (let index = 0; index < BEACON_COUNT; index++) this.#pointers.push(this.#pointer());
  }

  /** How many movers and herders are drawn now, the own one not counted. */
  get shown(): number {
    return this.#movers.size + this.#herders.size;
  }

  /** Takes everything off the screen: the session is over. */
  clear(): void {
    for (const pool of [this.#movers, this.#herders, this.#beacons]) pool.update(NONE, CALM, () => undefined);
  }

  /** Draws. Call once for every animation frame, after the session's own tick. */
  frame(session: SwarmSession | undefined, nowMs: number): void {
    const dt = Math.min(MAX_FRAME_SECONDS, Math.max(0, (nowMs - this.#lastFrameMs) / 1_000));
    this.#lastFrameMs = nowMs;
    const self = session?.self;
    this.#own.visible = this.#sight.visible = self !== undefined;
    if (session && self) this.#showOwn(session, self);
    this.#camera.follow(this.#x, this.#y, this.#x, this.#y, dt);
    this.#pointed = 0;
    if (session) this.#showOthers(session);
    for (let index = this.#pointed; index < BEACON_COUNT; index++) this.#hidePointer(index);
    this.#stage.render();
  }

  #showOwn(session: SwarmSession, self: Herder): void {
    this.#x = session.value(self, "x");
    this.#y = session.value(self, "y");
    this.#own.rotation = -session.value(self, "facing") * EIGHTH_TURN;
    this.#own.scale.set(session.value(self, "isCreeping") ? CREEP_SCALE : 1);
    for (const graphics of [this.#own, this.#sight]) graphics.position.set(this.#x * UNIT, -this.#y * UNIT);
  }

  #showOthers(session: SwarmSession): void {
    this.#movers.update(session.entities("movers"), CALM, (graphics, [x = 0, y = 0, heading = 0, isScared = 0]) => {
      graphics.position.set(x * UNIT, -y * UNIT);
      graphics.rotation = -heading;
      const context = isScared ? SCARED : CALM;
      if (graphics.context !== context) graphics.context = context;
    });
    this.#herders.update(
      session.entities("players"),
      OTHER_HERDER,
      (graphics, [x = 0, y = 0, facing = 0, creeps = 0]) => {
        graphics.position.set(x * UNIT, -y * UNIT);
        graphics.rotation = -facing * EIGHTH_TURN;
        graphics.scale.set(creeps ? CREEP_SCALE : 1);
      },
    );
    this.#beacons.update(session.entities("beacons"), BEACON_RING, (graphics, [x = 0, y = 0]) => {
      graphics.position.set(x * UNIT, -y * UNIT);
      this.#point(x, y);
    });
  }

  /** Points from the edge of the page to a beacon that is beyond it. */
  #point(x: number, y: number): void {
    const pointer = this.#pointers[this.#pointed];
    const { width, height, insetRight, middleX } = this.#camera;
    const at = this.#camera.toScreen(x, y);
    const [dx, dy] = [at.x - middleX, at.y - height / 2];
    const [reachX, reachY] = [(width - insetRight) / 2 - POINTER_MARGIN.x, height / 2 - POINTER_MARGIN.y];
    const over = Math.max(Math.abs(dx) / reachX, Math.abs(dy) / reachY);
    if (!pointer || over <= 1) return;
    this.#pointed += 1;
    const { arrow, label } = pointer;
    arrow.visible = label.visible = true;
    arrow.position.set(middleX + dx / over, height / 2 + dy / over);
    arrow.rotation = Math.atan2(dy, dx);
    const length = Math.hypot(dx, dy);
    label.position.set(arrow.x - (dx / length) * 30, arrow.y - (dy / length) * 24);
    const text = `${Math.round(Math.hypot(x - this.#x, y - this.#y))} m`;
    if (label.text !== text) label.text = text;
  }

  #hidePointer(index: number): void {
    const pointer = this.#pointers[index];
    if (pointer) pointer.arrow.visible = pointer.label.visible = false;
  }

  #pointer(): { arrow: Graphics; label: Text } {
    const arrow = new Graphics({ context: POINTER, visible: false });
    const label = new Text({
      text: "",
      anchor: 0.5,
      visible: false,
      resolution: 2,
      style: { fontFamily: "system-ui, sans-serif", fontSize: 12, fontWeight: "600", fill: 0xf4d35e },
    });
    this.#stage.overlay.addChild(arrow, label);
    return { arrow, label };
  }
}
