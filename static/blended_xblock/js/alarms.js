/**
 * What waits for whoever opens the panel; asked anew when they come back to it.
 */

import { getPart } from "./net.js";

const PAUSE = 10_000;

export class Alarms {
  #asked = Date.now();
  #state = "";

  /** @param {import("./instructor.js").Panel} panel */
  constructor(panel) {
    this.panel = panel;
    this.place = panel.root.querySelector("[data-alarms]");
    this.#wake();
    this.place.addEventListener("click", (event) => {
      const button = event.target.closest("[data-alarm]");
      if (button) this.#open(button.dataset.alarm.split(" ")[1]);
    });
    window.addEventListener("focus", () => this.#refresh(PAUSE));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#refresh(PAUSE);
    });
    // A roll that was opened or closed just now waits no more.
    new MutationObserver(() => this.#follow()).observe(panel.body, { childList: true });
  }

  /** A press before now would have been lost. */
  #wake() {
    for (const button of this.place.querySelectorAll("[data-alarm]")) button.disabled = false;
  }

  /** @param {string} session */
  #open(session) {
    this.panel.pick(session);
    const heading = () => this.panel.body.querySelector("[data-session] h3");
    const watch = new MutationObserver(() => {
      if (!heading()) return;
      watch.disconnect();
      heading().focus();
    });
    watch.observe(this.panel.body, { childList: true });
  }

  #follow() {
    const roll = this.panel.body.querySelector("[data-roll-state]");
    if (!roll) return;
    const state = `${roll.dataset.session} ${roll.dataset.rollState}`;
    const [session] = this.#state.split(" ");
    if (session === roll.dataset.session && state !== this.#state) void this.#refresh(0);
    this.#state = state;
  }

  /** @param {number} pause do not ask again within so many milliseconds */
  async #refresh(pause) {
    if (Date.now() - this.#asked < pause) return;
    this.#asked = Date.now();
    let part;
    try {
      part = await getPart(this.panel.urls.urlAlarms, { uid: this.place.dataset.uid });
    } catch {
      // What is shown stays; the next time the panel is looked at it is asked again.
      return;
    }
    const held = this.place.contains(document.activeElement) && document.activeElement.dataset.alarm;
    const isUnfolded = this.place.querySelector("details")?.open;
    this.place.replaceChildren(part);
    this.#wake();
    if (isUnfolded) this.place.querySelector("details")?.setAttribute("open", "");
    if (held) this.place.querySelector(`[data-alarm="${held}"]`)?.focus();
  }
}
