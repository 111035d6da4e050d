/**
 * Somebody else came: learners who were not expected are put on the roll, and anybody else is a
 * guest, marked with the same choices and linked to an account once somebody knows who they are.
 *
 * What is done here is sent at once. Without a network it is said so, and what was typed stays.
 */

import { newKey } from "./identity.js";
import { getPart, post } from "./net.js";
import { People } from "./people.js";
import { readStrings } from "./strings.js";

const MARK_FIELDS = ["minutes", "note"];
const FOLDS = [".blended-guest-more", "[data-guest-link]", "[data-guest-history]"];
/**
 * Who is being added, by session: it outlives a roll that is fetched again because a colleague has
 * closed or reopened it.
 *
 * @type {Map<string, { who: string, email: string, adding: { what: string, key: string } }>}
 */
const drafts = new Map();

export class Guests {
  /** @type {(() => Promise<void>) | null} takes back what was done last */
  #undo = null;
  /** @type {{ what: string, key: string }} of what is being added, until it was */
  #adding = { what: "", key: "" };
  /** The list as the server wrote it last. */
  #received = "";
  /** @type {Map<number, People>} the search of each guest's account that is open */
  #searches = new Map();

  /**
   * @param {import("./roll.js").Roll} roll
   * @param {HTMLDetailsElement} fold
   */
  constructor(roll, fold) {
    this.roll = roll;
    this.fold = fold;
    this.say = readStrings(fold);
    this.list = fold.querySelector("[data-guests-list]");
    this.form = fold.querySelector("[data-someone]");
    this.newGuest = fold.querySelector("[data-new-guest]");
    this.people = this.#searchIn(this.form.elements.who, fold.querySelector("[data-someone-found]"), {
      button: (person) =>
        person.is_on_roll
          ? null
          : { text: this.say("add"), label: this.say("addPerson", { name: person.name }) },
      choose: (person, button) => void this.#addWalkIn(person, button),
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.people.search();
    });
    this.form.elements.who.addEventListener("input", () => this.#offer());
    this.newGuest.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#addGuest();
    });
    for (const form of [this.form, this.newGuest]) form.addEventListener("input", () => this.#keep());
    fold.addEventListener("toggle", () => {
      if (fold.open) void this.refresh();
    });
    roll.section.addEventListener("blended:changes", (event) => {
      if (event.detail.guests?.length) void this.refresh({ isQuiet: true });
    });
    this.#listen();
    this.#goOn();
  }

  /** Go on with whoever was being added. */
  #goOn() {
    const draft = drafts.get(this.roll.session);
    if (!draft?.who && !draft?.email) return;
    this.form.elements.who.value = draft.who;
    this.newGuest.elements.email.value = draft.email;
    this.#adding = draft.adding;
    this.fold.open = true;
    this.#offer();
  }

  #keep() {
    drafts.set(this.roll.session, {
      who: this.form.elements.who.value,
      email: this.newGuest.elements.email.value,
      adding: this.#adding,
    });
  }

  /**
   * Fetch the guests again; what is being typed about one of them stays, and so does the focus.
   *
   * @param {{ isQuiet?: boolean }} [options] quiet where nobody here asked for it
   * @returns {Promise<boolean>} whether they are shown as they stand
   */
  async refresh({ isQuiet = false } = {}) {
    try {
      const params = { session: this.roll.session };
      this.#swap(await getPart(this.roll.panel.urls.urlGuests, params));
      return true;
    } catch (error) {
      if (!isQuiet) this.#complain(error);
      return false;
    }
  }

  #listen() {
    const { list } = this;
    this.fold.addEventListener("change", (event) => {
      // A guest's choice is none of the roll's.
      event.stopPropagation();
      if (event.target.matches(".blended-choice input")) void this.#choose(event.target);
    });
    list.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.target.matches("[data-guest-form]")) void this.#save(event.target);
    });
    this.fold.addEventListener("click", (event) => {
      const button = event.target.closest("[data-guest-action]");
      if (button) void this.#act(button.dataset.guestAction, button);
    });
    // "toggle" does not bubble; it can be caught on its way down.
    list.addEventListener("toggle", (event) => void this.#toggled(event.target), true);
  }

  /** @param {HTMLInputElement} field @param {HTMLElement} place @param {object} more */
  #searchIn(field, place, more) {
    const { panel } = this.roll;
    return new People(field, place, {
      url: panel.urls.urlFindPeople,
      params: () => ({ session: this.roll.session }),
      template: this.fold.querySelector('template[data-template="person"]'),
      say: this.say,
      complain: (error) => this.#complain(error),
      announce: (text) => panel.announce(text),
      ...more,
    });
  }

  /** Offer to add whoever was typed as a guest: always, whoever was found. */
  #offer() {
    const name = this.form.elements.who.value.trim();
    this.fold.querySelector("[data-someone-found]").hidden = !name;
    const button = this.fold.querySelector("[data-new-guest-button]");
    button.textContent = this.say("addGuest", { name });
  }

  /** @returns {string} made once for each adding, so that trying again adds nobody twice */
  #keyOf(what) {
    if (this.#adding.what !== what) this.#adding = { what, key: newKey() };
    this.#keep();
    return this.#adding.key;
  }

  /** @param {import("./people.js").Person} person @param {HTMLButtonElement} button */
  async #addWalkIn(person, button) {
    const { user_id: user, name } = person;
    const reason = this.roll.corrections.reasonFor();
    if (reason === null) return;
    const sent = { user, reason, key: this.#keyOf(`walk-in ${user}`) };
    const answer = await this.#send("urlAddWalkIn", sent, button);
    if (!answer) return;
    this.#added();
    await this.#showLearner(answer);
    if (!answer.is_new) this.#tell(this.say("walkInThere", { name }));
    else {
      this.#tell(this.say("walkIn", { name }), async () => {
        const undone = await this.#send("urlRemoveWalkIn", { user });
        if (!undone) return;
        await this.#showLearner(undone);
        this.#tell(this.say("walkInUndone", { name }));
      });
    }
  }

  async #addGuest() {
    const reason = this.roll.corrections.reasonFor();
    if (reason === null) return;
    const name = this.form.elements.who.value.trim();
    const email = this.newGuest.elements.email.value.trim();
    const key = this.#keyOf(`guest ${name} ${email}`);
    const button = this.fold.querySelector("[data-new-guest-button]");
    const sent = { name, email, reason, key };
    const answer = await this.#send("urlAddGuest", sent, button);
    if (!answer) return;
    this.#added();
    await this.refresh();
    const { guest } = answer;
    this.#tell(this.say("guestAdded", { name: guest.name }), () => this.#remove(guest));
  }

  /** What was typed has become somebody: the field is free for the next one. */
  #added() {
    this.#adding = { what: "", key: "" };
    this.form.reset();
    this.newGuest.reset();
    this.#keep();
    this.people.forget();
    this.#offer();
  }

  /** @param {HTMLInputElement} input */
  async #choose(input) {
    const row = input.closest("[data-guest]");
    const minutes = row.dataset.minutes === "" ? null : Number(row.dataset.minutes);
    const status = input.parentElement.querySelector(".blended-sr").textContent.trim();
    const answer = await this.#mark(row, { status: input.value, minutes });
    if (answer?.outcome === "recorded") {
      this.roll.panel.announce(this.say("marked", { name: answer.guest.name, status }));
    }
  }

  /**
   * Record a mark; where it is refused or lost, what stands is shown again.
   *
   * @param {HTMLElement} row
   * @param {object} mark with the revision it was made on as `base`, where it is not the row's
   */
  async #mark(row, mark) {
    const reason = this.roll.corrections.reasonFor();
    const at = new Date().toISOString();
    const guest = Number(row.dataset.guest);
    const base = Number(row.dataset.revision);
    const sent = { guest, key: newKey(), at, reason, base, ...mark };
    const answer = reason === null ? null : await this.#send("urlMarkGuest", sent);
    const shown = this.#shown(row);
    if (answer) this.#show(shown, answer.guest);
    else this.#check(shown, shown.dataset.status);
    if (answer?.outcome === "superseded") {
      this.#problem(this.say("superseded", { name: answer.guest.name }));
    }
    return answer;
  }

  /** @param {HTMLFormElement} form */
  async #save(form) {
    const row = form.closest("[data-guest]");
    const { name, email, minutes, modality, note } = form.elements;
    const button = form.querySelector("[type=submit]");
    const sent = { guest: Number(row.dataset.guest), name: name.value, email: email.value };
    // The mark first: where somebody else marked the guest since, nothing of this is kept.
    if (minutes) {
      const typed = minutes.value === "" ? null : Number(minutes.value);
      const mark = {
        status: row.dataset.status || null,
        minutes: typed,
        modality: modality.value,
        note: note.value,
        base: Number(form.dataset.base || row.dataset.revision),
      };
      if (!(await this.#mark(row, mark))) return;
      delete this.#shown(row).querySelector("[data-guest-form]").dataset.base;
    }
    const edited = await this.#send("urlEditGuest", sent, button);
    if (!edited) return;
    this.#shown(row).querySelector(".blended-guest-more").open = false;
    await this.refresh();
    this.#tell(this.say("saved", { name: edited.guest.name }));
  }

  /** @param {string} action @param {HTMLButtonElement} button */
  async #act(action, button) {
    if (action === "undo") {
      const undo = this.#undo;
      this.#tell("");
      if (undo) await undo();
      return;
    }
    const row = button.closest("[data-guest]");
    const guest = { id: Number(row.dataset.guest), name: this.#nameOf(row) };
    if (action === "remove") await this.#remove(guest, button);
    else if (action === "unlink") await this.#unlink(guest, button);
    else if (action === "clear") {
      if (!(await this.#mark(row, { status: null }))) return;
      this.#shown(row).querySelector(".blended-guest-more").open = false;
      this.#tell(this.say("unmarked", { name: guest.name }));
    }
  }

  /** @param {{ id: number, name: string }} guest @param {HTMLButtonElement} [button] */
  async #remove({ id, name }, button) {
    if (!(await this.#send("urlRemoveGuest", { guest: id }, button))) return;
    await this.refresh();
    this.#tell(this.say("removed", { name }), async () => {
      if (!(await this.#send("urlRestoreGuest", { guest: id }))) return;
      await this.refresh();
      this.#tell(this.say("restored", { name }));
    });
  }

  /** @param {{ id: number, name: string }} guest @param {number} user */
  async #link(guest, user, button) {
    const answer = await this.#send("urlLinkGuest", { guest: guest.id, user }, button);
    if (!answer) return;
    await this.#linked(answer);
    const values = { guest: guest.name, name: answer.name };
    const words = { filled: "linkFilled", stands: "linkStands", unchanged: "linkUnchanged" };
    this.#tell(this.say(words[answer.outcome], values), () => this.#unlink(guest));
  }

  /** @param {{ id: number, name: string }} guest @param {HTMLButtonElement} [button] */
  async #unlink(guest, button) {
    const answer = await this.#send("urlUnlinkGuest", { guest: guest.id }, button);
    if (!answer) return;
    await this.#linked(answer);
    const values = { guest: guest.name, name: answer.name };
    const words = {
      restored: "unlinkRestored",
      stands: "unlinkStands",
      unchanged: "unlinkUnchanged",
    };
    this.#tell(this.say(words[answer.outcome], values));
  }

  /** @param {object} answer of a link made or taken back */
  async #linked(answer) {
    await this.refresh();
    if (answer.rows) await this.#showLearner(answer);
  }

  /** @param {object} answer the roll's counts and the learner's row, which may be new or gone */
  async #showLearner(answer) {
    this.roll.apply(answer);
    await this.roll.filters.refresh();
  }

  /** @param {HTMLDetailsElement} fold */
  async #toggled(fold) {
    if (!fold.open) return;
    const row = fold.closest("[data-guest]");
    const guest = { id: Number(row.dataset.guest), name: this.#nameOf(row) };
    if (fold.matches("[data-guest-history]")) await this.#showHistory(fold, guest);
    if (fold.matches("[data-guest-link]")) this.#openSearch(fold, guest);
  }

  /** @param {HTMLDetailsElement} fold @param {{ id: number, name: string }} guest */
  #openSearch(fold, guest) {
    const known = this.#searches.get(guest.id);
    if (known && fold.contains(known.field)) return;
    const search = this.#searchIn(fold.querySelector("[name=who]"), fold, {
      params: () => ({ session: this.roll.session, guest: guest.id }),
      suggests: true,
      button: (person) =>
        person.is_guest
          ? null
          : {
              text: this.say("link"),
              label: this.say("linkPerson", { guest: guest.name, name: person.name }),
            },
      choose: (person, button) => void this.#link(guest, person.user_id, button),
    });
    this.#searches.set(guest.id, search);
    void search.search();
  }

  /** @param {HTMLDetailsElement} fold @param {{ id: number }} guest */
  async #showHistory(fold, { id }) {
    const body = fold.querySelector("[data-history-body]");
    try {
      const params = { session: this.roll.session, guest: id };
      body.replaceChildren(await getPart(this.roll.panel.urls.urlGuestHistory, params));
    } catch (error) {
      body.textContent = error.message || this.say("offline");
    }
  }

  /**
   * @param {string} url the name of the address among the panel's
   * @param {object} more
   * @param {HTMLButtonElement} [button] cannot be pressed again meanwhile
   * @returns {Promise<object | null>} null where it was refused or could not be sent
   */
  async #send(url, more, button) {
    if (button?.disabled) return null;
    this.#problem("");
    if (button) button.disabled = true;
    try {
      const { panel, session } = this.roll;
      const answer = await post(panel.urls[url], { session, ...more });
      if (answer.count !== undefined) this.#count(answer.count);
      return answer;
    } catch (error) {
      this.#complain(error);
      if (error.code === "guest_changed") await this.#catchUp(error.data.guest);
      return null;
    } finally {
      if (button) button.disabled = false;
    }
  }

  /**
   * Show a guest as somebody else marked them; whoever saw that may press again.
   *
   * @param {{ id: number }} guest
   */
  async #catchUp({ id }) {
    if (!(await this.refresh({ isQuiet: true }))) return;
    const form = this.list.querySelector(`[data-guest="${id}"] [data-guest-form]`);
    if (form) delete form.dataset.base;
  }

  /** @param {DocumentFragment} part */
  #swap(part) {
    this.#count(part.querySelector("[data-guests-part]").dataset.saidCount);
    const received = [...part.children].map((child) => child.outerHTML).join("");
    // Nobody is disturbed for nothing, least of all in the middle of a press.
    if (received === this.#received) return;
    this.#received = received;
    const opened = new Map();
    for (const row of this.list.querySelectorAll("[data-guest]")) {
      opened.set(row.dataset.guest, {
        folds: FOLDS.filter((fold) => row.querySelector(fold)?.open),
        typed: [...row.querySelectorAll("input:not([type=radio]), textarea")]
          .filter((field) => field.value !== field.defaultValue)
          .map((field) => [field.name, field.value]),
        base: row.querySelector("[data-guest-form]").dataset.base || row.dataset.revision,
      });
    }
    const focus = this.#focused();
    this.#searches.clear();
    this.list.replaceChildren(part);
    for (const row of this.list.querySelectorAll("[data-guest]")) {
      const before = opened.get(row.dataset.guest);
      if (!before) continue;
      for (const name of before.folds) {
        const fold = row.querySelector(name);
        if (fold) fold.open = true;
      }
      for (const [name, value] of before.typed) {
        const field = row.querySelector(`[name="${name}"]`);
        if (field) field.value = value;
      }
      // What was typed on an older state does not know of what somebody else wrote meanwhile.
      if (before.typed.some(([name]) => MARK_FIELDS.includes(name))) {
        row.querySelector("[data-guest-form]").dataset.base = before.base;
      }
    }
    if (focus) this.list.querySelector(focus)?.focus();
  }

  /** @returns {string} how what has the focus among the guests is found again; empty for nothing */
  #focused() {
    const field = document.activeElement;
    const row = this.list.contains(field) ? field.closest("[data-guest]") : null;
    if (!row) return "";
    const { guestAction } = field.dataset;
    let part = "";
    if (field.matches("[type=radio]")) part = `[type=radio][value="${CSS.escape(field.value)}"]`;
    else if (field.matches("summary")) {
      part = `${FOLDS.find((fold) => field.parentElement.matches(fold))} > summary`;
    } else if (guestAction) part = `[data-guest-action="${guestAction}"]`;
    else if (field.name) part = `[name="${field.name}"]`;
    else if (field.type === "submit") part = "[type=submit]";
    return part && `[data-guest="${row.dataset.guest}"] ${part}`;
  }

  /** @param {HTMLElement} row @param {object} guest as it stands on the server */
  #show(row, guest) {
    row.dataset.status = guest.status || "";
    row.dataset.minutes = guest.minutes ?? "";
    row.dataset.revision = guest.revision;
    this.#check(row, row.dataset.status);
    const recorded = row.querySelector("[data-recorded]");
    recorded.hidden = !guest.recorded;
    recorded.querySelector("[data-recorded-text]").textContent = guest.recorded;
    const { minutes } = row.querySelector("[data-guest-form]").elements;
    if (minutes) minutes.disabled = !guest.status;
    row.querySelector("[data-needs-mark]").hidden = Boolean(guest.status);
    const clear = row.querySelector('[data-guest-action="clear"]');
    if (clear) clear.hidden = !guest.status;
  }

  /** @param {HTMLElement} row @param {string} status */
  #check(row, status) {
    for (const input of row.querySelectorAll(".blended-choice input")) {
      input.checked = input.value === status;
    }
  }

  /** A guest's row as shown now: a fresh list may have come since. @param {HTMLElement} row */
  #shown(row) {
    return this.list.querySelector(`[data-guest="${row.dataset.guest}"]`) || row;
  }

  /** @param {HTMLElement} row */
  #nameOf(row) {
    return row.querySelector("[data-name]").textContent.trim();
  }

  /** @param {string} text */
  #count(text) {
    for (const place of this.roll.section.querySelectorAll("[data-guest-count]")) {
      place.textContent = text;
      if (place.matches("li")) place.hidden = !text;
    }
  }

  /** @param {string} text empty takes it away @param {() => Promise<void>} [undo] */
  #tell(text, undo) {
    this.#undo = undo || null;
    const place = this.fold.querySelector("[data-said]");
    const words = place.querySelector("[data-said-text]");
    const button = place.querySelector('[data-guest-action="undo"]');
    words.textContent = text;
    place.hidden = !text;
    button.hidden = !undo;
    if (!text) return;
    // What had the focus may be gone; whoever wants to undo is there already.
    (undo ? button : words).focus();
    this.roll.panel.announce(text);
  }

  /** @param {Error} error */
  #complain(error) {
    this.#problem(error.message || this.say("offline"));
  }

  /** @param {string} text read out as an alert; empty takes it away */
  #problem(text) {
    const place = this.fold.querySelector("[data-guests-problem]");
    place.textContent = text;
    place.hidden = !text;
  }
}
