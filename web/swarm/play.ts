// The swarm on the page, from the first seat to the last frame.
import { type SwarmInput, swarm } from "../../shared/schema/swarm/index.ts";
import { Camera } from "../arena/camera.ts";
import { Stage } from "../arena/stage.ts";
import { byId } from "../dom.ts";
import type { Screen } from "../hud/screen.ts";
import { Intent } from "../input/intent.ts";
import { listenToKeyboardAndMouse } from "../input/keyboard-mouse.ts";
import { TouchSticks } from "../input/touch.ts";
import type { Options } from "../options.ts";
import { NO_WEBGL_PROBLEM } from "../problems.ts";
import { ending, joinGame, showEnding } from "../session.ts";
import { webGlSupport } from "../webgl.ts";
import { createMeadow } from "./meadow.ts";
import { SwarmHud } from "./swarm-hud.ts";
import { type SwarmSession, SwarmView } from "./swarm-view.ts";
import { MEADOW } from "./views.ts";

declare global {
  interface Window {
    /** What end-to-end tests may see of the running swarm. */
    __swarm?: { readonly session: SwarmSession | undefined; readonly shown: number };
  }
}

/** Draws for as long as the page lives, and plays one session after the other. */
export async function playSwarm(screen: Screen, options: Options): Promise<never> {
  const support = webGlSupport();
  while (support === "none") await screen.showProblem(NO_WEBGL_PROBLEM);
  const quality = options.quality ?? (support === "software" ? "low" : "high");
  const canvas = byId("arena", HTMLCanvasElement);
  const camera = new Camera(MEADOW);
  const intent = new Intent();
  const stage = await Stage.create(canvas, camera, quality, createMeadow());
  listenToKeyboardAndMouse(canvas, intent);
  const sticks = new TouchSticks(canvas, intent);
  const stageInput = (input: SwarmInput): void => {
    Object.assign(input, { moveX: intent.moveX, moveY: intent.moveY, creep: intent.fire });
  };
  const view = new SwarmView(stage, camera);
  const hud = new SwarmHud(options, (coveredPixels) => {
    camera.insetRight = coveredPixels;
  });
  stage.overlay.addChild(sticks.view);
  let session: SwarmSession | undefined;
  window.__swarm = {
    get session() {
      return session;
    },
    get shown() {
      return view.shown;
    },
  };

  requestAnimationFrame(function frame(nowMs) {
    requestAnimationFrame(frame);
    if (session && session.tick(nowMs, stageInput) > 0) intent.endTick();
    view.frame(session, nowMs);
    hud.frame(nowMs, view.shown);
  });

  for (;;) {
    const joined = await joinGame(screen, swarm);
    const over = ending(joined);
    session = joined;
    hud.begin(joined);
    sticks.view.renderable = true;
    const leave = await over;
    session = undefined;
    view.clear();
    hud.end();
    sticks.view.renderable = false;
    await showEnding(screen, leave);
  }
}
