/**
 * One mark for many people as one action: recorded at once, listed, undone as one.
 */

import { newKey } from "./identity.js";
import { getData, post } from "./net.js";

/**
 * @typedef {object} Press
 * @property {string | null} status null takes marks back
 * @property {string} label
 * @property {{ users: number[] } | { unmarked: true, cohort: string }} whom
 * @property {"everyone" | "selection" | "close"} place where it is told what became of it
 * @property {HTMLButtonElement} button
 */

export class Bulk {
  /** The attempt that is not answered yet: the same, sent again, records nobody twice. */
  #attempt = { key: "", what: "" };
  /** What "Undo" beside a button takes back, by its place. @type {Map<string, number>} */
  #last = new Map();

  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    this.fold = roll.section.querySelector("[data-bulks]");
    this.fold?.addEventListener("toggle", () => this.fold.open && this.#list());
  }

  /** @param {string} action @param {HTMLButtonElement} button */
  async act(action, button) {
    if (action === "bulk-undo") {
      await this.#undo(button);
      return;
    }
    const select = this.roll.section.querySelector("[data-bulk-status]");
    const chosen = action === "bulk-chosen" ? select.selectedOptions[0] : button;
    const status = action === "bulk-chosen" ? chosen.value : chosen.dataset.status;
    const { label } = chosen.dataset;
    const whom = { users: this.roll.selection.users };
    await this.mark({ status: status || null, label, whom, place: "selection", button });
  }

  /** @param {Press} press @returns {Promise<boolean>} whether it was recorded */
  async mark({ status, label, whom, place, button }) {
    const { roll } = this;
    const { panel, session } = roll;
    const reason = roll.corrections.reasonFor();
    if (reason === null) return false;
    const what = JSON.stringify([status, whom]);
    if (what !== this.#attempt.what) this.#attempt = { key: newKey(), what };
    const seen = this.#seen(whom.users || []);
    const sent = { session, status, key: this.#attempt.key, reason, seen, ...whom };
    button.disabled = true;
    try {
      const answer = await post(panel.urls.urlRecordMany, sent);
      this.#attempt = { key: "", what: "" };
      if (place === "selection") roll.selection.clear();
      await this.#answered(answer, label, place);
      return true;
    } catch (error) {
      if (error.status === 0 && whom.users) this.#queue(status, whom.users, place);
      else this.#tell(place, error.message || panel.say("network"));
      return false;
    } finally {
      button.disabled = false;
    }
  }

  /**
   * What this page shows of each, so that a mark it does not show yet is not overwritten silently.
   * Of whom a mark is on its way the server knows another revision by then.
   *
   * @param {number[]} users
   */
  #seen(users) {
    const { roll } = this;
    const rows = users
      .filter((userId) => !roll.panel.queue.pendingOf(roll.session, userId))
      .map((userId) => [userId, roll.rowOf(userId)?.dataset.revision])
      .filter(([, revision]) => revision !== undefined);
    return Object.fromEntries(rows.map(([userId, revision]) => [userId, Number(revision)]));
  }

  /** @param {object} answer @param {string} label @param {string} place */
  async #answered(answer, label, place) {
    const { roll } = this;
    const { say } = roll.panel;
    const { bulk, n } = answer;
    this.#shown(answer);
    // Which marks were met is in what the live view asks for.
    if (answer.conflicts.length) roll.panel.live?.now();
    const text = label ? say("everyone", { status: label, n }) : say("undone", { n });
    if (n) this.#last.set(place, bulk);
    this.#tell(place, text, n > 0);
    await this.#refresh(n > answer.rows.length);
  }

  /** @param {object} answer the rows as they stand now */
  #shown(answer) {
    const { roll } = this;
    roll.panel.savedAt = answer.saved_at;
    roll.panel.showState();
    roll.showProblem("");
    roll.apply(answer);
  }

  /** @param {boolean} isMore whether more rows changed than an answer holds */
  async #refresh(isMore) {
    if (isMore) await this.roll.filters.refresh();
    if (this.fold?.open) await this.#list();
  }

  /**
   * Without a network they are marks like any other, one for each learner.
   *
   * @param {string | null} status
   * @param {number[]} users
   * @param {string} place
   */
  #queue(status, users, place) {
    const { roll } = this;
    const reason = roll.corrections.reasonFor() || "";
    for (const userId of users) {
      const row = roll.rowOf(userId);
      if (row) roll.mark(row, status);
      else roll.send({ user_id: userId, status, ...(reason && { reason }) });
    }
    this.#attempt = { key: "", what: "" };
    roll.selection.clear();
    this.#tell(place, roll.panel.say("queued", { n: users.length }));
  }

  /** @param {HTMLButtonElement} button beside what was pressed, or in the list */
  async #undo(button) {
    const { roll } = this;
    const { panel, session } = roll;
    const place = button.closest("[data-undo]")?.dataset.undo;
    const bulk = place ? this.#last.get(place) : Number(button.dataset.bulk);
    button.disabled = true;
    try {
      const answer = await post(panel.urls.urlUndoBulk, { session, bulk });
      const said = this.#saidUndone(answer);
      this.#shown(answer);
      if (place) this.#tell(place, said);
      else this.#tellInList(said);
      await this.#refresh(answer.restored + answer.kept.length > answer.rows.length);
    } catch (error) {
      const message = error.message || panel.say("network");
      if (place) this.#tell(place, message);
      else this.#tellInList(message);
    }
    button.disabled = false;
  }

  /** @param {{ restored: number, kept: number[] }} answer */
  #saidUndone({ restored, kept }) {
    const { roll } = this;
    const { say } = roll.panel;
    const said = [say("undoneAsOne", { n: restored })];
    const rows = kept.map((userId) => roll.rowOf(userId)).filter(Boolean);
    const names = rows.map((row) => roll.nameOf(row));
    if (kept.length > names.length) names.push(say("more", { n: kept.length - names.length }));
    if (names.length) said.push(say("kept", { names: names.join(", ") }));
    return said.join(" ");
  }

  async #list() {
    const { panel, session } = this.roll;
    const body = this.fold.querySelector("[data-bulks-body]");
    try {
      const { actions } = await getData(panel.urls.urlBulkActions, { session });
      this.fold.querySelector("[data-bulks-none]").hidden = actions.length > 0;
      body.replaceChildren(...actions.map((action) => this.#item(action)));
    } catch (error) {
      this.#tellInList(error.message || panel.say("network"));
    }
  }

  /** @param {{ id: number, text: string, how: string, by: string, when: string, undone: string,
   *   can_undo: boolean }} action */
  #item({ id, text, how, by, when, undone, can_undo: canUndo }) {
    const template = this.fold.querySelector("template");
    const item = template.content.firstElementChild.cloneNode(true);
    const about = item.querySelector("[data-bulk-text]");
    about.textContent = text;
    about.id = `bulk-${id}`;
    item.querySelector("[data-bulk-detail]").textContent = [by, when, how, undone]
      .filter(Boolean)
      .join(" · ");
    const undo = item.querySelector('[data-action="bulk-undo"]');
    undo.hidden = !canUndo;
    undo.dataset.bulk = String(id);
    undo.setAttribute("aria-describedby", about.id);
    return item;
  }

  /** @param {string} text */
  #tellInList(text) {
    const words = this.fold.querySelector("[data-bulks-said]");
    words.textContent = text;
    words.focus();
    this.roll.panel.announce(text);
  }

  /** @param {string} place @param {string} text @param {boolean} [canUndo] */
  #tell(place, text, canUndo = false) {
    for (const note of this.roll.section.querySelectorAll("[data-undo]")) {
      note.hidden = note.dataset.undo !== place;
      if (note.hidden) continue;
      const words = note.querySelector("[data-undo-text]");
      words.textContent = text;
      const undo = note.querySelector("[data-action]");
      undo.hidden = !canUndo;
      // What was pressed is gone or disabled by now and cannot keep the focus.
      (canUndo ? undo : words).focus();
    }
    this.roll.panel.announce(text);
  }
}
