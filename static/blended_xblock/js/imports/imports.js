/**
 * Attendance from a file: where files are dropped, how they get to the server, and the list of them.
 */

import { getPart, post } from "../net.js";
import { Check } from "./check.js";
import { Upload, megabytes } from "./upload.js";

const MEGABYTE = 1024 * 1024;
/** As the server says with the list; until then, in case it cannot be asked. */
const PIECE_BYTES = 512 * 1024;
const MOST_BYTES = 50 * MEGABYTE;

export class Imports {
  pieceBytes = PIECE_BYTES;
  #mostBytes = MOST_BYTES;
  #session = "";
  /** @type {Upload[]} the first is being sent */
  #uploads = [];
  /** @type {Check | null} */
  #check = null;
  /** @type {AbortController | null} */
  #loading = null;

  /** @param {import("../instructor.js").Panel} panel */
  constructor(panel) {
    this.panel = panel;
    this.say = panel.say;
    this.fold = panel.root.querySelector("[data-imports]");
    this.form = this.fold.querySelector("[data-import-drop]");
    this.input = this.form.elements.file;
    this.list = this.fold.querySelector("[data-imports-list]");
    this.place = this.fold.querySelector("[data-import-page]");
    this.lines = this.fold.querySelector("[data-uploads]");
    this.#listen();
    // The panel swaps its body whole: another session, or the same one opened by now.
    new MutationObserver(() => this.#follow()).observe(panel.body, { childList: true });
    this.#follow();
  }

  get session() {
    return this.#session;
  }

  /** Whether the focus may go here: an answer that took long finds people at work elsewhere. */
  get mayFocus() {
    const { activeElement } = document;
    return activeElement === document.body || this.fold.contains(activeElement);
  }

  /** Fetch the list anew. @param {{ isQuiet?: boolean }} [options] quiet where nobody asked for it */
  async refresh({ isQuiet = false } = {}) {
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    try {
      const part = await getPart(this.panel.urls.urlImports, { session: this.session }, signal);
      const { dataset } = part.querySelector("[data-imports-part]");
      this.pieceBytes = Number(dataset.pieceBytes);
      this.#mostBytes = Number(dataset.mostBytes);
      const waiting = this.fold.querySelector("[data-imports-waiting]");
      waiting.textContent = dataset.saidWaiting;
      waiting.hidden = !dataset.saidWaiting;
      this.list.replaceChildren(part);
    } catch (error) {
      if (!signal.aborted && !isQuiet) this.complain(error);
    }
  }

  /**
   * Show one file in the place of the list.
   *
   * @param {number} id
   * @param {{ focus?: boolean }} [options]
   */
  async open(id, { focus = true } = {}) {
    this.tell("");
    this.problem("");
    this.#check?.leave();
    const check = (this.#check = new Check(this, id));
    if (!(await check.load({ focus }))) {
      if (this.#check === check) this.#check = null;
      return;
    }
    this.list.hidden = true;
    this.form.hidden = true;
    this.place.hidden = false;
    this.#remember(String(id));
  }

  /** Show the list again; the focus goes where the file that was shown is. */
  async back() {
    const id = this.#check?.id;
    this.#leaveCheck();
    this.#remember("list");
    await this.refresh();
    const row = this.list.querySelector(`[data-file="${id}"] [data-import-action="open"]`);
    if (this.mayFocus) (row || this.input).focus();
  }

  choose() {
    this.input.click();
  }

  /**
   * Take a file back, and say what that did.
   *
   * @param {number} id
   * @returns {Promise<string>} the sentence
   */
  async undo(id) {
    const answer = await this.send("urlUndoImport", { import: id });
    const isUnopened = await this.refreshRoll(answer);
    const { restored, guests, kept, names, is_repeated: isRepeated } = answer.undone;
    // The answer to an earlier press was lost: what it said is not known any more.
    if (isRepeated) return this.say("importUndoneBefore");
    const said = [this.say("importUndone", { n: restored })];
    if (guests) said.push(this.say("importUndoneGuests", { n: guests }));
    if (kept) said.push(this.say("importUndoneKept", { names: names.join(", ") || kept }));
    if (isUnopened) said.push(this.say("importUndoneRoll"));
    return said.join(" ");
  }

  /** @param {string} url its name among the panel's @param {object} more */
  async send(url, more) {
    return post(this.panel.urls[url], { session: this.session, ...more });
  }

  /**
   * Show on the roll what a file has just changed; tells whether it is not opened any more.
   *
   * @param {object} answer
   */
  async refreshRoll(answer) {
    const { panel } = this;
    const { roll } = panel;
    const isUnopened = answer.roll_state === "not_opened";
    if (!roll || roll.session !== this.session) return isUnopened;
    if (roll.section.dataset.rollState !== answer.roll_state) {
      panel.relabel(panel.say(isUnopened ? "rollNotOpened" : "rollOpen"));
      await panel.load();
      return isUnopened;
    }
    roll.apply(answer);
    await roll.filters.refresh();
    if (roll.guests?.fold.open) await roll.guests.refresh({ isQuiet: true });
    return isUnopened;
  }

  /** @param {string} text what was done; empty takes it away @param {boolean} [focus] */
  tell(text, focus = false) {
    const place = this.fold.querySelector("[data-imports-said]");
    place.textContent = text;
    place.hidden = !text;
    if (text) this.panel.announce(text);
    if (text && focus && this.mayFocus) place.focus();
  }

  /** @param {Error} error */
  complain(error) {
    this.problem(error.message || this.say("importNetwork"));
  }

  /** @param {string} text read out as an alert; empty takes it away */
  problem(text) {
    const place = this.fold.querySelector("[data-imports-problem]");
    place.textContent = text;
    place.hidden = !text;
  }

  #listen() {
    const { fold } = this;
    // A file chosen before now would have been lost.
    this.input.disabled = false;
    this.input.addEventListener("change", () => {
      this.#take([...this.input.files]);
      this.input.value = "";
    });
    this.form.addEventListener("submit", (event) => event.preventDefault());
    fold.addEventListener("toggle", () => {
      if (!fold.open) this.#remember("");
      else if (!this.#check) {
        this.#remember("list");
        void this.refresh();
      }
    });
    for (const type of ["dragenter", "dragover"]) {
      fold.addEventListener(type, (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        fold.dataset.over = "";
      });
    }
    fold.addEventListener("dragleave", (event) => {
      if (!fold.contains(event.relatedTarget)) delete fold.dataset.over;
    });
    fold.addEventListener("drop", (event) => {
      delete fold.dataset.over;
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      fold.open = true;
      this.#take([...event.dataTransfer.files]);
    });
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-import-action]");
      if (button) void this.#act(button);
    });
  }

  /** @param {HTMLButtonElement} button */
  async #act(button) {
    const row = button.closest("[data-file]");
    const id = Number(row.dataset.file);
    if (button.dataset.importAction === "open") {
      await this.open(id);
      return;
    }
    button.disabled = true;
    try {
      const said = await this.undo(id);
      await this.refresh();
      this.tell(said, true);
    } catch (error) {
      this.complain(error);
    } finally {
      button.disabled = false;
    }
  }

  /** @param {File[]} files */
  #take(files) {
    this.problem("");
    this.tell("");
    const refused = [];
    for (const file of files) {
      const { name, size } = file;
      if (size > this.#mostBytes) {
        const limit = Math.floor(this.#mostBytes / MEGABYTE);
        refused.push(this.say("importTooLarge", { name, size: megabytes(size), limit }));
      } else if (!size) {
        refused.push(this.say("importEmpty", { name }));
      } else {
        const upload = new Upload(file, this.session, this);
        this.#uploads.push(upload);
        this.lines.append(upload.line);
        if (this.#uploads.length === 1) void this.#sendAll();
      }
    }
    this.lines.hidden = !this.#uploads.length;
    if (refused.length) this.problem(refused.join(" "));
  }

  /** Send what was chosen, one after the other: a weak network is not shared. */
  async #sendAll() {
    while (this.#uploads.length) {
      const [upload] = this.#uploads;
      const answer = await this.#sendOne(upload);
      const hadFocus = upload.line.contains(document.activeElement);
      this.#uploads.shift();
      upload.line.remove();
      this.lines.hidden = !this.#uploads.length;
      if (hadFocus) this.input.focus();
      if (upload.session !== this.session) continue;
      await this.refresh({ isQuiet: true });
      // Somebody who checks one file is not sent to another.
      if (answer && !this.#uploads.length && (!this.#check || this.#check.isOver)) {
        await this.open(answer.import);
      }
    }
  }

  /** @param {Upload} upload */
  async #sendOne(upload) {
    const { name } = upload.file;
    try {
      const answer = await upload.run();
      this.panel.announce(this.say(answer ? "importSent" : "importCancelled", { name }));
      return answer;
    } catch (error) {
      const isOurs = error.isRefusal !== undefined;
      this.problem(isOurs ? error.message || this.say("importNetwork") : this.say("importUnread", { name }));
      return null;
    }
  }

  #follow() {
    const { session } = this.panel;
    if (session === this.#session) return;
    this.#session = session;
    this.#loading?.abort();
    this.#leaveCheck();
    this.list.replaceChildren();
    this.tell("");
    this.problem("");
    this.fold.querySelector("[data-imports-waiting]").hidden = true;
    const known = this.#remembered;
    if (!known && !this.fold.open) return;
    this.fold.open = true;
    void this.refresh();
    if (Number(known)) void this.open(Number(known), { focus: false });
  }

  #leaveCheck() {
    this.#check?.leave();
    this.#check = null;
    this.place.hidden = true;
    this.place.replaceChildren();
    this.list.hidden = false;
    this.form.hidden = false;
  }

  /** @param {string} what is shown of this session: nothing, "list", or a file's number */
  #remember(what) {
    try {
      sessionStorage.setItem(`blended:imports:${this.session}`, what);
    } catch {
      // A frame without storage forgets it on reload, and nothing else.
    }
  }

  get #remembered() {
    try {
      return sessionStorage.getItem(`blended:imports:${this.session}`) || "";
    } catch {
      return "";
    }
  }
}
