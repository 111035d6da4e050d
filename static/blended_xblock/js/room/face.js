/**
 * How the projector's page looks in each state; it decides nothing.
 */

import { keep, kept } from "./memory.js";

/** What can be pressed in the middle of the page, by why there is no code. */
const OFFERS = {
  not_started: ["again"],
  too_early: ["auto", "open"],
  paused: ["again"],
  closed: ["again"],
  over: ["again"],
};
/** Where the server's own sentence says more than the heading. */
const SAID = new Set(["too_early", "not_live", "logged_out", "refused"]);
const OPENING = new Set(["not_started", "too_early"]);

export class ScreenFace {
  /** @param {import("./screen.js").Screen} screen */
  constructor(screen) {
    this.screen = screen;
    this.root = screen.root;
    this.keys = this.#find("[data-keys]");
    this.keys.checked = kept("screen-keys") !== "off";
    this.keys.disabled = false;
    this.keys.addEventListener("change", () => {
      keep("screen-keys", this.keys.checked ? "" : "off");
    });
    this.#find("[data-login]").href = location.href;
    this.showTools();
  }

  get usesKeys() {
    return this.keys.checked;
  }

  /** @param {Record<string, any>} desk what the server said, or why there is nothing of it */
  show(desk) {
    const { root, screen } = this;
    root.dataset.state = desk.is_open ? "open" : desk.why;
    this.#find("[data-code]").hidden = !desk.is_open;
    this.#find("[data-notice]").hidden = desk.is_open;
    if (!desk.is_open) this.#showNotice(desk);
    this.#find("[data-side]").hidden = !desk.present || OPENING.has(desk.why);
    this.#find("[data-how]").hidden = !desk.is_open;
    this.#find("[data-next]").hidden = !desk.is_open;
    this.showPeople(desk);
    this.showTools();
    this.showNet();
    if (!desk.is_open) screen.root.querySelector("[data-qr]").replaceChildren();
  }

  /** @param {import("./codes.js").Code | undefined} code nothing where none is good */
  showCode(code) {
    this.root.toggleAttribute("data-stale", !code);
    this.#find("[data-stale]").hidden = Boolean(code);
    // What is over cannot be typed any more; of the old QR code only its blur remains.
    this.#find("[data-typed]").textContent = code ? code.typed : "––– –––";
    if (!code) return;
    const shapes = drawing(code.qr);
    this.#find("[data-qr]").replaceChildren(...shapes);
    this.#find("[data-qr-box]").hidden = !shapes.length;
  }

  /** @param {import("./codes.js").Code | undefined} code @param {number} now */
  showCountdown(code, now) {
    const left = code ? code.until - now : 0;
    const whole = code ? code.until - code.from : 1;
    this.#find("[data-seconds]").textContent = code ? String(Math.ceil(left / 1_000)) : "–";
    this.#find("[data-ring]").style.strokeDashoffset = String(1 - left / whole);
  }

  /** Say calmly that the server does not answer, and what happens then. */
  showNet() {
    const { screen } = this;
    let text = "";
    if (screen.isFailing && !screen.desk) text = screen.say("unreachable");
    else if (screen.isFailing && screen.desk.is_open) {
      text = screen.say(screen.codes.at(screen.clock.now()) ? "offline" : "stale");
    } else if (screen.isFailing) text = screen.say("unreachable");
    this.#write("[data-net]", text);
  }

  /** @param {string} text */
  showProblem(text) {
    this.#write(".screen-foot [data-problem]", text);
  }

  /** @param {Record<string, any>} desk @returns {string} */
  countOf(desk) {
    const { here, expected } = desk.present;
    return this.screen.say("count", { here, expected });
  }

  /** @param {Record<string, any> | null} desk */
  showPeople(desk) {
    if (!desk?.present) return;
    this.#write("[data-count]", this.countOf(desk));
    const list = this.#find("[data-names]");
    const names = this.screen.hidesNames ? [] : desk.present.names;
    list.hidden = !names.length;
    const said = names.join("\n");
    if (list.dataset.said !== said) {
      list.dataset.said = said;
      list.replaceChildren(...names.map(nameItem));
    }
    const button = this.#find('[data-action="names"]');
    button.textContent = this.screen.say(this.screen.hidesNames ? "showNames" : "hideNames");
  }

  showTools() {
    const { screen } = this;
    const isOpen = Boolean(screen.desk?.is_open);
    this.#find('[data-action="pause"]').hidden = !isOpen;
    this.#find('[data-action="close"]').hidden = !isOpen && screen.desk?.why !== "paused";
    this.#find('[data-action="names"]').hidden = this.#find("[data-side]").hidden;
    const full = this.#find('[data-action="full"]');
    full.hidden = !document.fullscreenEnabled;
    full.textContent = screen.say(document.fullscreenElement ? "notFull" : "full");
  }

  /** @param {boolean} isBusy */
  setBusy(isBusy) {
    for (const button of this.root.querySelectorAll("button[data-action]")) {
      button.disabled = isBusy;
    }
  }

  /** The button that was pressed may be gone: the focus goes to what stands in its place. */
  focusAfter() {
    const { activeElement } = document;
    if (activeElement && activeElement !== document.body && activeElement.checkVisibility?.()) {
      if (!activeElement.disabled) return;
    }
    const next = ["pause", "again", "open"].map((name) => this.#find(`[data-action="${name}"]`));
    const button = next.find((each) => each.checkVisibility?.() ?? !each.hidden);
    if (button) button.disabled = false;
    (button || this.#find("[data-says]")).focus();
  }

  /** @param {Record<string, any>} desk */
  #showNotice(desk) {
    const { say } = this.screen;
    this.#write("[data-says]", say(desk.why) || desk.sentence);
    this.#write("[data-more]", say(`${desk.why}_more`) || (SAID.has(desk.why) ? desk.sentence : ""));
    let offers = OFFERS[desk.why] || [];
    if (desk.state === "auto") offers = offers.filter((offer) => offer !== "auto");
    for (const button of this.root.querySelectorAll(".screen-buttons [data-action]")) {
      button.hidden = !offers.includes(button.dataset.action);
    }
    const again = this.#find('[data-action="again"]');
    again.textContent = say({ paused: "resume", not_started: "openNow" }[desk.why] || "openAgain");
    this.#find("[data-to-roll]").hidden = desk.why !== "roll_closed";
    this.#find("[data-login]").hidden = desk.why !== "logged_out";
    const freezes = OPENING.has(desk.why) && this.root.dataset.roll === "not_opened";
    this.#find("[data-freezes]").hidden = !freezes;
  }

  /** @param {string} selector @param {string} text */
  #write(selector, text) {
    const place = this.#find(selector);
    if (place.textContent !== text) place.textContent = text;
  }

  /** @param {string} selector @returns {HTMLElement} */
  #find(selector) {
    return this.root.querySelector(selector);
  }
}

/** @param {string | undefined} qr drawn by the server; of it the shapes are taken and no more */
function drawing(qr) {
  const svg = new DOMParser().parseFromString(qr || "", "text/html").querySelector("svg");
  return svg ? [document.adoptNode(svg)] : [];
}

/** @param {string} name */
function nameItem(name) {
  const item = document.createElement("li");
  const text = document.createElement("bdi");
  text.textContent = name;
  item.append(text);
  return item;
}
