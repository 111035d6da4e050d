/**
 * The projector's page: shows the code of now by the server's clock, and who has come.
 */

import { getData, post } from "../net.js";
import { readStrings } from "../strings.js";
import { keepAwake } from "./awake.js";
import { ServerClock } from "./server_clock.js";
import { Codes } from "./codes.js";
import { ScreenFace } from "./face.js";
import { keep, kept } from "./memory.js";

const TICK = 250;
const POLL = 5_000;
// Rarely enough that it does not talk over the trainer.
const SPOKEN = 60_000;

export class Screen {
  clock = new ServerClock();
  codes = new Codes();
  /** @type {Record<string, any> | null} what the server said last */
  desk = null;
  isFailing = false;
  #asked = -Infinity;
  #isAsking = false;
  #shown = "";
  #spoken = { text: "", at: -Infinity };

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.session = root.dataset.session;
    this.say = readStrings(root);
    this.face = new ScreenFace(this);
  }

  start() {
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-action]");
      if (button) void this.act(button.dataset.action);
    });
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("fullscreenchange", () => this.face.showTools());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.ask();
    });
    window.addEventListener("online", () => void this.ask());
    keepAwake();
    setInterval(() => this.tick(), TICK);
    void this.ask();
  }

  /** What is to be shown follows from the clock alone, four times a second. */
  tick() {
    const now = this.clock.now();
    if (performance.now() - this.#asked >= POLL) void this.ask();
    if (!this.desk?.is_open) return;
    const code = this.codes.at(now);
    const step = code ? String(code.from) : "";
    if (step !== this.#shown) {
      this.#shown = step;
      this.face.showCode(code);
      // With the new code shown, the one after it is fetched.
      if (performance.now() - this.#asked >= POLL / 5) void this.ask();
    }
    this.face.showCountdown(code, now);
    this.face.showNet();
  }

  /** Ask the server; one question at a time, and an old answer never overtakes a newer one. */
  async ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#asked = performance.now();
    const sent = performance.now();
    try {
      const url = this.root.dataset.urlDesk;
      this.took(await getData(url, { session: this.session }), sent);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isAsking = false;
    }
  }

  /** @param {Record<string, any>} answer @param {number} sent when it was asked for */
  took(answer, sent) {
    this.clock.learn(answer.now, sent);
    this.isFailing = false;
    const desk = { ...answer.desk, present: answer.present };
    this.desk = desk;
    this.codes.take(answer.codes);
    if (!desk.is_open) this.#shown = "";
    this.face.show(desk);
    this.#speak(desk);
    this.tick();
  }

  /**
   * Do what a button or a key asks for.
   *
   * @param {string} action
   */
  async act(action) {
    if (action === "names") this.#turnNames();
    else if (action === "full") await this.#turnFull();
    else if (action === "pause") await this.#set(this.desk?.is_open ? "paused" : this.opening);
    else if (action === "close") await this.#set("closed");
    else if (action === "again") await this.#set(this.opening);
    else await this.#set(action);
  }

  /** How it is opened now: by the session's times within them, by hand outside of them. */
  get opening() {
    const now = this.clock.now();
    const { opens_at: from, closes_at: until } = this.desk || {};
    return from <= now && now < until ? "auto" : "open";
  }

  get hidesNames() {
    return kept("screen-names") === "hidden";
  }

  #turnNames() {
    keep("screen-names", this.hidesNames ? "" : "hidden");
    this.face.showPeople(this.desk);
  }

  async #turnFull() {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen();
    } catch {
      // A frame may not; the page is as large as it gets.
    }
  }

  /** @param {string} state */
  async #set(state) {
    this.face.showProblem("");
    this.face.setBusy(true);
    const sent = performance.now();
    try {
      const { session } = this;
      this.took(await post(this.root.dataset.urlSetDesk, { session, state }), sent);
      this.face.focusAfter();
    } catch (error) {
      this.face.showProblem(error.message || this.say("notDone"));
    } finally {
      this.face.setBusy(false);
    }
    await this.ask();
  }

  /** @param {import("../net.js").RequestError} error */
  #failed(error) {
    if (error.status === 401) this.#stop("logged_out", this.say("loggedOutMore"));
    else if (error.isRefusal) this.#stop("refused", error.message);
    else {
      this.isFailing = true;
      this.face.showNet();
    }
  }

  /** Show no code any more; the question goes on being asked. */
  #stop(why, sentence) {
    this.isFailing = false;
    this.desk = null;
    this.codes.take([]);
    this.#shown = "";
    this.face.show({ is_open: false, why, sentence });
  }

  /** @param {Record<string, any>} desk */
  #speak(desk) {
    const text = desk.is_open ? this.face.countOf(desk) : "";
    const { text: before, at } = this.#spoken;
    if (!text || text === before || performance.now() - at < SPOKEN) return;
    this.#spoken = { text, at: performance.now() };
    this.root.querySelector("[data-live]").textContent = text;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    if (event.target.matches?.("input, select, textarea") || !this.face.usesKeys) return;
    const action = { f: "full", p: "pause", n: "names" }[event.key.toLowerCase()];
    if (!action || (action === "pause" && !this.desk?.is_open && this.desk?.why !== "paused")) return;
    event.preventDefault();
    void this.act(action);
  }
}

/** @param {HTMLElement} root */
export default function start(root) {
  new Screen(root).start();
}
