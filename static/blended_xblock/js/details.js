/**
 * What lies behind a learner's row: minutes, modality, note, history, waiver.
 */

import { getPart, post } from "./net.js";

const FIELDS = ["minutes", "modality", "note"];

export class Details {
  /**
   * What was typed and not saved, by learner: it outlives a search.
   *
   * @type {Map<string, Record<string, string>>}
   */
  #drafts = new Map();

  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    const { section } = roll;
    section.addEventListener("input", (event) => {
      const opened = event.target.closest(".blended-details");
      if (opened) this.#keep(opened, event.target);
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
    const row = this.#rowOf(button.closest(".blended-details"));
    if (action === "clear") {
      this.roll.mark(row, null);
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
    const reason = opened.querySelector("[name=reason]");
    if (reason) reason.value = draft.reason ?? "";
    if (draft.reason) reason.closest("details").open = true;
  }

  /** @param {import("./queue.js").Mark} mark refused: what was typed is a draft again */
  giveBack(mark) {
    if (mark.note === undefined) return;
    const { minutes, modality, note } = mark;
    this.#drafts.set(String(mark.user_id), { minutes: String(minutes ?? ""), modality, note });
  }

  /** Open again, after a swap of the list, what was being written in. */
  restore() {
    for (const userId of this.#drafts.keys()) {
      const row = this.roll.rowOf(userId);
      if (row && !this.#of(row)) this.#open(row, false);
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
    const { minutes, modality, note } = event.target.elements;
    const row = this.#rowOf(event.target.closest(".blended-details"));
    const typed = minutes.value === "" ? null : Number(minutes.value);
    this.#drafts.delete(row.dataset.user);
    this.roll.mark(row, row.dataset.status || null, {
      minutes: typed,
      modality: modality.value,
      note: note.value,
    });
    this.#close(row);
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
