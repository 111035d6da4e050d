/**
 * A reminder to those who are not ready: shown first, to whom and in which words; then sent.
 */

import { newKey } from "./identity.js";
import { getData, getPart, post } from "./net.js";

const PAUSE = 1000;
const PATIENCE = 20;

export class Reminder {
  /** Kept until everything is sent: the same press, sent again, reaches nobody twice. */
  #key = "";
  /** @type {object | null} what was sent with the key */
  #sent = null;

  /** @param {import("./board.js").Board} board */
  constructor(board) {
    this.board = board;
    this.panel = board.panel;
    board.place.addEventListener("click", (event) => {
      const { target } = event;
      if (target.closest("[data-remind]")) void this.#preview(target.closest("[data-remind]"));
      if (target.closest("[data-reminder-cancel]")) this.#close();
      if (target.closest("[data-sending-again]")) void this.#send(this.#sent);
    });
    board.place.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-reminder]")) return;
      event.preventDefault();
      void this.#submit(event.target);
    });
    board.place.addEventListener("input", (event) => {
      const form = event.target.closest("[data-reminder]");
      if (form) this.#show(form);
    });
    board.place.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && event.target.closest("[data-reminder]")) this.#close();
    });
  }

  get #place() {
    return this.board.place.querySelector("[data-reminder-place]");
  }

  get #opener() {
    return this.board.place.querySelector("[data-remind]");
  }

  /** @param {HTMLButtonElement} button */
  async #preview(button) {
    button.disabled = true;
    const { session } = this.board;
    try {
      const part = await getPart(this.panel.urls.urlReminderPreview, { session });
      if (session !== this.board.session) return;
      this.#key = newKey();
      this.#place.replaceChildren(part);
      this.#place.hidden = false;
      button.hidden = true;
      this.board.showProblem("");
      const form = this.#place.querySelector("[data-reminder]");
      this.#show(form);
      form.querySelector("h4").focus();
    } catch (error) {
      this.board.complain(error);
    } finally {
      button.disabled = false;
    }
  }

  #close() {
    this.#place.replaceChildren();
    this.#place.hidden = true;
    void this.board.refresh().then(() => {
      // Where everybody is ready by now the button is gone.
      (this.#opener || this.board.place.querySelector("h3"))?.focus();
    });
  }

  /** @param {HTMLFormElement} form */
  #users(form) {
    const checked = [...form.querySelectorAll("[name=user]:checked")];
    const more = form.dataset.more ? form.dataset.more.split(" ") : [];
    return {
      users: [...checked.map((box) => box.value), ...more].map(Number),
      again: checked.some((box) => "recent" in box.dataset),
    };
  }

  /** Show the letters with the line as typed, and on the button how many get them. */
  #show(form) {
    const text = form.elements.text?.value.trim() || "";
    for (const place of form.querySelectorAll("[data-personal]")) {
      place.hidden = !text;
      // The server wrote it with one "…" where the line goes, at its end.
      place.textContent = place.dataset.personal.replace(/…$/, () => text);
    }
    const button = form.querySelector("[data-send]");
    if (!button) return;
    const n = this.#users(form).users.length;
    const name = n === 1 ? "sendOne" : n ? "sendMany" : "sendNobody";
    button.textContent = this.panel.say(name, { n });
    button.disabled = !n;
  }

  /** @param {HTMLFormElement} form */
  async #submit(form) {
    const { session } = this.board;
    const button = form.querySelector("[data-send]");
    button.disabled = true;
    const text = form.elements.text.value;
    const isSent = await this.#send({ session, key: this.#key, text, ...this.#users(form) });
    if (!isSent) button.disabled = false;
  }

  /** @param {object} sent @returns {Promise<boolean>} whether the server took it */
  async #send(sent) {
    this.#sent = sent;
    try {
      const progress = await post(this.panel.urls.urlSendReminders, sent);
      this.board.showProblem("");
      this.#tell(progress);
      void this.#watch(sent);
      return true;
    } catch (error) {
      this.board.complain(error);
      return false;
    }
  }

  /** Ask until all is sent, or until it takes longer than somebody waits. */
  async #watch({ session, key }) {
    for (let i = 0; i < PATIENCE; i += 1) {
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE);
      });
      if (session !== this.board.session || !this.#place?.querySelector("[data-sending]")) return;
      let progress;
      try {
        progress = await getData(this.panel.urls.urlReminderProgress, { session, key });
      } catch {
        continue;
      }
      this.#tell(progress, i === PATIENCE - 1);
      if (!progress.waiting) return;
    }
  }

  /** @param {object} progress @param {boolean} [isSlow] */
  #tell(progress, isSlow = false) {
    const { say } = this.panel;
    let box = this.#place.querySelector("[data-sending]");
    if (!box) {
      const template = this.panel.root.querySelector('template[data-template="sending"]');
      this.#place.replaceChildren(template.content.cloneNode(true));
      box = this.#place.querySelector("[data-sending]");
      box.querySelector("[data-sending-text]").focus();
    }
    const { total, sent, waiting, failed } = progress;
    const words = box.querySelector("[data-sending-text]");
    const text = waiting ? say("sendingReminders", { n: sent, total }) : say("sentAll", { n: sent });
    if (words.textContent !== text) {
      words.textContent = text;
      this.panel.announce(text);
    }
    box.querySelector("progress").max = total || 1;
    box.querySelector("progress").value = total - waiting;
    const notes = [
      progress.not_needed && say("notNeeded", { n: progress.not_needed }),
      progress.unwanted && say("unwanted", { n: progress.unwanted }),
      failed.length && say("notSent", { names: failed.join(", ") }),
      isSlow && waiting && say("slow"),
    ];
    box.querySelector("[data-sending-notes]").replaceChildren(
      ...notes.filter(Boolean).map((note) => {
        const item = document.createElement("li");
        item.textContent = note;
        return item;
      }),
    );
    box.querySelector("[data-sending-again]").hidden =
      waiting > 0 ? !isSlow : !failed.length;
    box.querySelector("[data-reminder-cancel]").hidden = waiting > 0 && !isSlow;
  }
}
