/**
 * A learner writes that what is recorded of them is wrong.
 */

import { newKey } from "./identity.js";

export class Appeals {
  /** @type {Map<string, { text: string, key: string }>} by session, until it is known to be sent */
  #sending = new Map();

  /** @param {import("./learner.js").LearnerPage} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {string} name @param {HTMLElement} button */
  act(name, button) {
    if (name === "appeal") this.page.toggle(button);
    else if (name === "withdraw-appeal") void this.#withdraw(button);
  }

  /** @param {string} name @param {HTMLFormElement} form */
  submit(name, form) {
    if (name === "appeal") void this.#send(form);
  }

  /** @param {HTMLFormElement} form */
  async #send(form) {
    const { page } = this;
    const session = page.sessionOf(form);
    const text = form.elements.text.value;
    const last = this.#sending.get(session);
    // The same words sent again are the same appeal, should the first have arrived after all.
    const key = last?.text === text ? last.key : newKey();
    this.#sending.set(session, { text, key });
    const then = { said: page.say("appealed"), focus: '[data-appeal="open"]' };
    const answer = await page.send(form, page.urls.urlAppeal, { text, key }, then);
    if (answer) this.#sending.delete(session);
  }

  /** @param {HTMLButtonElement} button */
  async #withdraw(button) {
    const { page } = this;
    const then = { said: page.say("withdrawn"), focus: '[data-act="appeal"]' };
    await page.send(button, page.urls.urlWithdrawAppeal, {}, then);
  }
}
