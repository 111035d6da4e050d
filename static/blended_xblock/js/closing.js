/**
 * Closing a roll: first who would become absent, by name; then the deed. And opening it again.
 */

import { getData, post } from "./net.js";

export class Closing {
  /** What the last preview said of those who announced their absence. */
  #announced = { users: [], names: [], excused: null };

  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    // A roll is open or closed: it has the one box or the other.
    this.box = roll.section.querySelector("[data-close], [data-reopen]");
    this.opener = roll.section.querySelector('[data-action="close"], [data-action="reopen"]');
    this.box?.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#show(false);
    });
  }

  /** @param {string} action @param {HTMLButtonElement} button */
  async act(action, button) {
    if (action.endsWith("-no")) {
      this.#show(false);
      return;
    }
    button.disabled = true;
    try {
      if (action === "close") await this.#preview();
      else if (action === "close-excuse") await this.#excuse(button);
      else if (action === "close-yes") await this.#close();
      else if (action === "reopen") this.#show(true);
      else await this.#reopen();
    } catch (error) {
      this.roll.complain(error);
    }
    button.disabled = false;
  }

  async #preview() {
    const { panel, session } = this.roll;
    const waiting = panel.queue.unsentOf(session);
    if (waiting) {
      // Whoever is still to be sent would be counted as absent.
      panel.queue.retry();
      this.roll.showProblem(panel.say("closeUnsent", { n: waiting }));
      return;
    }
    const preview = await getData(panel.urls.urlClosePreview, { session });
    const { n, names, status } = preview;
    const text = n ? panel.say("become", { status: status.label, n }) : panel.say("nobody");
    this.box.querySelector("[data-close-text]").textContent = text;
    this.#list("[data-close-names]", names, n);
    this.#showAnnounced(preview.announced);
    this.#show(true);
  }

  /** @param {{ users: number[], names: string[], excused: { label: string } | null }} announced */
  #showAnnounced(announced) {
    this.#announced = announced;
    const { say } = this.roll.panel;
    const { users, names, excused } = announced;
    const part = this.box.querySelector("[data-announced]");
    part.hidden = users.length === 0;
    const text = part.querySelector("[data-announced-text]");
    text.textContent = say("announced", { n: users.length });
    this.#list("[data-announced-names]", names, users.length);
    const button = part.querySelector("button");
    button.hidden = !excused;
    if (excused) button.textContent = say("excuse", { status: excused.label, n: users.length });
  }

  /** @param {string} selector @param {string[]} names @param {number} n of all, named or not */
  #list(selector, names, n) {
    const more = n > names.length ? [this.roll.panel.say("more", { n: n - names.length })] : [];
    this.box.querySelector(selector).replaceChildren(
      ...[...names, ...more].map((name) => {
        const item = document.createElement("li");
        item.textContent = name;
        return item;
      }),
    );
  }

  /** One mark for all who announced it; then what closing would do is asked again. */
  async #excuse(button) {
    const { users, excused } = this.#announced;
    const { code: status, label } = excused;
    const press = { status, label, whom: { users }, place: "close", button };
    if (await this.roll.bulk.mark(press)) await this.#preview();
  }

  async #close() {
    const { panel, session } = this.roll;
    await post(panel.urls.urlCloseRoll, { session });
    panel.relabel(panel.say("rollClosed"));
    await panel.load({ focus: true });
    panel.announce(panel.say("closed"));
  }

  async #reopen() {
    const { panel, session } = this.roll;
    const isBack = this.box.querySelector("[data-undo-absences]").checked;
    const answer = await post(panel.urls.urlReopenRoll, { session, undo_absences: isBack });
    panel.relabel(panel.say("rollOpen"));
    await panel.load({ focus: true });
    const said = [panel.say("reopened")];
    if (isBack) said.push(panel.say("undoneAsOne", { n: answer.restored }));
    if (answer.kept.length) said.push(panel.say("keptAbsent", { n: answer.kept.length }));
    panel.announce(said.join(" "));
  }

  /** @param {boolean} isOpen */
  #show(isOpen) {
    this.box.hidden = !isOpen;
    this.opener.hidden = isOpen;
    this.opener.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.box.querySelector("h4").focus();
    else this.opener.focus();
  }
}
