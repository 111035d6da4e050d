/**
 * The page that reads learners' own codes: by the camera, a scanner that types, or by pasting.
 */

import { newKey } from "../identity.js";
import { post, RequestError } from "../net.js";
import { readStrings } from "../strings.js";
import { keepAwake } from "./awake.js";
import { Camera } from "./camera.js";
import { Scans } from "./scans.js";
import { Signals } from "./signals.js";

const SHOWN = 10;
// A code stays before the camera for longer than it takes to read it.
const SAME = 4_000;
const SHUT = new Set(["check_in_closed", "too_early"]);

export class ScanPage {
  #seen = { code: "", at: -Infinity };
  #shutOut = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.say = readStrings(root);
    this.session = root.dataset.session;
    this.field = root.querySelector("#scan-code");
    this.signals = new Signals(root);
    this.scans = new Scans({
      send: ({ code }) => post(root.dataset.urlScanPass, { session: this.session, text: code }),
      isRefusal: (error) => error instanceof RequestError && error.isRefusal,
      onAnswer: (_scan, answer) => this.#answered(answer),
      onRefused: (scan, error) => this.#refused(scan, error),
      onChange: (error) => this.#showUnsent(error),
    });
    this.camera = new Camera({
      video: root.querySelector("[data-video]"),
      decoderUrl: root.dataset.decoder,
      onRead: (code) => this.#seenByCamera(code),
      onChange: () => this.#showCamera(),
      onProblem: (problem) => this.#showCameraProblem(this.say(problem)),
    });
  }

  start() {
    const { root } = this;
    const form = root.querySelector("[data-form]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#typed();
    });
    // Sent by itself before now, the form would have taken the code to nowhere.
    form.inert = false;
    root.querySelector(".scan-choices").disabled = false;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-action]");
      if (button) void this.#act(button.dataset.action, button);
    });
    document.addEventListener("keydown", (event) => this.#catch(event));
    window.addEventListener("online", () => this.scans.retry());
    document.addEventListener("visibilitychange", () => {
      // Whoever logged in again in another tab comes back here.
      if (!document.hidden) this.scans.retry();
    });
    window.addEventListener("beforeunload", (event) => {
      if (!this.scans.unsent) return;
      event.preventDefault();
      // Older browsers ask only if a value is set.
      event.returnValue = "";
    });
    keepAwake();
    this.#showCamera();
    // On a phone this would open the keyboard over everything.
    if (matchMedia("(pointer: fine)").matches) this.field.focus();
  }

  /** A scanner types wherever the focus is: outside of fields, that is this page's field. */
  #catch(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.key.length !== 1) return;
    if (event.target.closest?.("input, select, textarea, button, a, summary")) return;
    this.field.focus();
  }

  #typed() {
    const code = this.field.value.trim();
    this.field.value = "";
    this.field.focus();
    if (code) this.#add(code);
  }

  /** @param {string} code */
  #seenByCamera(code) {
    const now = performance.now();
    const isSame = code === this.#seen.code && now - this.#seen.at < SAME;
    this.#seen = { code, at: now };
    if (!isSame) this.#add(code);
  }

  /** @param {string} code */
  #add(code) {
    const isNew = this.scans.add({ code });
    if (!isNew) this.#showAnswer("known", this.say("twice"), "");
    else if (this.scans.isFailing) this.#showAnswer("kept", this.say("kept"), "");
    else this.#showAnswer("sending", this.say("sending"), "");
  }

  /** @param {Record<string, any>} answer */
  #answered(answer) {
    const { name, status, time, is_new: isNew } = answer;
    const text = this.say(isNew ? "new" : "already", { status: status.label, time });
    // Who is recorded as absent stands before the instructor: that wants more than a time.
    const isHere = isNew || ["present", "late", "early"].includes(status.kind);
    this.#showAnswer(isNew ? "good" : "known", name, isHere ? text : answer.sentence);
    this.signals.give(isNew ? "good" : "known");
    this.#list(answer, text);
  }

  /** @param {import("./scans.js").Scan} scan @param {RequestError} error */
  #refused({ code }, error) {
    const isShut = SHUT.has(error.code);
    this.#showAnswer("bad", this.say("refused"), isShut ? this.say("shut") : error.message);
    this.#shutOut = isShut ? code : "";
    this.root.querySelector("[data-open]").hidden = !isShut;
    this.signals.give("bad");
  }

  /** Open the check-in, by the session's times where they allow it, and take the code again. */
  async #open() {
    const { session } = this;
    const set = (state) => post(this.root.dataset.urlSetDesk, { session, state });
    try {
      const { desk } = await set("auto");
      if (!desk.is_open) await set("open");
      const code = this.#shutOut;
      this.field.focus({ preventScroll: true });
      if (code) this.#add(code);
    } catch (error) {
      this.#showAnswer("bad", this.say("refused"), error.message || this.say("notUndone"));
    }
  }

  /**
   * @param {string} kind
   * @param {string} name
   * @param {string} text
   */
  #showAnswer(kind, name, text) {
    const box = this.root.querySelector("[data-answer]");
    box.dataset.kind = kind;
    this.root.querySelector("[data-open]").hidden = true;
    box.querySelector("[data-answer-name]").textContent = name;
    box.querySelector("[data-answer-text]").textContent = text;
  }

  /** @param {Record<string, any>} answer @param {string} text */
  #list(answer, text) {
    const template = this.root.querySelector('template[data-template="last"]');
    const item = template.content.firstElementChild.cloneNode(true);
    item.querySelector("[data-name]").textContent = answer.name;
    item.querySelector("[data-status]").textContent = text;
    const undo = item.querySelector('[data-action="undo"]');
    undo.hidden = !answer.is_new;
    undo.dataset.user = String(answer.user);
    undo.dataset.base = String(answer.revision);
    // Made once: an undo that is sent again is the same undo.
    undo.dataset.key = newKey();
    undo.setAttribute("aria-label", this.say("undoWhom", { name: answer.name }));
    const list = this.root.querySelector("[data-last]");
    list.prepend(item);
    while (list.children.length > SHOWN) list.lastElementChild.remove();
    this.root.querySelector("[data-before]").hidden = false;
  }

  /** @param {string} action @param {HTMLButtonElement} button */
  async #act(action, button) {
    if (action === "retry") this.scans.retry();
    else if (action === "open") await this.#open();
    else if (action === "undo") await this.#undo(button);
    else if (action === "turn") await this.camera.turn();
    else if (this.camera.isOn) this.camera.stop();
    else {
      this.#showCameraProblem("");
      await this.camera.start();
    }
  }

  /** @param {HTMLButtonElement} button */
  async #undo(button) {
    const { user, base, key } = button.dataset;
    const item = button.closest("li");
    const name = item.querySelector("[data-name]").textContent;
    button.disabled = true;
    try {
      // Without a time: it happens now, on the server's clock. What somebody else said since is
      // not overwritten silently: it is listed on the roll, for a person to settle.
      const mark = { user_id: Number(user), status: null, base: Number(base), key };
      const { session } = this;
      await post(this.root.dataset.urlRecord, { session, marks: [mark] });
      item.querySelector("[data-status]").textContent = this.say("undone");
      item.dataset.undone = "";
      button.hidden = true;
      this.#showAnswer("idle", name, this.say("undone"));
      // Shown again within the moment, the same code counts as a new one.
      this.#seen = { code: "", at: -Infinity };
      this.field.focus({ preventScroll: true });
    } catch (error) {
      button.disabled = false;
      button.focus();
      this.#showAnswer("bad", this.say("refused"), error.message || this.say("notUndone"));
    }
  }

  /** @param {Error | null} error */
  #showUnsent(error) {
    const { unsent, isFailing } = this.scans;
    const isLoggedOut = error instanceof RequestError && error.status === 401;
    const text = isFailing && unsent ? this.say(isLoggedOut ? "loggedOut" : "unsent", { n: unsent }) : "";
    const place = this.root.querySelector("[data-unsent]");
    // While it is tried again, the reason that was shown stays.
    if (!(error === null && text) || place.textContent === "") place.textContent = text;
    else place.textContent = place.textContent.replace(/^\d+/, String(unsent));
    this.root.querySelector('[data-action="retry"]').hidden = !text;
    if (error && unsent) this.#showAnswer("kept", this.say("kept"), "");
  }

  #showCamera() {
    const { isOn } = this.camera;
    const button = this.root.querySelector('[data-action="camera"]');
    button.hidden = false;
    button.textContent = this.say(isOn ? "stop" : "start");
    this.root.querySelector("[data-view-of-camera]").hidden = !isOn;
    const turn = this.root.querySelector('[data-action="turn"]');
    if (!isOn) turn.hidden = true;
    else void this.camera.hasSeveral().then((has) => (turn.hidden = !has));
  }

  /** @param {string} text */
  #showCameraProblem(text) {
    const place = this.root.querySelector("[data-camera-problem]");
    place.hidden = !text;
    place.textContent = text;
  }
}

/** @param {HTMLElement} root */
export default function start(root) {
  new ScanPage(root).start();
}
