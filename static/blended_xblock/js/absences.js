/**
 * A learner says that they cannot come, and on which other date they come instead.
 */

import { getPart } from "./net.js";

export class Absences {
  /** @param {import("./learner.js").LearnerPage} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {string} name @param {HTMLElement} button */
  act(name, button) {
    if (name === "absence") this.page.toggle(button);
    else if (name === "options") void this.#options(button);
    else if (name === "come") void this.#come(button);
    else if (name === "choose") void this.#choose(button, button.dataset.instead, "chosen");
    else if (name === "unchoose") void this.#choose(button, null, "unchosen");
  }

  /** @param {string} name @param {HTMLFormElement} form */
  submit(name, form) {
    if (name === "absence") void this.#announce(form);
  }

  /** @param {HTMLFormElement} form */
  async #announce(form) {
    const { page } = this;
    const session = page.sessionOf(form);
    const isNew = !page.placeOf(session).querySelector("[data-absence]");
    const body = { reason: form.elements.reason.value };
    const then = { said: page.say("announced"), focus: "[data-absence]" };
    const answer = await page.send(form, page.urls.urlAnnounceAbsence, body, then);
    const button = page.placeOf(session)?.querySelector('[data-act="options"]');
    if (answer && isNew && button) await this.#options(button);
  }

  /** @param {HTMLButtonElement} button */
  async #come(button) {
    const { page } = this;
    const then = { said: page.say("come"), focus: '[data-act="absence"]' };
    await page.send(button, page.urls.urlWithdrawAbsence, {}, then);
  }

  /** @param {HTMLButtonElement} button @param {string | null} instead @param {string} said */
  async #choose(button, instead, said) {
    const { page } = this;
    const then = { said: page.say(said), focus: "[data-absence]" };
    await page.send(button, page.urls.urlChooseAlternative, { instead }, then);
  }

  /** @param {HTMLButtonElement} button */
  async #options(button) {
    const { page } = this;
    const session = page.sessionOf(button);
    const place = button.closest("[data-absence]").querySelector("[data-options]");
    if (!place.hidden) {
      place.hidden = true;
      button.setAttribute("aria-expanded", "false");
      return;
    }
    page.complain(button, "");
    try {
      place.replaceChildren(await getPart(page.urls.urlAbsenceOptions, { session }));
      place.hidden = false;
      button.setAttribute("aria-expanded", "true");
      if (!page.isWriting) place.querySelector("[data-options-title]").focus();
    } catch (error) {
      page.complain(button, error.message || page.say("network"));
    }
  }
}
