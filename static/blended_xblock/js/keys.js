/**
 * The keyboard on a roll: up and down between learners, a status's letters mark and move on.
 * Keys work only while the focus is on a learner's row (WCAG 2.1.4); "/" and the number of a
 * learner anywhere in the roll. A letter belongs to the unit's codes first.
 */

const PATIENCE = 600;
const SELECT = "x";

/** @param {import("./roll.js").Roll} roll */
export function listenToKeys(roll) {
  const typed = new Letters(roll);
  const numbers = new Numbers(roll);
  roll.section.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const isTyping = event.target.matches(
      "textarea, select, input:not([type=radio]):not([type=checkbox])",
    );
    if (isTyping) return;
    if (event.key === "/") {
      event.preventDefault();
      roll.filters.focusSearch();
      return;
    }
    const row = event.target.closest(".blended-row");
    const isHandled = row?.querySelector(".blended-choices") && handle(event, row);
    if (isHandled || numbers.add(event.key)) event.preventDefault();
  });

  /** @param {KeyboardEvent} event @param {HTMLElement} row */
  function handle({ key, shiftKey, target }, row) {
    if (key === "ArrowDown" || key === "ArrowUp") {
      return move(row, key === "ArrowDown" ? 1 : -1, { isBox: isBox(target), shiftKey });
    }
    if (key === "Escape" && roll.selection.size) return unselect();
    if (key === "Backspace" || key === "Delete" || key === "Escape") return clear(row);
    if (key === "Enter" && roll.selection.size && target.matches("input")) return toBar();
    if (key.length !== 1 || key === " ") return false;
    return typed.add(key, row) || select(key, row);
  }

  /** @param {string} key @param {HTMLElement} row */
  function select(key, row) {
    if (key.toLowerCase() !== SELECT) return false;
    roll.selection.toggle(row);
    return true;
  }

  function unselect() {
    roll.selection.clear();
    return true;
  }

  function toBar() {
    typed.forget();
    roll.selection.focusBar();
    return true;
  }

  /** @param {HTMLElement} row */
  function clear(row) {
    typed.forget();
    if (!row.dataset.status) return false;
    if (roll.mark(row, null)) roll.panel.announce(roll.panel.say("unmarked", { name: roll.nameOf(row) }));
    return true;
  }

  /**
   * @param {HTMLElement} row
   * @param {number} step
   * @param {{ isBox: boolean, shiftKey: boolean }} how
   */
  function move(row, step, { isBox, shiftKey }) {
    typed.forget();
    const { rows } = roll;
    const next = rows[rows.indexOf(row) + step];
    if (!next) return true;
    if (shiftKey) roll.selection.extend(row, next);
    if (isBox) next.querySelector("[data-pick]").focus();
    else focusRow(next);
    return true;
  }
}

/** @param {HTMLElement} element */
function isBox(element) {
  return element.matches("[data-pick]");
}

/** @param {HTMLElement} row */
export function focusRow(row) {
  const input =
    row.querySelector(".blended-choice input:checked") ||
    row.querySelector(".blended-choice input");
  input?.focus();
}

/** Letters typed on a row until they name one status: codes have one to three. */
class Letters {
  #text = "";
  #timer = 0;
  /** @type {HTMLElement | null} */
  #row = null;

  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
  }

  forget() {
    clearTimeout(this.#timer);
    this.#text = "";
  }

  /** @param {string} letter @param {HTMLElement} row @returns {boolean} whether it was of use */
  add(letter, row) {
    if (row !== this.#row) this.forget();
    clearTimeout(this.#timer);
    this.#row = row;
    const inputs = [...row.querySelectorAll(".blended-choice input")];
    let fitting = this.#fitting(inputs, this.#text + letter);
    if (fitting.length) this.#text += letter;
    else {
      this.#text = letter;
      fitting = this.#fitting(inputs, letter);
    }
    const exact = fitting.find((input) => input.value.length === this.#text.length);
    if (exact && fitting.length === 1) this.#mark(row, exact);
    else if (exact) this.#timer = setTimeout(() => this.#mark(row, exact), PATIENCE);
    else if (!fitting.length) this.forget();
    else this.#timer = setTimeout(() => this.forget(), PATIENCE * 2);
    return fitting.length > 0;
  }

  /** @param {HTMLInputElement[]} inputs @param {string} text */
  #fitting(inputs, text) {
    const wanted = text.toLocaleUpperCase();
    return inputs.filter((input) => input.value.toLocaleUpperCase().startsWith(wanted));
  }

  /** @param {HTMLElement} row @param {HTMLInputElement} input */
  #mark(row, input) {
    this.forget();
    const { roll } = this;
    if (row.dataset.status !== input.value && !roll.mark(row, input.value)) return;
    const status = input.parentElement.querySelector(".blended-sr").textContent.trim();
    roll.panel.announce(roll.panel.say("marked", { name: roll.nameOf(row), status }));
    const { rows } = roll;
    focusRow(rows[rows.indexOf(row) + 1] || row);
  }
}

/**
 * Digits typed anywhere on a roll: the learner of that number gets the focus, as far as typed. A
 * zero alone is everybody: the button for all who are not marked.
 */
class Numbers {
  #text = "";
  #timer = 0;

  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
  }

  /** @param {string} key @returns {boolean} whether it was of use */
  add(key) {
    if (!/^\d$/.test(key)) return false;
    if (key === "0" && !this.#text) return this.#everyone();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#text = "";
    }, PATIENCE * 2);
    const row = this.#rowOf(this.#text + key);
    this.#text = row || this.#isBegun(this.#text + key) ? this.#text + key : key;
    const wanted = row || this.#rowOf(this.#text);
    if (wanted) focusRow(wanted);
    return Boolean(wanted) || this.#isBegun(this.#text);
  }

  #everyone() {
    const { button } = this.roll.everyone;
    button?.focus();
    return Boolean(button);
  }

  /** @param {string} text */
  #rowOf(text) {
    return this.roll.rows.find((row) => row.dataset.number === text);
  }

  /** Numbers of later pages are longer than what is typed so far. */
  #isBegun(text) {
    return this.roll.rows.some((row) => row.dataset.number.startsWith(text));
  }
}
