/**
 * One session's roll on the page: marks are shown at once and recorded behind.
 */

import { Bulk } from "./bulk.js";
import { timeOf } from "./clock.js";
import { Closing } from "./closing.js";
import { Conflicts } from "./conflicts.js";
import { Corrections } from "./corrections.js";
import { Details } from "./details.js";
import { Everyone } from "./everyone.js";
import { Filters } from "./filters.js";
import { Guests } from "./guests.js";
import { newKey } from "./identity.js";
import { listenToKeys } from "./keys.js";
import { post } from "./net.js";
import { Selection } from "./selection.js";

/** What a row keeps of its record, by the name it has in a mark and in an answer. */
const KEPT = {
  modality: "modality",
  note: "note",
  recorded: "recorded",
  outcome: "outcome",
  arrived: "arrived_at",
  left: "left_at",
  revision: "revision",
};

/** What the picker and the news call a state that somebody else has brought about. */
const STATES = {
  open: ["rollOpen", "theyOpened"],
  closed: ["rollClosed", "theyClosed"],
  not_opened: ["rollNotOpened", "theyUnopened"],
};

export class Roll {
  /**
   * @param {import("./instructor.js").Panel} panel
   * @param {HTMLElement} section
   */
  constructor(panel, section) {
    this.panel = panel;
    this.section = section;
    this.session = section.dataset.session;
    this.corrections = new Corrections(this);
    this.selection = new Selection(this);
    this.bulk = new Bulk(this);
    this.conflicts = new Conflicts(this);
    this.details = new Details(this);
    this.filters = new Filters(this);
    this.closing = new Closing(this);
    this.everyone = new Everyone(this);
    const guests = section.querySelector("[data-guests]");
    this.guests = guests && new Guests(this, guests);
    section.addEventListener("change", (event) => {
      if (event.target.matches(".blended-choice input")) this.#chosen(event.target);
    });
    section.addEventListener("click", (event) => {
      const button = event.target.closest("[data-action]");
      if (button) this.#act(button.dataset.action, button);
    });
    const showInitials = (event) => event.target.matches("[data-photo]") && event.target.remove();
    // "error" does not bubble; it can be caught on its way down.
    section.addEventListener("error", showInitials, true);
    listenToKeys(this);
    this.selection.show();
    this.details.restore();
  }

  get zone() {
    return this.section.dataset.zone;
  }

  get isClosed() {
    return this.section.dataset.rollState === "closed";
  }

  /** @returns {HTMLElement[]} */
  get rows() {
    return [...this.section.querySelectorAll(".blended-row")];
  }

  /** @param {number | string} userId @returns {HTMLElement | null} */
  rowOf(userId) {
    return this.section.querySelector(`.blended-row[data-user="${userId}"]`);
  }

  /** Whether it has a line of its own that says what waits to be sent. */
  get hasState() {
    return this.section.querySelector("[data-state]") !== null;
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
   * @param {{ minutes?: number | null, modality?: string, note?: string, arrived_at?: string,
   *   left_at?: string, reason?: string }} [more]
   * @returns {boolean} false where a reason is asked for first
   */
  mark(row, status, more = {}) {
    const reason = this.corrections.reasonFor(more.reason);
    if (reason === null) {
      // A press has checked the choice already.
      this.show(row, { status: row.dataset.status || null });
      return false;
    }
    // A status alone must not wipe the minutes that stand beside it.
    const minutes = row.dataset.minutes === "" ? null : Number(row.dataset.minutes);
    const base = Number(row.dataset.revision);
    const mark = { user_id: Number(row.dataset.user), status, minutes, base, ...more };
    if (reason) mark.reason = reason;
    this.#count(row.dataset.status, status || "");
    this.show(row, mark);
    this.send({ ...mark, name: this.nameOf(row) });
    return true;
  }

  /**
   * Keep a mark on the device; it is sent from there.
   *
   * @param {{ user_id: number, status: string | null, base?: number, name?: string }} mark of
   * anybody, on this page or not; with the revision of the record that was seen, where one was
   */
  send(mark) {
    void this.panel.queue.add({
      key: newKey(),
      ...mark,
      session: this.session,
      url: this.panel.urls.urlRecord,
      title: this.section.querySelector("h3").textContent.trim(),
      at: new Date().toISOString(),
    });
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
    for (const [name, key] of Object.entries(KEPT)) {
      if (values[key] !== undefined) row.dataset[name] = values[key] ?? "";
    }
    row.querySelector("[data-minutes-text]").textContent = row.dataset.minutes;
    row.querySelector("[data-arrived-text]").textContent = timeOf(row.dataset.arrived, this.zone);
    row.querySelector("[data-left-text]").textContent = timeOf(row.dataset.left, this.zone);
    for (const flag of ["minutes", "note", "arrived", "left"]) {
      row.querySelector(`[data-flag="${flag}"]`).hidden = row.dataset[flag] === "";
    }
    for (const tag of row.querySelectorAll("[data-modality-tag]")) {
      tag.hidden = tag.dataset.modalityTag !== row.dataset.modality;
    }
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
    this.#showPending(true);
    for (const row of this.rows) {
      row.toggleAttribute("data-unsent", "pending" in row.dataset && isFailing);
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
    // What a person has to settle is listed; here is told what was decided by the clock alone.
    const disputed = new Set(answer.conflicts);
    const superseded = answer.superseded.filter((userId) => !disputed.has(userId));
    const lost = superseded.map((userId) => this.rowOf(userId)).filter(Boolean);
    const said = lost.map((row) => this.panel.say("superseded", { name: this.nameOf(row) }));
    this.showProblem(said.join(" "));
  }

  /** @param {import("./queue.js").Mark[]} marks @param {Error} error */
  refused(marks, error) {
    const own = marks.filter((mark) => mark.session === this.session);
    if (!own.length) return;
    for (const mark of own) if (this.rowOf(mark.user_id)) this.details.giveBack(mark);
    const name = own.length > 1 ? String(own.length) : own[0].name || "";
    const message = error.message || this.panel.say("network");
    // What was refused is still shown as if it stood: fetch what does stand.
    void this.filters.refresh().then(() => {
      this.showProblem(this.panel.say("refused", { name, message }));
    });
  }

  /**
   * After a swap of the list: what is still on its way is shown as marked.
   *
   * @param {Map<string, string[]>} opened details, as they were before
   */
  listChanged(opened) {
    this.#showPending(false);
    this.selection.show();
    this.details.restore(opened);
    this.panel.showState();
  }

  /** @param {boolean} isNew whether the counts know nothing yet of marks this roll has not shown */
  #showPending(isNew) {
    for (const row of this.rows) {
      const mark = this.panel.queue.pendingOf(this.session, Number(row.dataset.user));
      if (!mark) delete row.dataset.pending;
      else if (mark.key !== row.dataset.pending) {
        if (isNew) this.#count(row.dataset.status, mark.status || "");
        row.dataset.pending = mark.key;
        this.show(row, mark);
      }
    }
  }

  /** @param {HTMLInputElement} input */
  #chosen(input) {
    const row = input.closest(".blended-row");
    if (input.value !== row.dataset.status) this.mark(row, input.value);
  }

  /** @param {import("./conflicts.js").Conflict[]} list all that are open now */
  showConflicts(list) {
    this.conflicts.show(list);
  }

  /** @param {string} state of the roll, which somebody else has changed */
  async stateChanged(state) {
    const { panel } = this;
    const [label, sentence] = STATES[state];
    panel.relabel(panel.say(label));
    await panel.load();
    const said = panel.say(sentence);
    panel.announce(said);
    panel.showNews(said);
  }

  /** @param {object} answer the counts and the rows as they stand on the server */
  apply(answer) {
    const { queue } = this.panel;
    for (const values of answer.rows) {
      const row = this.rowOf(values.user_id);
      if (row && !queue.pendingOf(this.session, values.user_id)) this.show(row, values);
    }
    if (queue.unsentOf(this.session)) return;
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
    else if (action === "everyone") void this.everyone.mark();
    else if (action.startsWith("select")) this.#select(action, button);
    else if (action.startsWith("bulk")) void this.bulk.act(action, button);
    else if (action === "retry") this.panel.queue.retry();
    else if (action === "page") void this.filters.turn(Number(button.dataset.to));
    else if (action === "settle") void this.conflicts.settle(button);
    else if (/^(close|reopen)/.test(action)) void this.closing.act(action, button);
    else this.details.act(action, button);
  }

  /** @param {string} action @param {HTMLElement} button */
  #select(action, button) {
    if (action === "select-all") this.selection.all(button);
    else this.selection.clear();
  }

  /** @param {HTMLButtonElement} button */
  async #open(button) {
    button.disabled = true;
    try {
      const { panel } = this;
      await post(panel.urls.urlOpenRoll, { session: this.session });
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
