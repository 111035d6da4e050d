/**
 * The instructor's panel: picks a session, fetches its roll, and keeps what was marked on the way.
 */

import { getPart, post, RequestError } from "./net.js";
import { MarkQueue } from "./queue.js";
import { Roll } from "./roll.js";
import { readStrings } from "./strings.js";
import { Trainers } from "./trainers.js";

export class Panel {
  /** @type {Roll | null} */
  roll = null;
  /** @type {AbortController | null} */
  #loading = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.say = readStrings(root);
    this.urls = root.dataset;
    this.body = root.querySelector("[data-panel]");
    this.live = root.querySelector("[data-live]");
    this.memory = `blended:${root.dataset.urlRoll}`;
    this.session = this.#remembered() || root.dataset.selected;
    this.savedAt = "";
    this.queue = new MarkQueue({
      send: (session, marks) =>
        post(this.urls.urlRecord, {
          session,
          marks: marks.map(({ session: _session, ...mark }) => mark),
        }),
      isRefusal: (error) => error instanceof RequestError && error.isRefusal,
      onChange: () => this.showState(),
      onAnswer: (answer, marks) => {
        this.savedAt = answer.saved_at;
        this.roll?.answered(answer, marks);
      },
      onRefused: (mark, error) => this.roll?.refused(mark, error),
    });
  }

  start() {
    for (const tab of this.root.querySelectorAll("[data-session].blended-picker-tab")) {
      tab.addEventListener("click", () => this.pick(tab.dataset.session));
      // A press before now would have been lost.
      tab.disabled = false;
    }
    this.#picker?.addEventListener("change", () => this.pick(this.#picker.value));
    if (this.#picker) this.#picker.disabled = false;
    for (const fold of this.#trainers) new Trainers(this, fold);
    window.addEventListener("online", () => this.queue.retry());
    window.addEventListener("beforeunload", (event) => {
      if (!this.queue.unsent) return;
      event.preventDefault();
      // Older browsers ask only if a value is set.
      event.returnValue = "";
    });
    this.#showPicked();
    void this.load();
  }

  /** @param {string} text read out politely, for what is seen at once by others */
  announce(text) {
    this.live.textContent = "";
    // The same sentence twice is read twice only if the region was empty in between.
    requestAnimationFrame(() => {
      this.live.textContent = text;
    });
  }

  /** @param {string} session */
  pick(session) {
    this.session = session;
    this.savedAt = "";
    try {
      sessionStorage.setItem(this.memory, session);
    } catch {
      // A frame without storage forgets the choice on reload, and nothing else.
    }
    this.#showPicked();
    // Nobody shall mark on the roll they have just left, however slow the network.
    this.roll = null;
    const note = document.createElement("p");
    note.className = "blended-empty";
    note.textContent = this.say("loading");
    this.body.replaceChildren(note);
    void this.load();
  }

  /**
   * Fetch the whole roll. Focus goes to its heading where what had it is swapped away.
   *
   * @param {{ focus?: boolean }} [options]
   */
  async load({ focus = false } = {}) {
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    this.body.setAttribute("aria-busy", "true");
    try {
      const part = await getPart(this.urls.urlRoll, { session: this.session }, signal);
      const hadFocus = this.body.contains(document.activeElement);
      const section = part.querySelector("[data-session]");
      this.body.replaceChildren(part);
      this.roll = new Roll(this, section);
      this.showState();
      if (focus || hadFocus) section.querySelector("h3").focus();
    } catch (error) {
      if (!signal.aborted) this.#showFailure(error);
    } finally {
      if (!signal.aborted) this.body.removeAttribute("aria-busy");
    }
  }

  /** Show whether everything marked has been recorded. */
  showState() {
    const { unsent, isFailing } = this.queue;
    let text = this.savedAt ? this.say("saved", { time: this.savedAt }) : "";
    if (unsent) text = isFailing ? this.say("unsaved", { n: unsent }) : this.say("saving");
    this.roll?.showState(text, isFailing && unsent > 0);
    if (isFailing && !this.wasFailing) this.announce(text);
    this.wasFailing = isFailing;
  }

  /** @param {string} label the roll's state in the picker, after it was opened or closed */
  relabel(label) {
    const tab = this.root.querySelector(`.blended-picker-tab[data-session="${this.session}"]`);
    if (tab) tab.querySelector("[data-roll-label]").textContent = label;
    const option = this.#picker?.querySelector(`option[value="${this.session}"]`);
    if (option) option.textContent = `${option.dataset.text} (${label})`;
  }

  /** @returns {NodeListOf<HTMLDetailsElement>} */
  get #trainers() {
    return this.root.querySelectorAll("[data-trainers]");
  }

  /** @returns {HTMLSelectElement | null} */
  get #picker() {
    return this.root.querySelector("[data-picker]");
  }

  #remembered() {
    let session = null;
    try {
      session = sessionStorage.getItem(this.memory);
    } catch {
      return null;
    }
    const known = [...(this.#picker?.options || [])].some((option) => option.value === session);
    return known ? session : null;
  }

  #showPicked() {
    for (const tab of this.root.querySelectorAll(".blended-picker-tab")) {
      if (tab.dataset.session === this.session) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    if (this.#picker) this.#picker.value = this.session;
    for (const fold of this.#trainers) fold.hidden = fold.dataset.trainers !== this.session;
  }

  /** @param {Error} error */
  #showFailure(error) {
    const template = this.root.querySelector('template[data-template="failure"]');
    const failure = template.content.cloneNode(true);
    const message = error.message || this.say("network");
    failure.querySelector("[data-failure-message]").textContent = message;
    failure.querySelector("[data-retry]").addEventListener("click", (event) => {
      event.currentTarget.disabled = true;
      void this.load({ focus: true });
    });
    this.roll = null;
    this.body.replaceChildren(failure);
    this.announce(message);
  }
}

/** @param {HTMLElement} root */
export default function start(root) {
  if (root.querySelector("[data-panel]")) new Panel(root).start();
}
