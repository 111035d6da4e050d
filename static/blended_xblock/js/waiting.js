/**
 * What waits on this device to be sent, on any page about rolls: says so, sends it, and lists what
 * the server does not take. A page without a roll of its own needs nothing but this.
 */

import { post, RequestError } from "./net.js";
import { MarkQueue } from "./queue.js";
import { openStore } from "./store.js";
import { readStrings } from "./strings.js";

const CHANNEL = "blended-marks";
/** Said of a session or a person: of all their marks alike. */
const OF_ALL = ["not_allowed", "not_found", "session_not_live", "roll_not_open"];
const KEPT_HERE = ["session", "owner", "url", "name", "title", "id", "tried"];

/**
 * @typedef {object} Hooks
 * @property {(mark: import("./queue.js").Mark) => string} [urlOf] where this page would send it
 * @property {(answer: object, marks: import("./queue.js").Mark[]) => void} [onAnswer]
 * @property {(marks: import("./queue.js").Mark[], error: Error) => void} [onRefused]
 * @property {() => void} [onChange]
 * @property {() => void} [onForgotten] what the page shows as marked does not stand
 * @property {() => string} [shown] the session whose own line says what waits of it
 */

export class Waiting {
  #isDrawing = false;
  /** Sessions where a mark met another one, by title. @type {Map<string, string>} */
  #met = new Map();
  #wasAsked = false;

  /** @param {HTMLElement} root @param {Hooks} [hooks] */
  constructor(root, hooks = {}) {
    this.root = root;
    this.hooks = hooks;
    this.say = readStrings(root);
    this.box = root.querySelector("[data-queue]");
    this.owner = root.dataset.owner || "";
    const { owner } = this;
    this.queue = new MarkQueue({
      owner,
      store: openStore(),
      channel: "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null,
      send: (session, marks) =>
        post(hooks.urlOf?.(marks[0]) || marks[0].url, {
          session,
          owner,
          marks: marks.map((mark) =>
            Object.fromEntries(Object.entries(mark).filter(([name]) => !KEPT_HERE.includes(name))),
          ),
        }),
      isRefusal: (error) => error instanceof RequestError && error.isRefusal,
      isOfAll: (error) => error instanceof RequestError && OF_ALL.includes(error.code),
      troubleOf: (error) => (error instanceof RequestError ? error.trouble : "server"),
      onChange: () => this.#changed(),
      onAnswer: (answer, marks) => {
        if (answer.conflicts?.length) this.#met.set(marks[0].session, marks[0].title || "");
        hooks.onAnswer?.(answer, marks);
      },
      onRefused: (marks, error) => hooks.onRefused?.(marks, error),
    });
    this.box?.addEventListener("click", (event) => {
      const button = event.target.closest("[data-queue-action]");
      if (button) void this.#act(button.dataset.queueAction, button);
    });
    window.addEventListener("online", () => void this.queue.refresh());
    window.addEventListener("offline", () => this.#changed());
    window.addEventListener("pageshow", (event) => event.persisted && void this.queue.refresh());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.queue.refresh();
    });
    window.addEventListener("beforeunload", (event) => {
      if (!this.queue.unsent || this.queue.isSafe) return;
      event.preventDefault();
      // Older browsers ask only if a value is set.
      event.returnValue = "";
    });
  }

  /** @returns {import("./queue.js").Trouble} */
  get trouble() {
    if (!this.queue.unsent) return "";
    // The browser knows at once what an attempt would find out in a while.
    return this.queue.trouble || (navigator.onLine ? "" : "network");
  }

  /** What there is to send and whether it is safe, in a sentence; empty where nothing waits. */
  get text() {
    const n = this.queue.unsent;
    if (!n) return "";
    const { trouble } = this;
    if (!trouble && this.queue.isLasting) return this.say("sending", { n });
    const why = this.say(`trouble-${trouble || "none"}`, { n });
    const kept = this.queue.isLasting ? this.queue.isSafe && this.say("safe") : this.say("unsafe");
    return [why, kept].filter(Boolean).join(" ");
  }

  #changed() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    // Thousands of marks may come at once; they are shown once.
    queueMicrotask(() => {
      this.#isDrawing = false;
      if (this.trouble) this.#askToKeep();
      this.hooks.onChange?.();
      this.draw();
    });
  }

  /** Ask the browser not to clear what waits when it runs out of room; some ask the person. */
  #askToKeep() {
    if (this.#wasAsked) return;
    this.#wasAsked = true;
    void navigator.storage?.persist?.().catch(() => {});
  }

  /** Show what waits beside what the page says itself. */
  draw() {
    if (!this.box) return;
    const { queue } = this;
    const shown = this.hooks.shown?.() || "";
    const elsewhere = [...queue.lines].filter(([session]) => session !== shown);
    const others = queue.owner ? queue.others : 0;
    // The roll that is shown lists them itself.
    this.#met.delete(shown);
    this.#put("text", shown && !elsewhere.length ? "" : this.text);
    this.#find('[data-queue-action="retry"]').hidden = !this.trouble || (shown && !elsewhere.length);
    this.#find("[data-queue-lines]").replaceChildren(
      ...elsewhere.map(([, marks]) => {
        const [{ title = "" }] = marks;
        return item(this.say("line", { title, n: marks.length }));
      }),
      ...[...this.#met.values()].map((title) => item(this.say("met", { title }))),
    );
    this.#put("others", others ? this.say("others", { n: others }) : "");
    this.#drawRefused();
    const canForget = Boolean(this.trouble) && queue.unsent > 0;
    this.#find('[data-queue-action="forget"]').hidden = !canForget;
    if (!canForget) this.#askForget(false);
    const isAny = elsewhere.length || others || canForget || queue.refused.length || this.#met.size;
    this.box.hidden = !isAny;
  }

  #drawRefused() {
    const { refused } = this.queue;
    const template = this.root.querySelector('template[data-template="refused"]');
    this.#find("[data-queue-refused]").hidden = !refused.length;
    this.#find("[data-queue-refused-list]").replaceChildren(
      ...refused.map((mark) => {
        const line = template.content.cloneNode(true);
        const time = new Date(mark.at).toLocaleString(document.documentElement.lang || undefined, {
          dateStyle: "medium",
          timeStyle: "short",
        });
        const { name = "", title = "", status, message } = mark;
        line.querySelector("[data-refused-who]").textContent = name || String(mark.user_id);
        line.querySelector("[data-refused-what]").textContent = [status || "·", title, time]
          .filter(Boolean)
          .join(" · ");
        line.querySelector("[data-refused-why]").textContent = message || this.say("network");
        for (const button of line.querySelectorAll("[data-queue-action]")) {
          button.dataset.key = mark.key;
          button.setAttribute("aria-describedby", `${this.box.id}-${mark.key}`);
        }
        line.querySelector("[data-refused-who]").id = `${this.box.id}-${mark.key}`;
        return line;
      }),
    );
  }

  /** @param {string} action @param {HTMLElement} button */
  async #act(action, button) {
    const { queue } = this;
    if (action === "retry") queue.retry();
    else if (action === "forget") this.#askForget(true);
    else if (action === "forget-no") this.#askForget(false, true);
    else if (action === "forget-yes") {
      await queue.forget();
      this.hooks.onForgotten?.();
      this.#settle();
    } else {
      if (action === "dismiss") await queue.dismiss([button.dataset.key]);
      else if (action === "again") await queue.again([button.dataset.key]);
      this.#settle();
    }
  }

  /** @param {boolean} isAsked @param {boolean} [moveFocus] */
  #askForget(isAsked, moveFocus = false) {
    const question = this.#find("[data-queue-forget]");
    if (question.hidden === !isAsked) return;
    question.hidden = !isAsked;
    this.#put("forget-text", this.say("forget", { n: this.queue.unsent }));
    if (isAsked) this.#find('[data-queue-action="forget-no"]').focus();
    else if (moveFocus) this.#find('[data-queue-action="forget"]').focus();
  }

  /** Something that had the focus is gone: give it to what is left. */
  #settle() {
    queueMicrotask(() => {
      if (this.box.hidden || document.activeElement !== document.body) return;
      this.#find("[data-queue-head]").focus();
    });
  }

  /** @param {string} name @param {string} text */
  #put(name, text) {
    const place = this.#find(`[data-queue-${name}]`);
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !text;
  }

  /** @param {string} selector @returns {HTMLElement} */
  #find(selector) {
    return this.box.querySelector(selector);
  }
}

/** @param {string} text */
function item(text) {
  const line = document.createElement("li");
  line.textContent = text;
  return line;
}

/** @param {HTMLElement} root */
export default function start(root) {
  return new Waiting(root);
}
