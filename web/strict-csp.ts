// Libraries that would try `new Function` are told not to, before they load: the page's CSP forbids it. Import this first.
import "pixi.js/unsafe-eval";

declare global {
  /** Where zod reads its settings from when it loads. */
  var __zod_globalConfig: { jitless: boolean } | undefined;
}

globalThis.__zod_globalConfig = { jitless: true };
