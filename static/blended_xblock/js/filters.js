/**
 * Searching, filtering and paging a roll, on the server; only the list is swapped.
 */

import { holdFocus } from "./focus.js";
import { getPart } from "./net.js";

const TYPING = 250;

export class Filters {
  /** @type {AbortController | null} */
  #loading = null;
  #timer = 0;

  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    this.form = roll.section.querySelector("[data-filters]");
    this.list = roll.section.querySelector("[data-list]");
    this.page = Number(roll.section.dataset.page);
    // A roll that is not opened has no list of its own.
    if (!this.form) return;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#search();
    });
    this.form.addEventListener("input", (event) => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), event.target.name === "q" ? TYPING : 0);
    });
  }

  focusSearch() {
    this.form?.elements.q.focus();
    this.form?.elements.q.select();
  }

  /** @param {number} page */
  async turn(page) {
    this.page = page;
    if (await this.refresh()) {
      const found = this.list.querySelector("[data-found]");
      found.tabIndex = -1;
      found.focus();
      found.scrollIntoView({ block: "nearest" });
    }
  }

  /** Fetch the list again as it is filtered; tells whether it came. Who is in it stays there. */
  async refresh() {
    const { roll } = this;
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    const params = { session: roll.session, page: this.page };
    for (const [name, value] of new FormData(this.form)) if (value) params[name] = value;
    this.list.setAttribute("aria-busy", "true");
    try {
      const part = await getPart(roll.panel.urls.urlRoll, params, signal);
      const giveBack = holdFocus(roll);
      const { opened } = roll.details;
      this.list.replaceChildren(...part.querySelector("[data-list]").childNodes);
      roll.listChanged(opened);
      giveBack();
      return true;
    } catch (error) {
      if (!signal.aborted) roll.complain(error);
      return false;
    } finally {
      if (!signal.aborted) this.list.removeAttribute("aria-busy");
    }
  }

  async #search() {
    clearTimeout(this.#timer);
    this.page = 1;
    if (!(await this.refresh())) return;
    this.roll.showProblem("");
    this.roll.panel.announce(this.list.querySelector("[data-found]").textContent.trim());
  }
}
