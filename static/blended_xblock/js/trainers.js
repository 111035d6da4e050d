/**
 * Who else takes the roll of a session: invited and removed by course staff.
 */

import { post } from "./net.js";

/**
 * @typedef {object} Trainer
 * @property {number} user_id
 * @property {string} username
 * @property {string} name
 */

export class Trainers {
  /** @type {Trainer | null} the one removed last */
  #removed = null;

  /**
   * @param {import("./instructor.js").Panel} panel
   * @param {HTMLDetailsElement} fold
   */
  constructor(panel, fold) {
    this.panel = panel;
    this.fold = fold;
    this.session = fold.dataset.trainers;
    this.form = fold.querySelector("form");
    this.form.inert = false;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#invite(this.form.elements.person.value);
    });
    fold.addEventListener("click", (event) => {
      const remove = event.target.closest("[data-remove]");
      if (remove) void this.#remove(remove);
      if (event.target.closest("[data-undo-remove]")) void this.#invite(this.#removed.username);
    });
  }

  /** @param {string} person */
  async #invite(person) {
    const button = this.form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    const before = this.#shown();
    const trainers = await this.#change("urlInviteTrainer", { person });
    button.disabled = false;
    const added = trainers?.find((one) => !before.has(one.user_id));
    if (trainers) this.form.reset();
    if (added) this.#say(this.panel.say("invited", { name: added.name }), false);
    else this.form.elements.person.focus();
  }

  /** @param {HTMLButtonElement} button */
  async #remove(button) {
    const row = button.closest("[data-user]");
    const removed = {
      user_id: Number(row.dataset.user),
      username: row.querySelector("[data-username]").textContent,
      name: row.querySelector("[data-name]").textContent,
    };
    button.disabled = true;
    const trainers = await this.#change("urlRevokeTrainer", { user: removed.user_id });
    if (!trainers) {
      button.disabled = false;
      button.focus();
      return;
    }
    this.#removed = removed;
    this.#say(this.panel.say("uninvited", { name: removed.name }), true);
  }

  /**
   * @param {string} url the name of the address among the panel's
   * @param {object} more
   * @returns {Promise<Trainer[] | null>} who is invited now; null where nothing changed
   */
  async #change(url, more) {
    const problem = this.fold.querySelector("[data-problem]");
    problem.hidden = true;
    this.fold.querySelector("[data-said]").hidden = true;
    try {
      const { trainers } = await post(this.panel.urls[url], { session: this.session, ...more });
      this.#show(trainers);
      return trainers;
    } catch (error) {
      problem.textContent = error.message || this.panel.say("network");
      problem.hidden = false;
      return null;
    }
  }

  /** @returns {Set<number>} */
  #shown() {
    const rows = [...this.fold.querySelectorAll("[data-user]")];
    return new Set(rows.map((row) => Number(row.dataset.user)));
  }

  /** @param {Trainer[]} trainers */
  #show(trainers) {
    const { panel } = this;
    const template = panel.root.querySelector('template[data-template="trainer"]');
    this.fold.querySelector("[data-trainers-list]").replaceChildren(
      ...trainers.map(({ user_id: userId, username, name }) => {
        const row = template.content.firstElementChild.cloneNode(true);
        row.dataset.user = String(userId);
        row.querySelector("[data-name]").textContent = name;
        row.querySelector("[data-username]").textContent = username;
        row.querySelector("[data-remove-label]").textContent = panel.say("removeTrainer", { name });
        return row;
      }),
    );
    const names = trainers.map((one) => one.name).join(", ");
    this.fold.querySelector("[data-trainers-names]").textContent = trainers.length
      ? panel.say("trainers", { names })
      : panel.say("noTrainer");
  }

  /** @param {string} text @param {boolean} canUndo */
  #say(text, canUndo) {
    const place = this.fold.querySelector("[data-said]");
    const words = place.querySelector("[data-said-text]");
    const undo = place.querySelector("[data-undo-remove]");
    words.textContent = text;
    place.hidden = false;
    undo.hidden = !canUndo;
    // The row that had the focus may be gone.
    (canUndo ? undo : words).focus();
    this.panel.announce(text);
  }
}
