/**
 * A field in which learners of the course are searched, and the list of who was found.
 */

import { getData } from "./net.js";

const TYPING = 250;
const FEWEST_LETTERS = 2;

/**
 * @typedef {object} Person
 * @property {number} user_id
 * @property {string} name
 * @property {string} username
 * @property {string} email empty where it may not be seen
 * @property {boolean} is_on_roll
 * @property {boolean} is_guest
 * @property {"" | "email" | "name"} match
 */

/**
 * @typedef {object} Options
 * @property {string} url
 * @property {() => Record<string, string | number>} params what is sent beside the words
 * @property {HTMLTemplateElement} template of one person
 * @property {(name: string, values?: object) => string} say
 * @property {(person: Person) => { text: string, label: string } | null} button null for nobody to
 *   choose
 * @property {(person: Person, button: HTMLButtonElement) => void} choose
 * @property {(error: Error) => void} complain
 * @property {(text: string) => void} announce
 * @property {boolean} [suggests] whether an empty field is answered too
 */

export class People {
  #timer = 0;
  #asked = 0;

  /**
   * @param {HTMLInputElement} field
   * @param {HTMLElement} place holds the list and its note
   * @param {Options} options
   */
  constructor(field, place, options) {
    this.field = field;
    this.list = place.querySelector("[data-people]");
    this.note = place.querySelector("[data-people-note]");
    this.options = options;
    field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.search(), TYPING);
    });
  }

  /** Ask for what is typed now; an older answer never overtakes a newer one. */
  async search() {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    const { options } = this;
    const q = this.field.value.trim();
    if (q.length < FEWEST_LETTERS && !(options.suggests && !q)) {
      this.#show([], "");
      return;
    }
    try {
      const answer = await getData(options.url, { ...options.params(), q });
      if (asked !== this.#asked) return;
      const { people } = answer;
      let note = answer.is_more ? options.say("more") : "";
      if (!people.length) note = options.say(q ? "none" : "noSuggestion");
      this.#show(people, note);
      options.announce(people.length ? options.say("found", { n: people.length }) : note);
    } catch (error) {
      if (asked === this.#asked) options.complain(error);
    }
  }

  forget() {
    this.#asked += 1;
    clearTimeout(this.#timer);
    this.#show([], "");
  }

  /** @param {Person[]} people @param {string} note */
  #show(people, note) {
    this.list.replaceChildren(...people.map((person) => this.#row(person)));
    this.note.textContent = note;
    this.note.hidden = !note;
  }

  /** @param {Person} person */
  #row(person) {
    const row = this.options.template.content.firstElementChild.cloneNode(true);
    for (const name of ["name", "username", "email"]) {
      row.querySelector(`[data-person-${name}]`).textContent = person[name];
    }
    const flags = { roll: person.is_on_roll, guest: person.is_guest, [person.match]: true };
    for (const flag of row.querySelectorAll("[data-person-flag]")) {
      flag.hidden = !flags[flag.dataset.personFlag];
    }
    const button = row.querySelector("[data-person-button]");
    const words = this.options.button(person);
    if (!words) {
      button.remove();
      return row;
    }
    button.querySelector("[data-person-button-text]").textContent = words.text;
    button.querySelector("[data-person-button-label]").textContent = words.label;
    button.addEventListener("click", () => this.options.choose(person, button));
    return row;
  }
}
