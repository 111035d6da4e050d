/**
 * The editor of a blended unit: starts its parts, checks while somebody writes, saves, loses nothing.
 */

import { post } from "./net.js";
import { readStrings } from "./strings.js";
import { startCheckIn } from "./editor/check_in.js";
import { startChecks } from "./editor/checks.js";
import { startConfirm } from "./editor/confirm.js";
import { startCounts } from "./editor/counts.js";
import { bind, clone, tieHints } from "./editor/dom.js";
import { startFromMinutes } from "./editor/from_minutes.js";
import { startKeeping } from "./editor/keeping.js";
import { startLinks } from "./editor/links.js";
import { startModels } from "./editor/models.js";
import { startOlx } from "./editor/olx.js";
import { startSaving } from "./editor/saving.js";
import { startSessions } from "./editor/sessions.js";
import { copy, Store } from "./editor/store.js";

/**
 * What every part of the editor is given.
 *
 * @typedef {object} Context
 * @property {HTMLElement} root
 * @property {HTMLFormElement} form
 * @property {Store} store what is being written
 * @property {Record<string, any>} info what the server said of the unit and its course
 * @property {(name: string, values?: Record<string, string | number>) => string} say
 * @property {(name: string, body: object) => Promise<any>} ask
 * @property {(text: string, undo?: () => unknown) => void} announce `undo` may return its own undo
 * @property {(name: string) => HTMLElement} part
 * @property {(name: string, react: (detail: any) => void) => void} on
 * @property {(name: string, detail?: any) => void} tell
 * @property {any} checked the server's last answer on what is written, or null
 */

/**
 * @param {HTMLElement} root
 * @param {{ notify?: (name: string, data: object) => void }} [runtime]
 */
export default function start(root, runtime) {
  const ctx = makeContext(root);
  fillZones(ctx);
  tieHints(ctx.form);
  // Fields of the parts' own lists are tied where these are drawn.
  ctx.on("replaced", bind(ctx.form, ctx.store, ""));
  const parts = [
    startModels,
    startLinks,
    startSessions,
    startCounts,
    startCheckIn,
    startFromMinutes,
  ].map((each) => each(ctx));
  startOlx(ctx);
  startConfirm(ctx);
  const checks = startChecks(ctx, parts);
  const keeping = startKeeping(ctx);
  startSaving(ctx, { runtime, checks, keeping });
  startNavigation(ctx);
  // Until now a press on "Save" would have sent the form to nowhere.
  ctx.form.inert = false;
  void checks.run();
}

/** @param {HTMLElement} root @returns {Context} */
function makeContext(root) {
  const info = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  const events = new EventTarget();
  const said = root.querySelector("[data-said]");
  const undoButton = root.querySelector("[data-undo]");
  // Who has chosen no zone in their account reads the clock of the machine they sit at.
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!info.author_zone && info.zones.some(([name]) => name === own)) info.author_zone = own;
  const ctx = {
    root,
    info,
    form: root.querySelector("form"),
    store: new Store(info.version),
    say: readStrings(root),
    checked: null,
    part: (name) => clone(root, name),
    ask: (name, body) => post(root.getAttribute(`data-url-${name}`), body),
    on: (name, react) => events.addEventListener(name, (event) => react(event.detail)),
    tell: (name, detail) => events.dispatchEvent(new CustomEvent(name, { detail })),
    announce(text, undo) {
      said.textContent = text;
      undoButton.hidden = !undo;
      undoButton.onclick = () => {
        const before = copy(ctx.store.value);
        const redo = undo();
        // What was written since may have gone too: that can be undone like all else.
        const back = typeof redo === "function" ? redo : () => ctx.store.replace(before);
        ctx.announce(ctx.say("undone"), back);
      };
    },
  };
  ctx.store.watch("", ({ path }) => {
    if (!path) ctx.tell("replaced");
  });
  return ctx;
}

/** @param {Context} ctx */
function fillZones(ctx) {
  const list = document.createElement("datalist");
  list.id = ctx.root.dataset.zonesId;
  for (const [name, label] of ctx.info.zones) {
    const option = document.createElement("option");
    option.value = name;
    option.label = label;
    list.append(option);
  }
  ctx.form.append(list);
}

/** Buttons, not links: the address of the page is the host's. @param {Context} ctx */
function startNavigation(ctx) {
  ctx.root.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-go]");
    const part = button && document.getElementById(button.dataset.go);
    if (!part) return;
    part.scrollIntoView({ block: "start" });
    part.focus({ preventScroll: true });
  });
}
