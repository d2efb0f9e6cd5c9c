// Asks the browser for WebGL before Pixi does, so that a person gets a page instead of a black square.

/** Names under which browsers report WebGL that the processor computes: right, but slow. */
const SOFTWARE_RENDERERS = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** How this browser can draw the arena: not at all, by processor, or by graphics card. */
export function webGlSupport(): "none" | "software" | "hardware" {
  try {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
    if (!context) return "none";
    const info = context.getExtension("WEBGL_debug_renderer_info");
    const name = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER));
    context.getExtension("WEBGL_lose_context")?.loseContext();
    return SOFTWARE_RENDERERS.test(name) ? "software" : "hardware";
  } catch {
    // Some hardened browsers throw instead of answering null; that is a no as well.
    return "none";
  }
}
