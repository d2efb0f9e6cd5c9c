// The arena on the page, from the first seat to the last frame.
import { byId } from "../dom.ts";
import { Hud } from "../hud/hud.ts";
import type { Screen } from "../hud/screen.ts";
import { Intent } from "../input/intent.ts";
import { listenToKeyboardAndMouse } from "../input/keyboard-mouse.ts";
import { TouchSticks } from "../input/touch.ts";
import type { Options } from "../options.ts";
import { ending, join, showEnding } from "../session.ts";
import { TestHookFeed } from "../test-hook.ts";
import { showScoresAsText } from "../text-scores.ts";
import { webGlSupport } from "../webgl.ts";
import { ArenaView } from "./arena-view.ts";
import { Camera } from "./camera.ts";
import { createFloor } from "./floor.ts";
import { Stage } from "./stage.ts";

/** Draws for as long as the page lives, and plays one session after the other; without WebGL, the scores as text. */
export async function playArena(screen: Screen, options: Options): Promise<never> {
  const support = webGlSupport();
  if (support === "none") return showScoresAsText(screen, options);
  const quality = options.quality ?? (support === "software" ? "low" : "high");
  const canvas = byId("arena", HTMLCanvasElement);
  const camera = new Camera();
  const intent = new Intent();
  const stage = await Stage.create(canvas, camera, quality, createFloor(quality === "high"));
  const pointer = listenToKeyboardAndMouse(canvas, intent);
  const sticks = new TouchSticks(canvas, intent);
  stage.overlay.addChild(sticks.view);

  const view = new ArenaView(stage, camera, intent, pointer, {
    onOwnHurt: (amount) => hud.ownHurt(amount),
    onFrag: (frag) => hud.frag(frag),
  });
  const hud = new Hud(options, {
    onGhosts: (isShown) => view.showGhosts(isShown),
    onPanel: (coveredPixels) => {
      camera.insetRight = coveredPixels;
    },
  });
  const hook = new TestHookFeed(camera, view);

  requestAnimationFrame(function frame(nowMs) {
    requestAnimationFrame(frame);
    view.frame(nowMs);
    hud.frame(nowMs);
    hook.log(nowMs, intent);
  });

  for (;;) {
    const session = await join(screen);
    const over = ending(session);
    hook.session = session;
    view.begin(session);
    hud.begin(session, performance.now());
    sticks.view.renderable = true;

    const leave = await over;
    hook.session = undefined;
    view.end();
    hud.end();
    sticks.view.renderable = false;
    await showEnding(screen, leave);
  }
}
