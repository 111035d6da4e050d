/**
 * One file on its page: how far it is read, what it would do, and the press that records it.
 */

import { getPart } from "../net.js";
import { Columns } from "./columns.js";
import { replaceKeeping } from "./focus.js";
import { Settling } from "./settling.js";
import { Watch } from "./watch.js";

const TYPING = 250;
/** What a decision changes beside the rows it is about. */
const ABOUT = ["summary", "notices", "groups", "singles", "foot"];
/** What another page or another group of people changes too. */
const PAGED = [...ABOUT, "sessions", "found", "list", "pager"];

export class Check {
  #timer = 0;
  /** @type {AbortController | null} */
  #loading = null;
  /** @type {Watch | null} */
  #watch = null;
  #isLeft = false;
  /** @type {string | null} why a closed roll is corrected; null where nobody has said it here */
  #reason = null;

  /** @param {import("./imports.js").Imports} imports @param {number} id */
  constructor(imports, id) {
    this.imports = imports;
    this.say = imports.say;
    this.id = id;
    this.root = document.createElement("div");
    this.settling = new Settling(this);
    this.columns = new Columns(this);
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-import-action]");
      if (button) void this.#act(button.dataset.importAction, button);
    });
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.target.matches("[data-import-search]")) void this.#search();
      if (event.target.matches("[data-import-columns]")) void this.#readColumns(event.target);
    });
    this.root.addEventListener("input", (event) => {
      if (event.target.matches("[data-import-reason]")) this.#reason = event.target.value;
      if (event.target.closest("[data-import-search]")) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.#search(), TYPING);
      }
    });
  }

  /** @returns {HTMLElement | null} */
  get section() {
    return this.root.querySelector("[data-import]");
  }

  get state() {
    return this.section?.dataset.state || "";
  }

  /** Whether nothing is left to be done about this file. */
  get isOver() {
    return !["ready", "columns", "reading"].includes(this.state);
  }

  get revision() {
    return Number(this.section.dataset.revision);
  }

  set revision(value) {
    this.section.dataset.revision = String(value);
  }

  /** How many of each kind there are, in words. */
  get counts() {
    const items = this.section.querySelectorAll("[data-import-summary] li");
    return [...items].map((item) => item.textContent.trim()).join(", ");
  }

  leave() {
    this.#isLeft = true;
    this.#loading?.abort();
    // What is given up says no more that it is coming.
    this.imports.place.removeAttribute("aria-busy");
    this.#watch?.stop();
    clearTimeout(this.#timer);
    this.root.remove();
  }

  /**
   * Fetch the whole page of the file; tells whether it came.
   *
   * @param {{ focus?: boolean, show?: string, columns?: string }} [options]
   */
  async load({ focus = false, show = this.section?.dataset.show || "", columns = "" } = {}) {
    const part = await this.#fetch({ show, columns });
    if (!part) return false;
    const hadFocus = this.root.contains(document.activeElement);
    this.root.replaceChildren(part);
    if (!this.root.isConnected) this.imports.place.replaceChildren(this.root);
    this.#follow();
    this.#keepReason();
    if (hadFocus || (focus && this.imports.mayFocus)) {
      // Shown only now: what is hidden takes no focus.
      this.imports.place.hidden = false;
      this.section.querySelector("[data-import-title]").focus();
    }
    return true;
  }

  /** Fetch the people again as they are filtered; what is typed stays. */
  async refresh(page = 1) {
    const { show } = this.section.dataset;
    const part = await this.#fetch({ show, page, q: this.#query });
    if (!part) return false;
    const fresh = part.querySelector("[data-import]");
    if (fresh.dataset.state !== this.state) return this.load({ focus: true });
    Object.assign(this.section.dataset, fresh.dataset);
    this.#swap(part, PAGED);
    return true;
  }

  /**
   * Fetch those about whom something was decided; they stay where they are until one turns the page.
   *
   * @param {number[]} numbers
   * @param {number} revision as it should be by now
   */
  async refreshRows(numbers, revision) {
    const { show, page } = this.section.dataset;
    const part = await this.#fetch({ show, page, q: this.#query, numbers: numbers.join(",") });
    if (!part) return false;
    const fresh = part.querySelector("[data-import]");
    if (fresh.dataset.state !== "ready" || Number(fresh.dataset.revision) !== revision) {
      return this.changed();
    }
    for (const name of ["toSettle", "record", "revision"]) {
      this.section.dataset[name] = fresh.dataset[name];
    }
    for (const row of [...part.querySelectorAll("[data-number]")]) {
      const old = this.rowOf(row.dataset.number);
      if (old) replaceKeeping(old, row, '[data-import-action="unsettle"]');
    }
    this.#swap(part, ABOUT);
    return true;
  }

  /** Somebody else decided something meanwhile: show all of it, and say so. */
  async changed() {
    await this.load({ focus: true });
    this.imports.tell(this.say("importChanged"));
    return false;
  }

  /** @param {string | number} number @returns {HTMLElement | null} */
  rowOf(number) {
    return this.section.querySelector(`[data-number="${number}"]`);
  }

  get #query() {
    return this.section?.querySelector("[data-import-search]")?.elements.q.value.trim() || "";
  }

  /** @param {Record<string, string | number>} more */
  async #fetch(more) {
    const { panel, session } = this.imports;
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    this.imports.place.setAttribute("aria-busy", "true");
    const params = { session, import: this.id };
    for (const [name, value] of Object.entries(more)) if (value) params[name] = value;
    try {
      return await getPart(panel.urls.urlImportPage, params, signal);
    } catch (error) {
      if (!signal.aborted) this.imports.complain(error);
      return null;
    } finally {
      if (!signal.aborted) this.imports.place.removeAttribute("aria-busy");
    }
  }

  /** @param {DocumentFragment} part @param {string[]} names */
  #swap(part, names) {
    for (const name of names) {
      const selector = `[data-import-part="${name}"]`;
      const old = this.section.querySelector(selector);
      const fresh = part.querySelector(selector);
      if (old && fresh) replaceKeeping(old, fresh);
    }
    this.#keepReason();
  }

  /** @returns {HTMLInputElement | null} why a closed roll is corrected, where it is */
  get #reasonField() {
    return this.section?.querySelector("[data-import-reason]") || null;
  }

  #keepReason() {
    if (this.#reasonField && this.#reason !== null) this.#reasonField.value = this.#reason;
  }

  /** Ask for the reason where it is missing; tells whether it is. */
  #lacksReason() {
    const field = this.#reasonField;
    const isMissing = field !== null && !field.value.trim();
    field?.toggleAttribute("aria-invalid", false);
    if (!isMissing) return false;
    field.setAttribute("aria-invalid", "true");
    this.#refuse(this.say("importReasonMissing"));
    field.focus();
    return true;
  }

  /** Watch a file that is read elsewhere until it is read. */
  #follow() {
    this.#watch?.stop();
    this.#watch = null;
    if (this.state !== "reading" || this.#isLeft) return;
    const { panel, session } = this.imports;
    const params = { session, import: this.id };
    this.#watch = new Watch(panel.urls.urlImportState, params, (answer) => {
      const bar = this.section.querySelector("[data-import-bar]");
      if (bar) bar.value = answer.percent;
      this.#tellStalled(answer.is_stalled);
      if (answer.state !== "reading") void this.#read();
    });
  }

  /** @param {boolean} isStalled */
  #tellStalled(isStalled) {
    const notice = this.section.querySelector("[data-import-stalled]");
    if (!notice || notice.hidden === !isStalled) return;
    notice.hidden = !isStalled;
    this.section.querySelector("[data-import-reading]").hidden = isStalled;
    if (isStalled) this.imports.panel.announce(notice.querySelector("p").textContent);
  }

  /** @param {HTMLButtonElement} button */
  async #readAgain(button) {
    // What the watch hears meanwhile would overtake this, and nothing would have the focus.
    this.#watch?.stop();
    const hasCome = (await this.#send("urlReadImport", button)) && (await this.load({ focus: true }));
    if (!hasCome) this.#follow();
  }

  async #read() {
    this.#watch?.stop();
    if (!(await this.load())) return;
    const { name } = this.section.dataset;
    if (this.state === "ready") {
      this.imports.panel.announce(this.say("importReady", { name, counts: this.counts }));
    } else {
      this.section.querySelector("[data-import-title]").focus();
    }
    await this.imports.refresh({ isQuiet: true });
  }

  /** @param {string} action @param {HTMLButtonElement} button */
  async #act(action, button) {
    const { imports } = this;
    if (action === "back") await imports.back();
    else if (action === "choose") imports.choose();
    else if (action === "show") await this.#show(button.dataset.group);
    else if (action === "columns") await this.load({ focus: true, columns: "1" });
    else if (action === "reload") await this.load({ focus: true });
    else if (action === "page") await this.#turn(Number(button.dataset.to));
    else if (action === "settle-first") await this.#settleFirst();
    else if (action === "close-panel") this.#closePanel(button);
    else if (action === "discard") this.#openPanel("discard");
    else if (action === "apply" && Number(this.section.dataset.toSettle)) this.#openPanel("apply");
    else if (/^apply/.test(action)) await this.#apply(button, action === "apply-again");
    else if (action === "undo") await this.#undo(button);
    else if (action === "read-again") await this.#readAgain(button);
    else if (action === "again") await this.#again(button);
    else if (action === "discard-yes") await this.#discard(button);
    else await this.settling.act(action, button);
  }

  async #search() {
    clearTimeout(this.#timer);
    if (await this.refresh()) this.imports.panel.announce(this.#found);
  }

  get #found() {
    return this.section.querySelector("[data-found]").textContent.trim();
  }

  /** @param {string} group */
  async #show(group) {
    this.section.dataset.show = group;
    if (await this.refresh()) this.imports.panel.announce(this.#found);
  }

  /** @param {number} page */
  async #turn(page) {
    if (!(await this.refresh(page))) return;
    const found = this.section.querySelector("[data-found]");
    found.focus();
    found.scrollIntoView({ block: "nearest" });
  }

  async #settleFirst() {
    await this.#show("to_settle");
    this.section.querySelector("[data-found]").focus();
  }

  /** @param {string} name */
  #openPanel(name) {
    for (const each of this.section.querySelectorAll("[data-import-panel]")) {
      each.hidden = each.dataset.importPanel !== name;
    }
    const panel = this.section.querySelector(`[data-import-panel="${name}"]`);
    // One question at a time, and one button that answers it.
    this.section.querySelector("[data-import-apply]")?.toggleAttribute("hidden", name !== "discard");
    this.section
      .querySelector(`[data-import-action="${name}"][aria-expanded]`)
      ?.setAttribute("aria-expanded", "true");
    panel.querySelector("[data-import-panel-title]").focus();
  }

  /** @param {HTMLButtonElement} button */
  #closePanel(button) {
    const panel = button.closest("[data-import-panel]");
    panel.hidden = true;
    const name = panel.dataset.importPanel === "discard" ? "discard" : "apply";
    this.section.querySelector("[data-import-apply]")?.removeAttribute("hidden");
    const opener = this.section.querySelector(`[data-import-action="${name}"]`);
    if (opener.hasAttribute("aria-expanded")) opener.setAttribute("aria-expanded", "false");
    opener.focus();
  }

  /**
   * Send what a press asks for, once; where it is refused, that is said below the people.
   *
   * @param {string} url @param {HTMLButtonElement} button @param {object} [more]
   */
  async #send(url, button, more = {}) {
    if (button.disabled) return null;
    button.disabled = true;
    this.#refuse("");
    try {
      await this.settling.settled();
      return await this.imports.send(url, { import: this.id, ...more });
    } catch (error) {
      if (error.code === "import_changed") await this.changed();
      else if (error.code === "same_file") this.#askSame(error.message);
      else {
        // Somebody else has applied it, say, or thrown it away, or closed the roll.
        if (error.status === 409 || error.code === "reason_needed") await this.load({ focus: true });
        this.#refuse(error.message || this.say("importNetwork"));
      }
      return null;
    } finally {
      button.disabled = false;
    }
  }

  /** @param {string} text */
  #refuse(text) {
    const place = this.section.querySelector("[data-import-refused]");
    if (!place) {
      this.imports.problem(text);
      return;
    }
    place.textContent = text;
    place.hidden = !text;
    if (text) this.imports.panel.announce(text);
  }

  /** @param {string} message */
  #askSame(message) {
    this.section.querySelector("[data-import-same]").textContent = message;
    this.#openPanel("same");
  }

  /** @param {HTMLButtonElement} button @param {boolean} again */
  async #apply(button, again) {
    await this.settling.settled();
    if (this.#lacksReason()) return;
    const reason = this.#reasonField?.value.trim() || "";
    const said = { revision: this.revision, again, reason };
    const answer = await this.#send("urlApplyImport", button, said);
    if (!answer) return;
    const { recorded, filled, unchanged, kept, left_out: out, guests } = answer.applied;
    const n = recorded + filled;
    const lines = [this.say(out ? "importAppliedOut" : "importApplied", { n, out })];
    if (guests) lines.push(this.say("importAppliedGuests", { n: guests }));
    if (kept) lines.push(this.say("importAppliedKept", { n: kept }));
    if (unchanged) lines.push(this.say("importAppliedSame", { n: unchanged }));
    await this.#done(answer, lines.join(" "));
  }

  /** @param {HTMLButtonElement} button */
  async #undo(button) {
    if (button.disabled) return;
    button.disabled = true;
    this.#refuse("");
    try {
      const said = await this.imports.undo(this.id);
      await this.#done(null, said);
    } catch (error) {
      this.#refuse(error.message || this.say("importNetwork"));
    } finally {
      button.disabled = false;
    }
  }

  /** @param {HTMLButtonElement} button */
  async #again(button) {
    const answer = await this.#send("urlCheckImportAgain", button);
    if (!answer) return;
    await this.imports.refresh({ isQuiet: true });
    await this.imports.open(answer.import);
    this.imports.tell(this.say("importAgain"));
  }

  /** @param {HTMLFormElement} form */
  async #readColumns(form) {
    const button = form.querySelector("[data-import-read]");
    const answer = await this.#send("urlReadImport", button, { mapping: this.columns.mapping });
    if (!answer || !(await this.load({ focus: true, show: "" }))) return;
    this.section.querySelector("[data-import-problem]")?.focus();
    const { name } = this.section.dataset;
    if (this.state === "ready") {
      this.imports.panel.announce(this.say("importReady", { name, counts: this.counts }));
    }
    await this.imports.refresh({ isQuiet: true });
  }

  /** @param {HTMLButtonElement} button */
  async #discard(button) {
    const { name } = this.section.dataset;
    if (!(await this.#send("urlDiscardImport", button))) return;
    await this.imports.back();
    this.imports.tell(this.say("importDiscarded", { name }), true);
  }

  /** @param {object | null} answer @param {string} said */
  async #done(answer, said) {
    await this.load({ show: "" });
    if (answer) await this.imports.refreshRoll(answer);
    await this.imports.refresh({ isQuiet: true });
    this.imports.tell(said, true);
  }
}
