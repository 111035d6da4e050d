/**
 * Who the people of a file are and what they get: decided one by one, saved at once, in order.
 */

import { People } from "../people.js";

/** What the words of a search are called among the panel's. */
const PEOPLE_WORDS = {
  none: "importPeopleNone",
  more: "importPeopleMore",
  found: "importPeopleFound",
};

export class Settling {
  /** @type {Promise<void>} what is being saved, one after the other */
  #chain = Promise.resolve();
  #waiting = 0;
  /** @type {Set<number>} whose rows are to be shown as they stand */
  #changed = new Set();
  /** @type {string} what is said once they are */
  #saying = "";

  /** @param {import("./check.js").Check} check */
  constructor(check) {
    this.check = check;
    this.say = check.say;
    check.root.addEventListener("change", (event) => this.#chosen(event.target));
  }

  /** Wait until everything decided so far is saved, or refused. */
  async settled() {
    await this.#chain;
  }

  /** @param {string} action @param {HTMLButtonElement} button */
  async act(action, button) {
    if (action === "singles") {
      const pairs = JSON.parse(button.dataset.singles);
      const people = pairs.map(([number, user]) => ({ number, as: "learner", user }));
      await this.#save(people, { n: people.length });
      return;
    }
    const row = button.closest("[data-number]");
    if (!row) return;
    if (action === "confirm") {
      const user = Number(row.querySelector("[data-import-who]:checked")?.value || button.dataset.best);
      await this.#decide(row, { as: "learner", user });
    } else if (action === "guest" || action === "out") {
      await this.#decide(row, { as: action });
    } else if (action === "unsettle") {
      await this.#decide(row, { as: "" });
    }
  }

  /** @param {HTMLInputElement} input */
  #chosen(input) {
    const row = input.closest("[data-number]");
    if (input.matches("[data-import-who]")) this.#offer(row, input);
    else if (input.matches("[data-import-overrules]")) {
      void this.#decide(row, { overrules: input.value === "take" });
    } else if (input.matches("[data-import-status]")) {
      void this.#decide(row, { status: input.value });
    } else if (input.matches("[data-import-session]")) {
      void this.#choose(input);
    }
  }

  /** Let one press confirm whom somebody picked; "somebody else" is searched first. */
  #offer(row, input) {
    const isElse = input.value === "else";
    const place = row.querySelector("[data-import-else]");
    const button = row.querySelector('[data-import-action="confirm"]');
    place.hidden = !isElse;
    button.hidden = isElse;
    if (!isElse) {
      button.textContent = this.say("importConfirm", { name: input.dataset.whoName });
      return;
    }
    if (!place.dataset.isReady) {
      place.dataset.isReady = "";
      this.#searchIn(row, place);
    }
  }

  /** @param {HTMLElement} row @param {HTMLElement} place */
  #searchIn(row, place) {
    const { imports } = this.check;
    const person = this.#nameOf(row);
    new People(place.querySelector("[name=else]"), place, {
      url: imports.panel.urls.urlFindPeople,
      params: () => ({ session: imports.session }),
      template: imports.fold.querySelector('template[data-template="import-person"]'),
      say: (name, values) => this.say(PEOPLE_WORDS[name] || name, values),
      button: ({ name }) => ({
        text: this.say("importThem"),
        label: this.say("importIs", { person, name }),
      }),
      choose: ({ user_id: user }) => void this.#decide(row, { as: "learner", user }),
      complain: (error) => this.#problem(row, error),
      announce: (text) => imports.panel.announce(text),
    });
  }

  /** @param {HTMLElement} row @param {object} decision */
  async #decide(row, decision) {
    const number = Number(row.dataset.number);
    row.querySelector("[data-import-row-problem]").hidden = true;
    row.setAttribute("aria-busy", "true");
    await this.#save([{ number, ...decision }], { person: this.#nameOf(row) });
  }

  /** @param {HTMLInputElement} input of a session */
  async #choose(input) {
    const all = [...this.check.section.querySelectorAll("[data-import-session]")];
    const sessions = all.filter((each) => each.checked).map((each) => each.value);
    await this.#queue(async () => {
      try {
        const { id, imports } = this.check;
        await imports.send("urlSettleImport", { import: id, sessions });
        await this.check.refresh();
        imports.panel.announce(this.say("importSessions", { counts: this.check.counts }));
      } catch (error) {
        for (const each of all) each.checked = each.defaultChecked;
        this.check.imports.complain(error);
        input.focus();
      }
    });
  }

  /**
   * @param {{ number: number }[]} people with what is decided of each
   * @param {{ person?: string, n?: number }} words of what is said afterwards
   */
  async #save(people, words) {
    await this.#queue(async () => {
      const { check } = this;
      const numbers = people.map(({ number }) => number);
      try {
        const answer = await check.imports.send("urlSettleImport", { import: check.id, people });
        check.imports.problem("");
        if (answer.revision !== check.revision + 1) {
          await check.changed();
          return;
        }
        check.revision = answer.revision;
        for (const number of numbers) this.#changed.add(number);
        this.#saying = words.person ? "importSaved" : "importAllSaved";
      } catch (error) {
        await this.#refused(numbers, error);
      }
      if (this.#waiting === 1 && this.#changed.size) await this.#show(words);
    });
  }

  /** What stands is asked for once nothing more waits to be saved. */
  async #show(words) {
    const { check } = this;
    const numbers = [...this.#changed];
    this.#changed.clear();
    const hasCome =
      numbers.length > 100
        ? await check.refresh()
        : await check.refreshRows(numbers, check.revision);
    if (!hasCome) return;
    check.imports.panel.announce(this.say(this.#saying, { ...words, counts: check.counts }));
  }

  /** @param {number[]} numbers @param {Error} error */
  async #refused(numbers, error) {
    const { check } = this;
    if (error.status === 409) {
      // Somebody else has applied it, or thrown it away.
      await check.load({ focus: true });
      check.imports.complain(error);
      return;
    }
    const rows = numbers.map((number) => check.rowOf(number)).filter(Boolean);
    if (rows.length === 1) this.#problem(rows[0], error);
    else check.imports.complain(error);
    for (const row of rows) {
      row.removeAttribute("aria-busy");
      for (const input of row.querySelectorAll("input[type=radio]")) {
        if (!input.matches("[data-import-who]")) input.checked = input.defaultChecked;
      }
    }
  }

  /** @param {() => Promise<void>} work */
  async #queue(work) {
    this.#waiting += 1;
    this.#chain = this.#chain.then(work).finally(() => {
      this.#waiting -= 1;
    });
    await this.#chain;
  }

  /** @param {HTMLElement} row @param {Error} error */
  #problem(row, error) {
    const place = row.querySelector("[data-import-row-problem]");
    place.textContent = error.message || this.say("importNetwork");
    place.hidden = false;
  }

  /** @param {HTMLElement} row */
  #nameOf(row) {
    return row.querySelector("[data-import-name]").textContent.trim();
  }
}
