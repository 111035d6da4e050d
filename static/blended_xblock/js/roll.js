/**
 * One session's roll on the page: marks are shown at once and recorded behind.
 */

import { Closing } from "./closing.js";
import { Details } from "./details.js";
import { Everyone } from "./everyone.js";
import { Filters } from "./filters.js";
import { newKey } from "./identity.js";
import { listenToKeys } from "./keys.js";
import { post } from "./net.js";

export class Roll {
  /**
   * @param {import("./instructor.js").Panel} panel
   * @param {HTMLElement} section
   */
  constructor(panel, section) {
    this.panel = panel;
    this.section = section;
    this.session = section.dataset.session;
    this.details = new Details(this);
    this.filters = new Filters(this);
    this.closing = new Closing(this);
    this.everyone = new Everyone(this);
    section.addEventListener("change", (event) => {
      if (event.target.matches(".blended-choice input")) this.#chosen(event.target);
    });
    section.addEventListener("click", (event) => {
      const button = event.target.closest("[data-action]");
      if (button) this.#act(button.dataset.action, button);
    });
    listenToKeys(this);
    this.#showPending();
  }

  /** @returns {HTMLElement[]} */
  get rows() {
    return [...this.section.querySelectorAll(".blended-row")];
  }

  /** @param {number | string} userId @returns {HTMLElement | null} */
  rowOf(userId) {
    return this.section.querySelector(`.blended-row[data-user="${userId}"]`);
  }

  /** How many are expected and not marked yet, as shown. */
  get unmarked() {
    return Number(this.section.querySelector("[data-unmarked]").textContent);
  }

  /** @param {HTMLElement} row */
  nameOf(row) {
    return row.querySelector("[data-name]").textContent.trim();
  }

  /**
   * Record a mark: shown now, sent behind.
   *
   * @param {HTMLElement} row
   * @param {string | null} status
   * @param {{ minutes?: number | null, modality?: string, note?: string }} [more]
   */
  mark(row, status, more = {}) {
    // A status alone must not wipe the minutes that stand beside it.
    const minutes = row.dataset.minutes === "" ? null : Number(row.dataset.minutes);
    const mark = { user_id: Number(row.dataset.user), status, minutes, ...more };
    this.#count(row.dataset.status, status || "");
    this.show(row, mark);
    this.everyone.forget(mark.user_id);
    this.send(mark);
  }

  /** @param {{ user_id: number, status: string | null }} mark of anybody, on this page or not */
  send(mark) {
    const at = new Date().toISOString();
    this.panel.queue.add({ ...mark, session: this.session, key: newKey(), at });
  }

  /**
   * Show a learner's row as given; what is not given stays.
   *
   * @param {HTMLElement} row
   * @param {object} values
   */
  show(row, values) {
    const { status } = values;
    row.dataset.status = status || "";
    row.dataset.kind = "unmarked";
    for (const input of row.querySelectorAll(".blended-choice input")) {
      input.checked = input.value === status;
      if (input.checked) row.dataset.kind = input.parentElement.dataset.kind;
    }
    const minutes = status === null ? null : values.minutes;
    if (minutes !== undefined) row.dataset.minutes = minutes ?? "";
    for (const name of ["modality", "note", "recorded", "outcome"]) {
      if (values[name] !== undefined) row.dataset[name] = values[name];
    }
    row.querySelector("[data-minutes-text]").textContent = row.dataset.minutes;
    row.querySelector('[data-flag="minutes"]').hidden = row.dataset.minutes === "";
    row.querySelector('[data-flag="note"]').hidden = row.dataset.note === "";
    this.details.refresh(row);
  }

  /** @param {string} text @param {boolean} isFailing */
  showState(text, isFailing) {
    for (const place of this.section.querySelectorAll("[data-state], [data-state-foot]")) {
      const isFoot = place.hasAttribute("data-state-foot");
      place.textContent = isFoot && !isFailing ? "" : text;
      place.classList.toggle("blended-failing", isFailing);
    }
    const retry = this.section.querySelector('[data-action="retry"]');
    if (retry) retry.hidden = !isFailing;
    for (const row of this.rows) {
      const isPending = this.panel.queue.pendingOf(this.session, Number(row.dataset.user));
      row.toggleAttribute("data-unsent", Boolean(isPending) && isFailing);
    }
  }

  /** @param {string} text an error or a notice above the list; empty takes it away */
  showProblem(text) {
    const place = this.section.querySelector("[data-problem]");
    if (place) {
      place.textContent = text;
      place.hidden = !text;
    }
    if (text) this.panel.announce(text);
  }

  /** @param {Error} error */
  complain(error) {
    this.showProblem(error.message || this.panel.say("network"));
  }

  /** @param {object} answer @param {import("./queue.js").Mark[]} marks */
  answered(answer, marks) {
    if (marks[0].session !== this.session) return;
    this.apply(answer);
    const lost = answer.superseded.map((userId) => this.rowOf(userId)).filter(Boolean);
    const said = lost.map((row) => this.panel.say("superseded", { name: this.nameOf(row) }));
    this.showProblem(said.join(" "));
  }

  /** @param {import("./queue.js").Mark} mark @param {Error} error */
  refused(mark, error) {
    const row = mark.session === this.session && this.rowOf(mark.user_id);
    const name = row ? this.nameOf(row) : "";
    const message = error.message || this.panel.say("network");
    if (row) this.details.giveBack(mark);
    // What was refused is still shown as if it stood: fetch what does stand.
    void this.filters.refresh().then(() => {
      this.showProblem(this.panel.say("refused", { name, message }));
    });
  }

  /** After a swap of the list: what is still on its way is shown as marked. */
  listChanged() {
    this.#showPending();
    this.details.restore();
    this.panel.showState();
  }

  #showPending() {
    for (const row of this.rows) {
      const mark = this.panel.queue.pendingOf(this.session, Number(row.dataset.user));
      if (mark) this.show(row, mark);
    }
  }

  /** @param {HTMLInputElement} input */
  #chosen(input) {
    const row = input.closest(".blended-row");
    if (input.value !== row.dataset.status) this.mark(row, input.value);
  }

  /** @param {object} answer the counts and the rows as they stand on the server */
  apply(answer) {
    const { queue } = this.panel;
    for (const values of answer.rows) {
      const row = this.rowOf(values.user_id);
      if (row && !queue.pendingOf(this.session, values.user_id)) this.show(row, values);
    }
    if (queue.unsent) return;
    for (const { code, n } of answer.counts) this.#setCount(code, n);
    this.#setCount("", answer.unmarked);
  }

  /** @param {string} code empty for those not marked @returns {HTMLElement | null} */
  #countOf(code) {
    const all = [...this.section.querySelectorAll("[data-count]")];
    return code
      ? all.find((place) => place.dataset.count === code)
      : this.section.querySelector("[data-unmarked]");
  }

  /** @param {string} code @param {number} n */
  #setCount(code, n) {
    const place = this.#countOf(code);
    if (place) place.textContent = String(Math.max(0, n));
    const everyone = this.section.querySelector('[data-action="everyone"]');
    if (!code && everyone) everyone.disabled = n <= 0;
  }

  /** @param {string} before @param {string} after */
  #count(before, after) {
    if (before === after) return;
    this.#setCount(before, Number(this.#countOf(before)?.textContent) - 1);
    this.#setCount(after, Number(this.#countOf(after)?.textContent) + 1);
  }

  /** @param {string} action @param {HTMLElement} button */
  #act(action, button) {
    if (action === "open") void this.#open(button);
    else if (action === "everyone") void this.everyone.mark(button);
    else if (action === "undo") this.everyone.undo();
    else if (action === "retry") this.panel.queue.retry();
    else if (action === "page") void this.filters.turn(Number(button.dataset.to));
    else if (action.startsWith("close")) void this.closing.act(action, button);
    else this.details.act(action, button);
  }

  /** @param {HTMLButtonElement} button */
  async #open(button) {
    button.disabled = true;
    try {
      const { panel } = this;
      await post(panel.urls.urlOpen, { session: this.session });
      panel.relabel(panel.say("rollOpen"));
      await panel.load({ focus: true });
      panel.announce(panel.say("opened"));
    } catch (error) {
      button.disabled = false;
      button.focus();
      this.complain(error);
    }
  }
}
