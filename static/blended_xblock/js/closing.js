/**
 * Closing a roll: first who would become absent, by name; then the deed.
 */

import { getData, post } from "./net.js";

export class Closing {
  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    this.box = roll.section.querySelector("[data-close]");
    this.opener = roll.section.querySelector('[data-action="close"]');
    this.box?.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#show(false);
    });
  }

  /** @param {string} action @param {HTMLButtonElement} button */
  async act(action, button) {
    if (action === "close-no") {
      this.#show(false);
      return;
    }
    button.disabled = true;
    try {
      if (action === "close") await this.#preview();
      else await this.#close();
    } catch (error) {
      this.roll.complain(error);
    }
    button.disabled = false;
  }

  async #preview() {
    const { panel, session } = this.roll;
    if (panel.queue.unsent) {
      // Whoever is still to be sent would be counted as absent.
      panel.queue.retry();
      panel.announce(panel.say("unsaved", { n: panel.queue.unsent }));
      return;
    }
    const { n, names, status } = await getData(panel.urls.urlClosePreview, { session });
    const text = n ? panel.say("become", { status: status.label, n }) : panel.say("nobody");
    const lines = n > names.length ? [...names, panel.say("more", { n: n - names.length })] : names;
    this.box.querySelector("[data-close-text]").textContent = text;
    this.box.querySelector("[data-close-names]").replaceChildren(
      ...lines.map((name) => {
        const item = document.createElement("li");
        item.textContent = name;
        return item;
      }),
    );
    this.#show(true);
  }

  async #close() {
    const { panel, session } = this.roll;
    await post(panel.urls.urlClose, { session });
    panel.relabel(panel.say("rollClosed"));
    await panel.load({ focus: true });
    panel.announce(panel.say("closed"));
  }

  /** @param {boolean} isOpen */
  #show(isOpen) {
    this.box.hidden = !isOpen;
    this.opener.hidden = isOpen;
    this.opener.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.box.querySelector("h4").focus();
    else this.opener.focus();
  }
}
