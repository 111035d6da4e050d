/**
 * Which learners are selected: by hand, a range of them, or everybody found on every page.
 */

export class Selection {
  /** @type {Set<number>} */
  #users = new Set();
  /** @type {HTMLElement | null} where a range begins */
  #anchor = null;

  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    this.bar = roll.section.querySelector("[data-selection]");
    roll.section.addEventListener("click", (event) => {
      const box = event.target.closest("[data-pick]");
      if (!box) return;
      const row = box.closest(".blended-row");
      if (event.shiftKey && this.#anchor?.isConnected) this.#range(row, box.checked);
      else this.#set([row], box.checked);
      this.#anchor = row;
    });
  }

  /** @returns {number[]} user ids, on this page of the roll or not */
  get users() {
    return [...this.#users];
  }

  get size() {
    return this.#users.size;
  }

  /** @param {HTMLElement} row */
  has(row) {
    return this.#users.has(Number(row.dataset.user));
  }

  /** @param {HTMLElement} row */
  toggle(row) {
    this.#set([row], !this.has(row));
    this.#anchor = row;
    this.#say();
  }

  /** @param {HTMLElement} from @param {HTMLElement} to both become selected */
  extend(from, to) {
    this.#set([from, to], true);
    this.#anchor = to;
    this.#say();
  }

  /** @param {HTMLElement} button it holds the ids of everybody found */
  all(button) {
    for (const id of button.dataset.ids.split(" ")) this.#users.add(Number(id));
    this.show();
    this.#say();
  }

  clear() {
    const hadFocus = this.bar.contains(document.activeElement);
    const row = this.#anchor?.isConnected ? this.#anchor : this.roll.rows[0];
    this.#users.clear();
    this.#anchor = null;
    this.show();
    if (hadFocus) row?.querySelector("[data-pick]").focus();
  }

  /** Move to what can be done with those selected. */
  focusBar() {
    this.bar.querySelector("[data-bulk-status], .blended-bulk").focus();
  }

  /** Show who is selected, on a list that may have been fetched since. */
  show() {
    if (!this.bar) return;
    let here = 0;
    for (const row of this.roll.rows) {
      const isSelected = this.has(row);
      row.querySelector("[data-pick]").checked = isSelected;
      row.toggleAttribute("data-selected", isSelected);
      here += Number(isSelected);
    }
    const { say } = this.roll.panel;
    this.bar.hidden = this.size === 0;
    if (this.size) this.bar.parentElement.querySelector("[data-undo]").hidden = true;
    this.roll.section.toggleAttribute("data-selecting", this.size > 0);
    this.bar.querySelector("[data-selected]").textContent = say("selected", { n: this.size });
    const elsewhere = this.bar.querySelector("[data-selected-hidden]");
    elsewhere.hidden = here === this.size;
    elsewhere.textContent = say("selectedElsewhere", { n: this.size - here });
  }

  /** @param {HTMLElement} row @param {boolean} isSelected */
  #range(row, isSelected) {
    const { rows } = this.roll;
    const ends = [rows.indexOf(this.#anchor), rows.indexOf(row)].sort((a, b) => a - b);
    this.#set(rows.slice(ends[0], ends[1] + 1), isSelected);
  }

  /** @param {HTMLElement[]} rows @param {boolean} isSelected */
  #set(rows, isSelected) {
    for (const row of rows) {
      const userId = Number(row.dataset.user);
      if (isSelected) this.#users.add(userId);
      else this.#users.delete(userId);
    }
    this.show();
  }

  #say() {
    this.roll.panel.announce(this.roll.panel.say("selected", { n: this.size }));
  }
}
