/**
 * What lies behind a learner's row: when they came and left, minutes, modality, note, history,
 * waiver. What the times suggest is offered and never filled in by itself.
 */

import { atSession, minutesThere, timeOf, wallOf } from "./clock.js";
import { getPart, post } from "./net.js";

const FIELDS = ["minutes", "modality", "note"];
const TIMES = ["arrived", "left"];
const FOLDS = ["[data-waiver]", "[data-history]"];
/** @type {Map<string, Map<string, Record<string, string>>>} by session */
const drafts = new Map();

/**
 * @param {string} arrived ISO, or empty
 * @param {string} left ISO, or empty
 * @param {{ starts: string, ends: string, lateAfter: number, late: string, early: string }} session
 * @returns {string} the code of a status; empty where the times suggest none
 */
export function suggestedStatus(arrived, left, { starts, ends, lateAfter, late, early }) {
  const isLate = arrived && Date.parse(arrived) >= Date.parse(starts) + lateAfter * 60_000;
  if (isLate && late) return late;
  return left && Date.parse(left) < Date.parse(ends) ? early : "";
}

export class Details {
  /**
   * What was typed and not saved, by learner: it outlives a search, and a roll fetched again.
   *
   * @type {Map<string, Record<string, string>>}
   */
  #drafts;

  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    if (!drafts.has(roll.session)) drafts.set(roll.session, new Map());
    this.#drafts = drafts.get(roll.session);
    const { section } = roll;
    section.addEventListener("input", (event) => {
      const opened = event.target.closest(".blended-details");
      if (!opened) return;
      this.#keep(opened, event.target);
      this.#suggest(opened);
    });
    section.addEventListener("submit", (event) => {
      if (event.target.matches("[data-details]")) this.#save(event);
      if (event.target.matches("[data-waiver-form]")) void this.#grant(event);
    });
    // "toggle" does not bubble; it can be caught on its way down.
    section.addEventListener("toggle", (event) => this.#toggled(event.target), true);
  }

  /** @param {string} action @param {HTMLElement} button */
  act(action, button) {
    if (action === "details") {
      const row = button.closest(".blended-row");
      if (this.#of(row)) this.#close(row);
      else this.#open(row);
      return;
    }
    const opened = button.closest(".blended-details");
    const row = this.#rowOf(opened);
    if (action === "take-minutes") {
      this.#take(opened, button.dataset.minutes);
    } else if (action === "take-status") {
      this.#status(opened, button.dataset.status);
    } else if (action === "clear") {
      const reason = opened.querySelector("[name=correction]")?.value;
      if (!this.roll.mark(row, null, { reason })) return;
      this.roll.panel.announce(this.roll.panel.say("unmarked", { name: this.roll.nameOf(row) }));
      this.#close(row);
    } else if (action === "revoke") {
      void this.#waiver(row, this.roll.panel.urls.urlRevokeWaiver, {}, false);
    }
  }

  /** @param {HTMLElement} row shows what changed beside the form, never over what is being typed */
  refresh(row) {
    const opened = this.#of(row);
    if (!opened) return;
    const recorded = opened.querySelector('[data-detail="recorded"]');
    recorded.hidden = !row.dataset.recorded;
    recorded.querySelector("[data-detail-text]").textContent = row.dataset.recorded;
    const isWaived = row.hasAttribute("data-waived");
    for (const line of opened.querySelectorAll("[data-outcome]")) {
      // Whoever is in by a waiver has not taken part; the waiver's own line says what is so.
      line.hidden = isWaived || line.dataset.outcome !== row.dataset.outcome;
    }
    const isMarked = row.dataset.status !== "";
    const form = opened.querySelector("[data-details]");
    form.elements.minutes.disabled = !isMarked;
    opened.querySelector("[data-needs-mark]").hidden = isMarked;
    opened.querySelector('[data-action="clear"]').hidden = !isMarked;
    for (const part of opened.querySelectorAll("[data-waiver-if]")) {
      part.hidden = (part.dataset.waiverIf === "yes") !== isWaived;
    }
    const waiver = opened.querySelector("[data-waiver]");
    // Nothing to open for somebody who is in by the rule.
    if (waiver) waiver.hidden = row.dataset.outcome === "met" && !isWaived;
    const draft = this.#drafts.get(row.dataset.user) || {};
    for (const name of FIELDS) form.elements[name].value = draft[name] ?? row.dataset[name];
    for (const name of TIMES) form.elements[name].value = draft[name] ?? this.#clockOf(row, name);
    const correction = form.elements.correction;
    if (correction) correction.value = draft.correction ?? "";
    this.#suggest(opened);
    const reason = opened.querySelector("[name=reason]");
    if (reason) reason.value = draft.reason ?? "";
    if (draft.reason) reason.closest("details").open = true;
  }

  /** @param {import("./queue.js").Mark} mark refused: what was typed is a draft again */
  giveBack(mark) {
    if (mark.note === undefined) return;
    const { minutes, modality, note, arrived_at: arrived, left_at: left } = mark;
    const { zone, isOneDay } = this.#session;
    const shown = (at) => (at ? (isOneDay ? timeOf(at, zone) : wallOf(at, zone)) : "");
    const times = { arrived: shown(arrived), left: shown(left) };
    const draft = { minutes: String(minutes ?? ""), modality, note, ...times };
    this.#drafts.set(String(mark.user_id), draft);
  }

  /** Whose details are open, and which folds in them. @returns {Map<string, string[]>} */
  get opened() {
    const all = [...this.roll.section.querySelectorAll(".blended-details")];
    return new Map(
      all.map((opened) => [
        this.#rowOf(opened).dataset.user,
        FOLDS.filter((fold) => opened.querySelector(fold)?.open),
      ]),
    );
  }

  /**
   * Open again, after a swap of the list, what was open or is being written in.
   *
   * @param {Map<string, string[]>} [opened]
   */
  restore(opened = new Map()) {
    for (const userId of new Set([...opened.keys(), ...this.#drafts.keys()])) {
      const row = this.roll.rowOf(userId);
      if (row && !this.#of(row)) this.#open(row, false);
      // A history that is opened is fetched by itself.
      for (const fold of row ? opened.get(userId) || [] : []) {
        this.#of(row).querySelector(fold)?.setAttribute("open", "");
      }
    }
  }

  /** @param {HTMLElement} row @returns {HTMLElement | null} */
  #of(row) {
    const next = row.nextElementSibling;
    return next?.matches(".blended-details") ? next : null;
  }

  /** @param {HTMLElement} opened @returns {HTMLElement} */
  #rowOf(opened) {
    return opened.previousElementSibling;
  }

  /** @param {HTMLElement} row */
  #open(row, moveFocus = true) {
    const template = this.roll.section.querySelector('template[data-template="details"]');
    row.after(template.content.cloneNode(true));
    row.querySelector('[data-action="details"]').setAttribute("aria-expanded", "true");
    this.refresh(row);
    const first = this.#of(row).querySelector("input:enabled, select");
    if (moveFocus) first.focus();
  }

  /** @param {HTMLElement} row */
  #close(row) {
    this.#drafts.delete(row.dataset.user);
    this.#of(row)?.remove();
    const button = row.querySelector('[data-action="details"]');
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }

  /** @param {HTMLElement} opened @param {HTMLInputElement} field */
  #keep(opened, field) {
    const { user } = this.#rowOf(opened).dataset;
    this.#drafts.set(user, { ...this.#drafts.get(user), [field.name]: field.value });
  }

  /** @param {SubmitEvent} event */
  #save(event) {
    event.preventDefault();
    const { minutes, modality, note, arrived, left, correction } = event.target.elements;
    const opened = event.target.closest(".blended-details");
    const row = this.#rowOf(opened);
    const more = {
      minutes: minutes.value === "" ? null : Number(minutes.value),
      modality: modality.value,
      note: note.value,
      reason: correction?.value,
    };
    // Seconds that a check-in gave are kept where nobody touched the field.
    for (const field of [arrived, left]) {
      if (field.value === this.#clockOf(row, field.name)) continue;
      more[`${field.name}_at`] = atSession(field.value, this.#session) || null;
    }
    const status = opened.dataset.chosen || row.dataset.status || null;
    if (this.roll.mark(row, status, more)) this.#close(row);
  }

  /** The session's clock, as the roll says it. */
  get #session() {
    const { zone, starts, ends, lateAfter, late, early } = this.roll.section.dataset;
    const isOneDay = !this.roll.section.hasAttribute("data-many-days");
    return { zone, starts, ends, lateAfter: Number(lateAfter), late, early, isOneDay };
  }

  /** @param {HTMLElement} row @param {string} name @returns {string} as its field holds it */
  #clockOf(row, name) {
    const at = row.dataset[name];
    const { zone, isOneDay } = this.#session;
    if (!at) return "";
    return isOneDay ? timeOf(at, zone) : wallOf(at, zone);
  }

  /** Offer what the times typed mean: so many minutes, late, left early. @param {HTMLElement} opened */
  #suggest(opened) {
    const row = this.#rowOf(opened);
    const form = opened.querySelector("[data-details]");
    const session = this.#session;
    const [arrived, left] = TIMES.map((name) => atSession(form.elements[name].value, session));
    const status = opened.dataset.chosen || row.dataset.status;
    const there = minutesThere(arrived, left, session);
    const minutes = opened.querySelector('[data-action="take-minutes"]');
    minutes.hidden = !status || there === null || form.elements.minutes.value === String(there);
    minutes.dataset.minutes = String(there ?? "");
    minutes.textContent = this.roll.panel.say("takeMinutes", { n: there ?? 0 });
    const meant = suggestedStatus(arrived, left, session);
    const choice = [...row.querySelectorAll(".blended-choice")].find(
      (label) => label.querySelector("input").value === meant,
    );
    const offer = opened.querySelector('[data-action="take-status"]');
    offer.hidden = !choice || meant === status;
    if (!choice) return;
    const label = choice.querySelector(".blended-sr").textContent.trim();
    offer.dataset.status = meant;
    offer.textContent = this.roll.panel.say("takeStatus", { status: label });
  }

  /** @param {HTMLElement} opened @param {string} minutes */
  #take(opened, minutes) {
    const field = opened.querySelector("[name=minutes]");
    field.value = minutes;
    this.#keep(opened, field);
    this.#suggest(opened);
    field.focus();
  }

  /** Choose a status with what else is typed; it is recorded by "Save". */
  #status(opened, code) {
    opened.dataset.chosen = code;
    const form = opened.querySelector("[data-details]");
    form.elements.minutes.disabled = false;
    opened.querySelector("[data-needs-mark]").hidden = true;
    this.#suggest(opened);
    form.requestSubmit();
  }

  /** @param {SubmitEvent} event */
  async #grant(event) {
    event.preventDefault();
    const row = this.#rowOf(event.target.closest(".blended-details"));
    const reason = event.target.elements.reason.value;
    await this.#waiver(row, this.roll.panel.urls.urlGrantWaiver, { reason }, true);
  }

  /** @param {HTMLElement} row @param {string} url @param {object} more @param {boolean} isWaived */
  async #waiver(row, url, more, isWaived) {
    const { panel } = this.roll;
    const opened = this.#of(row);
    const problem = opened.querySelector("[data-waiver-problem]");
    problem.hidden = true;
    try {
      const answer = await post(url, { user: Number(row.dataset.user), ...more });
      row.dataset.outcome = answer.outcome;
      row.toggleAttribute("data-waived", isWaived);
      row.querySelector('[data-flag="waived"]').hidden = !isWaived;
      delete this.#drafts.get(row.dataset.user)?.reason;
      this.refresh(row);
      opened.querySelector("[data-waiver] summary").focus();
      panel.announce(panel.say(isWaived ? "waived" : "revoked", { name: this.roll.nameOf(row) }));
    } catch (error) {
      problem.textContent = error.message || panel.say("network");
      problem.hidden = false;
    }
  }

  /** @param {HTMLDetailsElement} fold */
  async #toggled(fold) {
    if (!fold.matches("[data-history]") || !fold.open) return;
    const row = this.#rowOf(fold.closest(".blended-details"));
    const body = fold.querySelector("[data-history-body]");
    const { panel, session } = this.roll;
    try {
      const params = { session, user: row.dataset.user };
      body.replaceChildren(await getPart(panel.urls.urlHistory, params));
    } catch (error) {
      body.textContent = error.message || panel.say("network");
    }
  }
}
