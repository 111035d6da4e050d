/**
 * The learner's page: what they write is sent, and the page shown again as it then stands.
 *
 * Reloading would lose what is being typed into the blocks around it, so only this view is swapped.
 */

import { Absences } from "./absences.js";
import { Appeals } from "./appeals.js";
import { Arrivals } from "./arrivals.js";
import { getPart, post } from "./net.js";
import { readStrings } from "./strings.js";

const JOIN_LEAD = 15 * 60_000;
const LONGEST_TIMER = 2 ** 31 - 1;

export class LearnerPage {
  #timer = 0;
  /** What was pressed before is sent first, and shown. @type {Promise<unknown>} */
  #sending = Promise.resolve();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.urls = root.dataset;
    this.say = readStrings(root);
    this.parts = [new Absences(this), new Appeals(this), new Arrivals(this)];
  }

  start() {
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]");
      if (button) this.#handle("act", button.dataset.act, button);
    });
    this.root.addEventListener("submit", (event) => {
      const { form } = event.target.dataset;
      if (!form) return;
      event.preventDefault();
      this.#handle("submit", form, event.target);
    });
    document.addEventListener("visibilitychange", () => this.#showJoin());
    this.#shown();
  }

  /** @param {Element} element @returns {string} the session that something on the page is about */
  sessionOf(element) {
    return element.closest("[data-own]").dataset.own;
  }

  /** @param {string} session @returns {HTMLElement | null} */
  placeOf(session) {
    return this.root.querySelector(`[data-own="${session}"]`);
  }

  /**
   * Send something about a session; afterwards the page says so and shows what follows from it.
   *
   * @param {Element} source what was pressed
   * @param {string} url
   * @param {object} body
   * @param {{ said?: string, focus?: string }} [then] a string's name; what to focus, in the session
   * @returns {Promise<Record<string, any> | null>} null where it was refused
   */
  async send(source, url, body, then = {}) {
    for (const control of this.#controlsOf(source)) control.disabled = true;
    this.complain(source, "");
    const sent = this.#sending.then(() => this.#sendNow(source, url, body, then));
    this.#sending = sent;
    return sent;
  }

  async #sendNow(source, url, body, { said = "", focus = "" }) {
    const session = this.sessionOf(source);
    try {
      const answer = await post(url, { session, ...body });
      await this.refresh(source.closest("form")?.id);
      if (said) this.announce(said);
      if (!this.isWriting) this.#focus(session, focus);
      return answer;
    } catch (error) {
      const shown = this.#now(source);
      for (const control of this.#controlsOf(shown)) control.disabled = false;
      this.complain(shown, error.message || this.say("network"));
      return null;
    }
  }

  /**
   * Fetch the page again and show it; what is open and what is half-written stays.
   *
   * @param {string} [sent] the id of the form that was sent: nothing of it is half-written
   */
  async refresh(sent = "") {
    const part = await getPart(this.urls.urlOwnPage, {});
    const fresh = part.querySelector(".blended");
    const open = [...this.root.querySelectorAll("details[data-fold]")].filter((fold) => fold.open);
    const folds = new Set(open.map((fold) => fold.dataset.fold));
    const typed = this.#typed(sent);
    const held = /** @type {HTMLInputElement} */ (document.activeElement);
    this.root.replaceChildren(...fresh.childNodes);
    for (const fold of this.root.querySelectorAll("details[data-fold]")) {
      if (folds.has(fold.dataset.fold)) fold.open = true;
    }
    this.#giveBack(typed);
    this.#shown();
    const field = typed.has(held.id) && this.root.querySelector(`[id="${held.id}"]`);
    if (!field) return;
    field.focus({ preventScroll: true });
    field.setSelectionRange(held.selectionStart, held.selectionEnd);
  }

  /** @param {Element} source what was pressed @param {string} text empty takes it away */
  complain(source, text) {
    const near = source.closest("form, [data-check-in], [data-absence], [data-appeal]");
    const place = near?.querySelector("[data-problem]");
    if (!place) return;
    place.textContent = text;
    place.hidden = !text;
    if (text) place.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} session @param {string} text what has just come about, in the session's place */
  tell(session, text) {
    const place = this.placeOf(session)?.querySelector("[data-said]");
    if (!place) return;
    place.textContent = text;
    place.hidden = false;
    if (!this.isWriting) place.focus();
  }

  /** Whether somebody is writing: an answer that took long must not take the focus from them. */
  get isWriting() {
    const { activeElement } = document;
    return activeElement.matches("textarea, input") && this.root.contains(activeElement);
  }

  /** @param {string} text */
  announce(text) {
    const live = this.root.querySelector("[data-live]");
    live.textContent = "";
    // The same sentence twice is read twice only if the region was empty in between.
    requestAnimationFrame(() => {
      live.textContent = text;
    });
  }

  /**
   * Open or shut a form below the button that is for it.
   *
   * @param {HTMLElement} button
   * @param {boolean} [isOpen]
   */
  toggle(button, isOpen = button.getAttribute("aria-expanded") !== "true") {
    const form = this.root.querySelector(`[id="${button.getAttribute("aria-controls")}"]`);
    form.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) form.querySelector("textarea, input")?.focus();
    else button.focus();
  }

  /** @param {"act" | "submit"} kind @param {string} name @param {HTMLElement} element */
  #handle(kind, name, element) {
    if (kind === "act" && name === "cancel") {
      const { id } = element.closest("form");
      this.toggle(this.root.querySelector(`[aria-controls="${id}"]`), false);
      return;
    }
    for (const part of this.parts) part[kind](name, element);
  }

  /** What was pressed, as it is shown by now. @param {HTMLElement} source */
  #now(source) {
    if (source.isConnected) return source;
    const form = source.closest("form");
    const selector = form ? `[id="${form.id}"]` : `[data-act="${source.dataset.act}"]`;
    return this.placeOf(this.sessionOf(source))?.querySelector(selector) || source;
  }

  /** @param {Element} source */
  #controlsOf(source) {
    const form = source.closest("form");
    return form ? [...form.querySelectorAll("button")] : [source];
  }

  /** @param {string} session @param {string} selector */
  #focus(session, selector) {
    const place = this.placeOf(session);
    const target = (selector && place?.querySelector(selector)) || place?.querySelector("button");
    target?.focus();
  }

  /**
   * @param {string} sent the id of a form that is no draft: it is about to be gone, or empty
   * @returns {Map<string, string>} what stands in forms that are open or written in, by field
   */
  #typed(sent) {
    const fields = this.root.querySelectorAll("form:not([hidden]) :is(textarea, input)");
    const isOpen = ({ id }) => this.root.querySelector(`[aria-controls="${id}"]`) !== null;
    return new Map(
      [...fields]
        .filter(({ id, form, value, defaultValue }) => {
          return id && (value !== defaultValue || isOpen(form)) && (!sent || form.id !== sent);
        })
        .map((field) => [field.id, field.value]),
    );
  }

  /** @param {Map<string, string>} typed */
  #giveBack(typed) {
    for (const [id, value] of typed) {
      const field = this.root.querySelector(`[id="${id}"]`);
      if (!field) continue;
      field.value = value;
      field.form.hidden = false;
      const opener = this.root.querySelector(`[aria-controls="${field.form.id}"]`);
      opener?.setAttribute("aria-expanded", "true");
    }
  }

  /** What was just put on the page is made to work. */
  #shown() {
    if (!this.root.hasAttribute("data-read-only")) {
      // A press before now would have been lost.
      for (const control of this.root.querySelectorAll("[data-own] :disabled")) {
        control.disabled = false;
      }
    }
    for (const link of this.root.querySelectorAll('a[download][href^="?"]')) {
      link.href = this.urls.urlCalendar + link.getAttribute("href");
    }
    for (const fold of this.root.querySelectorAll("[data-own-history]")) {
      fold.addEventListener("toggle", () => void this.#showHistory(fold));
      if (fold.open) void this.#showHistory(fold);
    }
    this.#waitForJoin();
  }

  /** @param {HTMLDetailsElement} fold */
  async #showHistory(fold) {
    if (!fold.open) return;
    const body = fold.querySelector("[data-own-history-body]");
    try {
      const params = { session: this.sessionOf(fold) };
      body.replaceChildren(await getPart(this.urls.urlOwnHistory, params));
    } catch (error) {
      body.textContent = error.message || this.say("network");
    }
  }

  get #joinDue() {
    const card = this.root.querySelector("[data-phase][data-start]");
    return card ? Date.parse(card.dataset.start) - JOIN_LEAD : Infinity;
  }

  #waitForJoin() {
    clearTimeout(this.#timer);
    const wait = this.#joinDue - Date.now();
    if (wait < LONGEST_TIMER) this.#timer = setTimeout(() => this.#showJoin(), Math.max(0, wait));
  }

  /** Offer the join link once it may be shown; a phone that slept has not run its timers. */
  #showJoin() {
    const note = this.root.querySelector("[data-join-note]");
    const ready = this.root.querySelector("[data-join-ready]");
    if (!note || !ready || Date.now() < this.#joinDue) return;
    note.hidden = true;
    ready.hidden = false;
  }
}

/** @param {HTMLElement} root */
export default function start(root) {
  new LearnerPage(root).start();
}
