/**
 * A learner checks in with the code of the room, or shows their own.
 */

import { getData } from "./net.js";

export class Arrivals {
  /** @param {import("./learner.js").LearnerPage} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {string} name @param {HTMLButtonElement} button */
  act(name, button) {
    if (name === "pass") void this.#show(button);
  }

  /** @param {string} name @param {HTMLFormElement} form */
  submit(name, form) {
    if (name === "check-in") void this.#checkIn(form);
  }

  /** @param {HTMLFormElement} form */
  async #checkIn(form) {
    const { page } = this;
    const field = form.elements.code;
    if (!field.value.trim()) {
      page.complain(form, page.say("noCode"));
      field.focus();
      return;
    }
    const session = page.sessionOf(form);
    const answer = await page.send(form, page.urls.urlCheckIn, { code: field.value });
    if (answer) page.tell(session, page.say("checkedIn", answer));
    // A wrong code is typed anew, not mended.
    else if (form.isConnected) field.select();
  }

  /** @param {HTMLButtonElement} button */
  async #show(button) {
    const { page } = this;
    const place = button.closest("[data-check-in]").querySelector("[data-pass]");
    const isShown = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isShown));
    place.hidden = isShown;
    if (isShown) return;
    try {
      const { name, qr } = await getData(page.urls.urlOwnPass, { session: page.sessionOf(button) });
      const template = document.createElement("template");
      // Drawn by our own server, as the parts of the page are.
      template.innerHTML = qr;
      place.querySelector("[data-pass-code]").replaceChildren(template.content);
      place.querySelector("[data-pass-name]").textContent = name;
    } catch (error) {
      place.hidden = true;
      button.setAttribute("aria-expanded", "false");
      page.complain(button, error.message || page.say("network"));
    }
  }
}
