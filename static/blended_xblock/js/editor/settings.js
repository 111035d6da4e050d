/**
 * Settings of which nothing is said while they are as usual: numbers, and a status for each case.
 */

import { bind } from "./dom.js";
import { copy, isSame } from "./store.js";

const STATUSES = "design.statuses";

/**
 * @typedef {object} Settings
 * @property {string} name of its group and its template on the page
 * @property {string} path
 * @property {Record<string, any>} usual
 * @property {string[]} statusFields those that name a status
 * @property {string} undone what is said once they are as usual again
 */

/**
 * @param {import("../studio.js").Context} ctx
 * @param {Settings} settings
 * @returns {HTMLElement} the group's part of the page
 */
export function startSettings(ctx, { name, path, usual, statusFields, undone }) {
  const { root, store, info, say } = ctx;
  const box = root.querySelector(`[data-settings="${name}"]`);
  const usualButton = box.querySelector("[data-settings-usual]");
  const own = () => store.get(path) || {};
  // What nobody changed is not said at all, so that the unit stays the one it was.
  const write = (values) => store.set(path, isSame(values, usual) ? null : values);
  const view = {
    get: (at) => own()[at.split(".").pop()] ?? usual[at.split(".").pop()],
    // Cleared it is no number, and the server says so: nothing would mean the usual one.
    set: (at, value) => write({ ...usual, ...own(), [at.split(".").pop()]: value ?? "" }),
  };

  const part = ctx.part(name);
  box.querySelector("[data-settings-fields]").replaceChildren(part);
  const selects = statusFields.map((each) => part.querySelector(`[data-field="${each}"]`));
  const show = bind(part, view, path);
  const folds = [...part.querySelectorAll("details")];

  function showStatuses() {
    const listed = store.get(STATUSES)?.length ? store.get(STATUSES) : info.default_statuses;
    const statuses = listed
      .map(({ code, label }) => ({ code: String(code ?? "").trim(), label }))
      .filter(({ code }) => code);
    for (const select of selects) {
      const chosen = view.get(select.dataset.path);
      const options = statuses.map(({ code, label }) => new Option(label || code, code));
      if (chosen && !statuses.some(({ code }) => code === chosen)) {
        options.push(new Option(say("status-gone", { code: chosen }), chosen));
        // Whoever removed the status is told here, although they never were in this field.
        select.dataset.touched = "true";
      }
      select.replaceChildren(select.options[0], ...options);
      select.value = chosen;
    }
    usualButton.hidden = isSame({ ...usual, ...own() }, usual);
  }

  function draw() {
    show();
    showStatuses();
    for (const fold of folds) {
      const inside = [...fold.querySelectorAll("[data-field]")];
      fold.open ||= inside.some(({ dataset }) => view.get(dataset.path) !== usual[dataset.field]);
    }
  }

  usualButton.addEventListener("click", () => {
    const before = copy(store.get(path));
    store.set(path, null, { structural: true });
    ctx.announce(undone, () => store.set(path, before, { structural: true }));
    part.querySelector("input").focus();
  });
  followCodes(ctx, statusFields, own, write);
  store.watch(path, ({ structural }) => (structural ? draw() : showStatuses()));
  store.watch(STATUSES, showStatuses);
  draw();
  return box;
}

/**
 * A status that gets another code keeps its place in the settings. Which ones mean it is what they
 * said before the first key: half typed, it may bear the code of another one.
 */
function followCodes({ root }, statusFields, own, write) {
  const list = root.querySelector("[data-statuses]");
  const isCode = (field) => field.matches("[data-field=code]");
  let followers = [];
  list.addEventListener("focusin", ({ target }) => {
    const code = isCode(target) ? target.value.trim() : "";
    followers = statusFields.filter((name) => code && own()[name] === code);
  });
  list.addEventListener("input", ({ target }) => {
    const code = target.value.trim();
    if (!isCode(target) || !code || !followers.length) return;
    write({ ...own(), ...Object.fromEntries(followers.map((name) => [name, code])) });
  });
}
