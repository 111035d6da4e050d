/**
 * One status for everybody who is not marked yet, and the way back.
 */

import { newKey } from "./identity.js";
import { post } from "./net.js";

export class Everyone {
  /** Kept until it is answered: the same attempt, sent again, records nobody twice. */
  #key = "";
  /** @type {number[]} */
  #users = [];
  #status = "";

  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    this.note = roll.section.querySelector("[data-undo]");
  }

  /** @param {HTMLButtonElement} button */
  async mark(button) {
    const { roll } = this;
    const { panel } = roll;
    const before = roll.unmarked;
    button.disabled = true;
    this.note.hidden = true;
    this.#key ||= newKey();
    try {
      const sent = { session: roll.session, status: button.dataset.status, key: this.#key };
      const answer = await post(panel.urls.urlRecordAll, sent);
      this.#key = "";
      panel.savedAt = answer.saved_at;
      panel.showState();
      roll.showProblem("");
      roll.apply(answer);
      this.#status = button.dataset.status;
      this.#users = answer.rows.map((row) => row.user_id);
      const n = Math.max(before - answer.unmarked, answer.rows.length);
      // The answer names one page of people: beyond that there is no way back at once.
      this.#tell(panel.say("everyone", { status: button.dataset.label, n }), this.#users.length >= n);
      if (this.#users.length < n) await roll.filters.refresh();
    } catch (error) {
      button.disabled = false;
      button.focus();
      roll.complain(error);
    }
  }

  /** @param {number} userId somebody marked by hand since: undo leaves them alone */
  forget(userId) {
    this.#users = this.#users.filter((known) => known !== userId);
  }

  undo() {
    const { roll } = this;
    // Whoever got another status in between keeps it, on this page of the roll or not.
    const users = this.#users.filter((userId) => {
      const row = roll.rowOf(userId);
      return !row || row.dataset.status === this.#status;
    });
    this.#users = [];
    for (const userId of users) {
      const row = roll.rowOf(userId);
      if (row) roll.mark(row, null);
      else roll.send({ user_id: userId, status: null });
    }
    this.#tell(roll.panel.say("undone", { n: users.length }), false);
    roll.section.querySelector('[data-action="everyone"]').focus();
  }

  /** @param {string} text @param {boolean} canUndo */
  #tell(text, canUndo) {
    this.note.hidden = false;
    const words = this.note.querySelector("[data-undo-text]");
    words.textContent = text;
    const undo = this.note.querySelector("[data-action]");
    undo.hidden = !canUndo;
    // The button pressed is disabled by now and cannot keep the focus.
    (canUndo ? undo : words).focus();
    this.roll.panel.announce(text);
  }
}
