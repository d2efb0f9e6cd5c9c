// The own health and frags, and the red edge of the screen when it hurts.
import { MAX_HEALTH } from "../../shared/schema/arena/index.ts";
import { byId, setText } from "../dom.ts";
import type { ArenaSession } from "../session.ts";

const LOW_HEALTH = 40;

/** Own fighter's state. */
export class Vitals {
  readonly #health = byId("health", HTMLElement);
  readonly #meter = byId("health-meter", HTMLMeterElement);
  readonly #fill = byId("health-fill", HTMLElement);
  readonly #text = byId("health-text", HTMLElement);
  readonly #frags = byId("own-frags", HTMLElement);
  readonly #fragsUnit = byId("own-frags-unit", HTMLElement);
  readonly #vignette = byId("vignette", HTMLElement);
  #shown = -1;

  /** Flashes the edge of the screen. */
  hurt(amount: number): void {
    const from = Math.min(1, 0.45 + amount / MAX_HEALTH);
    this.#vignette.animate([{ opacity: from }, { opacity: 0 }], { duration: 520, easing: "ease-out" });
  }

  update(session: ArenaSession): void {
    const { self } = session;
    if (!self) return;
    setText(this.#frags, String(self.frags));
    setText(this.#fragsUnit, self.frags === 1 ? "frag" : "frags");
    if (self.health === this.#shown) return;
    this.#shown = self.health;
    setText(this.#text, String(self.health));
    this.#meter.value = self.health;
    this.#health.classList.toggle("low", self.health <= LOW_HEALTH);
    this.#fill.style.transform = `scaleX(${self.health / MAX_HEALTH})`;
    this.#vignette.classList.toggle("low", self.isAlive && self.health <= LOW_HEALTH);
  }
}
