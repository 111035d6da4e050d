/**
 * What learners wrote about the session picked: absences to excuse, appeals to answer.
 */

import { newKey } from "./identity.js";
import { getPart, post } from "./net.js";

export class Inbox {
  #session = "";
  /** What is shown, as the server wrote it. */
  #received = "";
  /** @type {AbortController | null} */
  #loading = null;

  /** @param {import("./instructor.js").Panel} panel */
  constructor(panel) {
    this.panel = panel;
    this.place = panel.root.querySelector("[data-inbox]");
    this.place.addEventListener("click", (event) => {
      const button = event.target.closest("[data-excuse]");
      if (button) void this.#excuse(button);
    });
    this.place.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-answer]")) return;
      event.preventDefault();
      void this.#answer(event.target, event.submitter?.value !== "decline");
    });
    this.place.addEventListener("toggle", (event) => void this.#toggled(event.target), true);
    // The panel swaps its body whole: another session, or the same one opened by now.
    new MutationObserver(() => this.#follow()).observe(panel.body, { childList: true });
    this.#follow();
  }

  /** Fetch the inbox anew; answers that are half-written, open folds and the focus stay. */
  async load() {
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    const session = this.#session;
    try {
      const part = await getPart(this.panel.urls.urlInbox, { session }, signal);
      this.#show([...part.children]);
    } catch {
      // The roll says that the server cannot be reached; without it this has nothing to show.
      if (!signal.aborted && this.place.dataset.of !== session) this.#empty();
    }
    if (!signal.aborted) this.place.dataset.of = session;
  }

  #follow() {
    const { session } = this.panel;
    if (session !== this.#session) this.#empty();
    this.#session = session;
    void this.load();
  }

  #empty() {
    this.#received = "";
    this.place.replaceChildren();
    this.place.hidden = true;
  }

  /** @param {Element[]} children */
  #show(children) {
    const received = children.map((child) => child.outerHTML).join("");
    // The roll is swapped more often than the inbox changes: nobody is disturbed for nothing.
    if (received === this.#received) return;
    this.#received = received;
    const { place } = this;
    const fields = [...place.querySelectorAll("[data-answer] [id]")];
    const written = new Map(fields.map(({ id, value }) => [id, value]));
    const folds = [...place.querySelectorAll("[data-fold][open]")].map(({ dataset }) => dataset.fold);
    const held = place.contains(document.activeElement) && document.activeElement;
    const { id, selectionStart, selectionEnd } = held;
    const fold = held && held.matches("summary") && held.parentElement.dataset.fold;
    place.replaceChildren(...children);
    place.hidden = !place.childElementCount;
    for (const [name, value] of written) {
      const field = place.querySelector(`[id="${name}"]`);
      if (field) field.value = value;
    }
    // An opened fold fetches its history by itself.
    for (const name of folds) {
      place.querySelector(`[data-fold="${name}"]`)?.setAttribute("open", "");
    }
    const selector = fold ? `[data-fold="${fold}"] > summary` : id && `[id="${id}"]`;
    const next = selector && place.querySelector(selector);
    if (held) (next || place.querySelector("h3"))?.focus({ preventScroll: true });
    if (next?.matches("textarea")) next.setSelectionRange(selectionStart, selectionEnd);
  }

  /** @param {HTMLButtonElement} button */
  async #excuse(button) {
    const { panel } = this;
    const item = button.closest("[data-user]");
    // One key for one press, however often it has to be sent.
    button.dataset.key ||= newKey();
    const mark = {
      user_id: Number(item.dataset.user),
      status: button.dataset.excuse,
      key: button.dataset.key,
      at: new Date().toISOString(),
      reason: button.dataset.reason,
    };
    const answer = await this.#send(item, panel.urls.urlRecord, { marks: [mark] });
    const said = { name: this.#nameOf(item), status: button.dataset.label };
    if (answer) await this.#settled(panel.say("excused", said));
  }

  /** @param {HTMLFormElement} form @param {boolean} accept */
  async #answer(form, accept) {
    const { panel } = this;
    const item = form.closest("[data-appeal]");
    const status = (accept && form.elements.status?.value) || null;
    const body = { appeal: Number(item.dataset.appeal), accept, status };
    body.answer = form.elements.answer.value;
    const answer = await this.#send(item, panel.urls.urlAnswerAppeal, body);
    if (answer) await this.#settled(panel.say("answered", { name: this.#nameOf(item) }));
  }

  /**
   * @param {HTMLElement} item
   * @param {string} url
   * @param {object} body
   * @returns {Promise<object | null>} null where it was refused
   */
  async #send(item, url, body) {
    const problem = item.querySelector("[data-inbox-problem]");
    const buttons = [...item.querySelectorAll("button")];
    problem.hidden = true;
    for (const button of buttons) button.disabled = true;
    try {
      const answer = await post(url, { session: this.#session, ...body });
      this.panel.savedAt = answer.saved_at;
      this.panel.roll?.apply(answer);
      this.panel.showState();
      return answer;
    } catch (error) {
      problem.textContent = error.message || this.panel.say("network");
      problem.hidden = false;
      for (const button of buttons) button.disabled = false;
      return null;
    }
  }

  /** @param {string} said */
  async #settled(said) {
    // What was settled had its buttons switched off.
    this.#received = "";
    await this.load();
    this.panel.announce(said);
    // What had the focus is settled: go on with what is left, or with the roll.
    const next = this.place.querySelector("h3") || this.panel.body.querySelector("h3");
    next?.focus();
  }

  /** @param {HTMLElement} item */
  #nameOf(item) {
    return item.querySelector("[data-name]").textContent.trim();
  }

  /** @param {HTMLDetailsElement} fold */
  async #toggled(fold) {
    if (!fold.matches("[data-inbox-history]") || !fold.open) return;
    const body = fold.querySelector("[data-history-body]");
    try {
      const { user } = fold.closest("[data-user]").dataset;
      const params = { session: this.#session, user };
      body.replaceChildren(await getPart(this.panel.urls.urlHistory, params));
    } catch (error) {
      body.textContent = error.message || this.panel.say("network");
    }
  }
}
