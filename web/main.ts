// The browser game, from opening the page to the last frame.
import "./strict-csp.ts";
import { ArenaView } from "./arena/arena-view.ts";
import { Camera } from "./arena/camera.ts";
import { Stage } from "./arena/stage.ts";
import { byId } from "./dom.ts";
import { Hud } from "./hud/hud.ts";
import { Screen } from "./hud/screen.ts";
import { Intent } from "./input/intent.ts";
import { listenToKeyboardAndMouse } from "./input/keyboard-mouse.ts";
import { TouchSticks } from "./input/touch.ts";
import { optionsFromQuery } from "./options.ts";
import { joinProblem } from "./problems.ts";
import { ending, join, showEnding } from "./session.ts";
import { TestHookFeed } from "./test-hook.ts";
import { showScoresAsText } from "./text-scores.ts";
import { webGlSupport } from "./webgl.ts";

const screen = new Screen();
const options = optionsFromQuery(window.location.search);

const support = webGlSupport();
const quality = options.quality ?? (support === "software" ? "low" : "high");

// Not awaited at the top level: the renderer's chunk imports this one, and would wait for it for ever.
(support !== "none" ? play() : showScoresAsText(screen, options)).catch(async (error: unknown) => {
  await screen.showProblem(joinProblem(error));
  window.location.reload();
});

/** Draws for as long as the page lives, and plays one session after the other. */
async function play(): Promise<never> {
  const canvas = byId("arena", HTMLCanvasElement);
  const camera = new Camera();
  const intent = new Intent();
  const stage = await Stage.create(canvas, camera, quality);
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
