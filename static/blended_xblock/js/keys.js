/**
 * The keyboard on a roll: up and down between learners, a status's letters mark and move on.
 * Keys work only while the focus is on a learner's row (WCAG 2.1.4), "/" anywhere in the roll.
 */

const PATIENCE = 600;

/** @param {import("./roll.js").Roll} roll */
export function listenToKeys(roll) {
  const typed = new Letters(roll);
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
    if (row && row.querySelector(".blended-choices") && handle(event.key, row)) {
      event.preventDefault();
    }
  });

  /** @param {string} key @param {HTMLElement} row */
  function handle(key, row) {
    if (key === "ArrowDown" || key === "ArrowUp") return move(row, key === "ArrowDown" ? 1 : -1);
    if (key === "Backspace" || key === "Delete" || key === "Escape") return clear(row);
    return key.length === 1 && key !== " " && typed.add(key, row);
  }

  /** @param {HTMLElement} row */
  function clear(row) {
    typed.forget();
    if (!row.dataset.status) return false;
    roll.mark(row, null);
    roll.panel.announce(roll.panel.say("unmarked", { name: roll.nameOf(row) }));
    return true;
  }

  /** @param {HTMLElement} row @param {number} step */
  function move(row, step) {
    typed.forget();
    const { rows } = roll;
    const next = rows[rows.indexOf(row) + step];
    if (next) focusRow(next);
    return true;
  }
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
    if (row.dataset.status !== input.value) roll.mark(row, input.value);
    const status = input.parentElement.querySelector(".blended-sr").textContent.trim();
    roll.panel.announce(roll.panel.say("marked", { name: roll.nameOf(row), status }));
    const { rows } = roll;
    focusRow(rows[rows.indexOf(row) + 1] || row);
  }
}
