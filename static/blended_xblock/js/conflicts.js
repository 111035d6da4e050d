/**
 * Marks of one learner that disagree: a person says which of the two holds.
 */

import { post } from "./net.js";

/**
 * @typedef {object} Side
 * @property {string} text what was marked, in words
 * @property {string} by
 * @property {string} when
 *
 * @typedef {object} Conflict
 * @property {number} id
 * @property {number} user_id
 * @property {string} name
 * @property {Side} standing
 * @property {Side} other
 */

export class Conflicts {
  /** @type {Set<number>} told of already */
  #known = new Set();

  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    this.box = roll.section.querySelector("[data-conflicts]");
    if (!this.box) return;
    this.title = this.box.querySelector("[data-conflicts-title]");
    this.list = this.box.querySelector("[data-conflicts-list]");
    this.template = this.box.querySelector("template");
    this.show(JSON.parse(this.box.dataset.items));
  }

  /** @param {Conflict[]} conflicts all that are open; those settled anywhere go away */
  show(conflicts) {
    if (!this.box) return;
    const { say, announce } = this.roll.panel;
    const hadFocus = this.box.contains(document.activeElement);
    const shown = new Map([...this.list.children].map((item) => [item.dataset.conflict, item]));
    const items = conflicts.map((conflict) => {
      const item = shown.get(String(conflict.id)) || this.#make(conflict);
      this.#fill(item, conflict);
      return item;
    });
    for (const item of shown.values()) if (!items.includes(item)) item.remove();
    // Only what is new is moved in: moving an item takes the focus from its buttons.
    for (const item of items) if (!item.isConnected) this.list.append(item);
    this.box.hidden = items.length === 0;
    this.title.textContent = say(items.length === 1 ? "disagreesOne" : "disagree", {
      n: items.length,
    });
    if (hadFocus && !this.box.contains(document.activeElement)) this.#refocus();
    const isNew = conflicts.some((conflict) => !this.#known.has(conflict.id));
    this.#known = new Set(conflicts.map((conflict) => conflict.id));
    if (isNew) announce.call(this.roll.panel, this.title.textContent);
  }

  /** @param {HTMLButtonElement} button */
  async settle(button) {
    const { panel, session } = this.roll;
    const item = button.closest("[data-conflict]");
    const buttons = item.querySelectorAll("button");
    for (const each of buttons) each.disabled = true;
    try {
      const { take } = button.dataset;
      const sent = { session, conflict: Number(item.dataset.conflict), take };
      const answer = await post(panel.urls.urlSettleConflict, sent);
      panel.savedAt = answer.saved_at;
      this.roll.showProblem("");
      this.roll.apply(answer);
      panel.showState();
      this.title.focus();
      this.show(answer.conflicts);
      panel.announce(panel.say("settled", { name: item.querySelector("[data-conflict-name]").textContent }));
    } catch (error) {
      for (const each of buttons) each.disabled = false;
      button.focus();
      this.roll.complain(error);
    }
  }

  #refocus() {
    if (this.box.hidden) this.roll.section.querySelector("h3").focus();
    else this.title.focus();
  }

  /** @param {Conflict} conflict */
  #make(conflict) {
    const item = this.template.content.firstElementChild.cloneNode(true);
    item.dataset.conflict = String(conflict.id);
    const text = item.querySelector("[data-conflict-about]");
    text.id = `conflict-${conflict.id}`;
    for (const button of item.querySelectorAll("button")) {
      button.setAttribute("aria-describedby", text.id);
    }
    return item;
  }

  /** @param {HTMLElement} item @param {Conflict} conflict */
  #fill(item, { name, standing, other }) {
    const { say } = this.roll.panel;
    const line = ({ by, when, text }) => say("markOf", { by, when, text });
    item.querySelector("[data-conflict-name]").textContent = name;
    item.querySelector("[data-conflict-standing]").textContent = line(standing);
    item.querySelector("[data-conflict-other]").textContent = line(other);
    item.querySelector('[data-take="standing"]').textContent = say("keep", { text: standing.text });
    item.querySelector('[data-take="other"]').textContent = say("takeOther", { text: other.text });
  }
}
