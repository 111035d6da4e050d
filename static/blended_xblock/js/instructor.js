/**
 * The instructor's panel: picks a session, fetches its roll, and keeps what was marked on the way.
 */

import { Alarms } from "./alarms.js";
import { Board } from "./board.js";
import { Imports } from "./imports/imports.js";
import { Inbox } from "./inbox.js";
import { Live } from "./live.js";
import { getPart } from "./net.js";
import { Roll } from "./roll.js";
import { readStrings } from "./strings.js";
import { Trainers } from "./trainers.js";
import { Waiting } from "./waiting.js";

const NEWS = 12_000;

export class Panel {
  /** @type {Roll | null} */
  roll = null;
  /** @type {Live | null} */
  live = null;
  /** @type {AbortController | null} */
  #loading = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.say = readStrings(root);
    this.urls = root.dataset;
    this.body = root.querySelector("[data-panel]");
    this.region = root.querySelector("[data-live]");
    this.memory = `blended:${root.dataset.urlRoll}`;
    this.session = this.#remembered() || root.dataset.selected;
    this.savedAt = "";
    this.news = "";
    this.waiting = new Waiting(root, {
      // The block and our own pages are two doors to the same roll: this page's own is open.
      urlOf: (mark) => (this.#knows(mark.session) ? this.urls.urlRecord : ""),
      shown: () => (this.roll?.hasState ? this.roll.session : ""),
      onChange: () => this.showState(),
      onAnswer: (answer, marks) => {
        this.savedAt = answer.saved_at;
        this.roll?.answered(answer, marks);
        // Which marks they met is in what the live view asks for.
        if (answer.conflicts?.length) this.live?.now();
      },
      onRefused: (marks, error) => this.roll?.refused(marks, error),
      onForgotten: () => void this.load(),
    });
    this.queue = this.waiting.queue;
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
    new Board(this);
    new Inbox(this);
    new Alarms(this);
    new Imports(this);
    this.#showPicked();
    void this.load();
  }

  /** @param {string} text read out politely, for what is seen at once by others */
  announce(text) {
    this.region.textContent = "";
    // The same sentence twice is read twice only if the region was empty in between.
    requestAnimationFrame(() => {
      this.region.textContent = text;
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
    this.#leave();
    this.#placeWaiting();
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
      this.#leave();
      this.roll = new Roll(this, section);
      this.live = new Live(this, this.roll);
      this.showState();
      this.#placeWaiting();
      if (focus || hadFocus) section.querySelector("h3").focus();
    } catch (error) {
      if (!signal.aborted) this.#showFailure(error);
    } finally {
      if (!signal.aborted) this.body.removeAttribute("aria-busy");
    }
  }

  /** Show whether everything marked has been recorded. */
  showState() {
    const { trouble } = this.waiting;
    const saved = this.savedAt ? this.say("saved", { time: this.savedAt }) : "";
    const text = this.waiting.text || this.news || saved;
    this.roll?.showState(text, trouble !== "");
    this.roll?.section.toggleAttribute("data-has-news", text !== "" && text === this.news);
    if (trouble && trouble !== this.wasTrouble) this.announce(text);
    this.wasTrouble = trouble;
    this.#showLines();
  }

  /** @param {string} label the roll's state in the picker, after it was opened or closed */
  relabel(label) {
    // What this page did itself is no news; the roll is fetched again now.
    this.live?.stop();
    const tab = this.root.querySelector(`.blended-picker-tab[data-session="${this.session}"]`);
    if (tab) tab.querySelector("[data-roll-label]").textContent = label;
    const option = this.#picker?.querySelector(`option[value="${this.session}"]`);
    if (option) {
      option.dataset.label = label;
      this.#showLines();
    }
  }

  /** Say beside each session of the picker how many of its marks wait. */
  #showLines() {
    const { lines } = this.queue;
    const waits = (session) => {
      const n = lines.get(session)?.length || 0;
      return n ? this.say("waits", { n }) : "";
    };
    for (const tab of this.root.querySelectorAll(".blended-picker-tab")) {
      const place = tab.querySelector("[data-waits]");
      place.textContent = waits(tab.dataset.session);
      place.hidden = !place.textContent;
    }
    for (const option of this.#picker?.options || []) {
      const { text, label } = option.dataset;
      const said = [label, waits(option.value)].filter(Boolean).join(", ");
      option.textContent = `${text} (${said})`;
    }
  }

  /** @param {string} text what somebody else just did, for those who look */
  showNews(text) {
    this.news = text;
    clearTimeout(this.newsTimer);
    this.newsTimer = setTimeout(() => {
      this.news = "";
      this.showState();
    }, NEWS);
    this.showState();
  }

  #leave() {
    this.live?.stop();
    this.live = null;
    this.roll = null;
  }

  /** Below a roll that says itself what waits, so that nothing moves under the fingers. */
  #placeWaiting() {
    const { box } = this.waiting;
    if (this.roll?.hasState) this.body.after(box);
    else this.body.before(box);
    this.waiting.draw();
  }

  /** @returns {NodeListOf<HTMLDetailsElement>} */
  get #trainers() {
    return this.root.querySelectorAll("[data-trainers]");
  }

  /** @returns {HTMLSelectElement | null} */
  get #picker() {
    return this.root.querySelector("[data-picker]");
  }

  /** @param {string} session */
  #knows(session) {
    if (session === this.root.dataset.selected) return true;
    return [...(this.#picker?.options || [])].some((option) => option.value === session);
  }

  #remembered() {
    let session = null;
    try {
      session = sessionStorage.getItem(this.memory);
    } catch {
      return null;
    }
    return session && this.#knows(session) ? session : null;
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
    this.#leave();
    this.body.replaceChildren(failure);
    this.#placeWaiting();
    this.announce(message);
  }
}

/** The panels of this page by their roots, for scripts that work beside them. */
export const panels = new WeakMap();

/** @param {HTMLElement} root */
export default function start(root) {
  if (!root.querySelector("[data-panel]")) return;
  const panel = new Panel(root);
  panels.set(root, panel);
  panel.start();
}
