/**
 * The readiness board of the session picked: below what opens the roll, and beside the roll after.
 */

import { getPart } from "./net.js";
import { Reminder } from "./reminder.js";

const TYPING = 250;

export class Board {
  #session = "";
  #isOpened = false;
  #page = 1;
  #timer = 0;
  /** @type {AbortController | null} */
  #loading = null;

  /** @param {import("./instructor.js").Panel} panel */
  constructor(panel) {
    this.panel = panel;
    this.place = panel.root.querySelector("[data-board]");
    this.tabs = panel.root.querySelector("[data-views]");
    this.tabs.addEventListener("click", (event) => {
      const tab = event.target.closest("[data-show]");
      if (tab) this.#show(tab.dataset.show);
    });
    this.place.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-board-form]")) return;
      event.preventDefault();
      void this.#search();
    });
    this.place.addEventListener("input", (event) => {
      if (!event.target.closest("[data-board-form]")) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), event.target.name === "q" ? TYPING : 0);
    });
    this.place.addEventListener("click", (event) => {
      const turn = event.target.closest("[data-board-page]");
      if (turn) void this.#turn(Number(turn.dataset.boardPage));
      if (event.target.closest("[data-board-retry]")) void this.load();
    });
    new Reminder(this);
    // The panel swaps its body whole: another session, or the same one opened by now.
    new MutationObserver(() => this.#follow()).observe(panel.body, { childList: true });
  }

  /** @returns {HTMLElement | null} */
  get section() {
    return this.place.querySelector("[data-view='board']");
  }

  get session() {
    return this.#session;
  }

  /** Fetch the whole board anew. */
  async load() {
    this.#page = 1;
    const part = await this.#fetch();
    if (!part) return;
    const hadFocus = this.place.contains(document.activeElement);
    this.place.replaceChildren(part);
    if (hadFocus) this.section.querySelector("h3").focus();
  }

  /** Fetch figures and list as they are filtered; the form keeps what is typed and the focus. */
  async refresh() {
    const part = await this.#fetch();
    if (!part) return false;
    for (const name of ["[data-summary]", "[data-board-list]"]) {
      const place = this.section?.querySelector(name);
      const fresh = part.querySelector(name);
      if (!place || !fresh) continue;
      const wasOpen = place.querySelector("details")?.open;
      place.replaceChildren(...fresh.childNodes);
      if (name === "[data-summary]" && wasOpen) place.querySelector("details").open = true;
    }
    return true;
  }

  #follow() {
    const roll = this.panel.body.querySelector("[data-roll-state]");
    if (!roll) {
      this.#loading?.abort();
      // What is given up says no more that it is coming.
      this.place.removeAttribute("aria-busy");
      this.#session = "";
      this.tabs.hidden = true;
      this.place.hidden = true;
      this.place.replaceChildren();
      this.panel.body.hidden = false;
      return;
    }
    const isOpened = roll.dataset.rollState !== "not_opened";
    if (roll.dataset.session === this.#session && isOpened === this.#isOpened) return;
    this.#session = roll.dataset.session;
    this.#isOpened = isOpened;
    this.place.replaceChildren();
    this.tabs.hidden = !isOpened;
    if (isOpened) {
      this.#show("roll");
    } else {
      this.place.hidden = false;
      void this.load();
    }
  }

  /** @param {string} view "roll" or "board" */
  #show(view) {
    for (const tab of this.tabs.querySelectorAll("[data-show]")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.show === view));
    }
    this.panel.body.hidden = view === "board";
    this.place.hidden = view !== "board";
    if (view === "board") void this.load();
  }

  /** @returns {Promise<DocumentFragment | null>} null where it did not come, or came too late */
  async #fetch() {
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    const params = { session: this.#session, page: this.#page };
    const form = this.place.querySelector("[data-board-form]");
    for (const [name, value] of form ? new FormData(form) : []) if (value) params[name] = value;
    this.place.setAttribute("aria-busy", "true");
    try {
      return await getPart(this.panel.urls.urlBoard, params, signal);
    } catch (error) {
      if (!signal.aborted) this.complain(error);
      return null;
    } finally {
      if (!signal.aborted) this.place.removeAttribute("aria-busy");
    }
  }

  /** @param {string} text an error above the list; empty takes it away */
  showProblem(text) {
    const place = this.section?.querySelector("[data-problem]");
    if (!place) return;
    place.textContent = text;
    place.hidden = !text;
  }

  /** @param {Error} error */
  complain(error) {
    const message = error.message || this.panel.say("network");
    this.panel.announce(message);
    if (this.section) {
      this.showProblem(message);
      return;
    }
    const template = this.panel.root.querySelector('template[data-template="failure"]');
    const failure = template.content.cloneNode(true);
    failure.querySelector("[data-failure-message]").textContent = message;
    failure.querySelector("[data-retry]").dataset.boardRetry = "";
    this.place.replaceChildren(failure);
  }

  async #search() {
    clearTimeout(this.#timer);
    this.#page = 1;
    if (!(await this.refresh())) return;
    this.showProblem("");
    this.panel.announce(this.place.querySelector("[data-found]").textContent.trim());
  }

  /** @param {number} page */
  async #turn(page) {
    this.#page = page;
    if (!(await this.refresh())) return;
    this.showProblem("");
    const found = this.place.querySelector("[data-found]");
    found.tabIndex = -1;
    found.focus();
    found.scrollIntoView({ block: "nearest" });
  }
}
