/**
 * Asks the server, whenever somebody pauses, what is wrong with what is written and what it means.
 */

import { showProblems } from "./dom.js";

const PAUSE = 500;

/** @typedef {{ path: string, place: string, text: string, severity: "error" | "warning" }} Problem */

/**
 * @param {import("../studio.js").Context} ctx
 * @param {{ reveal?: (path: string) => void }[]} parts
 */
export function startChecks(ctx, parts) {
  const errors = ctx.root.querySelector("[data-errors]");
  /** @type {Set<HTMLElement>} */
  const marked = new Set();
  let timer = 0;
  let asked = 0;
  // Before a first save nobody is told off for what they have not come to yet.
  let areErrorsShown = false;
  let isListing = false;
  /** @type {Problem[]} */
  let newest = [];

  async function run() {
    clearTimeout(timer);
    asked += 1;
    const number = asked;
    let answer;
    try {
      answer = await ctx.ask("check_design", { ...ctx.store.value, timezone: ctx.info.author_zone });
    } catch (error) {
      if (number === asked) ctx.tell("unchecked", error);
      return null;
    }
    // An answer to what has changed since would point at the wrong fields.
    if (number !== asked) return null;
    ctx.checked = answer;
    // What is wrong before anything is typed is wrong with what is stored.
    if (number === 1) areErrorsShown = answer.problems.some((each) => each.severity === "error");
    ctx.tell("checked", answer);
    mark(answer.problems);
    return answer;
  }

  /** @param {Problem[]} problems the newest there are; drawn again, a field shows them too */
  function mark(problems) {
    newest = problems;
    for (const field of marked) {
      showProblems(field, [], "error");
      showProblems(field, [], "warning");
    }
    marked.clear();
    for (const severity of /** @type {const} */ (["error", "warning"])) {
      const byField = new Map();
      for (const problem of problems.filter((each) => each.severity === severity)) {
        const field = fieldOf(problem.path);
        if (field) byField.set(field, [...(byField.get(field) || []), problem]);
      }
      for (const [field, own] of byField) {
        // In the row of an item everybody sees which one is meant; at its list it has to be said.
        const isItem = field.dataset.path.split(".").length > 2;
        const texts = own.map((each) => (isItem ? each.text : `${each.place}: ${each.text}`));
        if (severity === "error" && !areErrorsShown && !field.dataset.touched) continue;
        showProblems(field, texts, severity);
        marked.add(field);
      }
    }
    // Once it was said what is wrong, the list says what is still.
    if (isListing) list(problems.filter((each) => each.severity === "error"));
  }

  /** The field of a path, or the nearest part around it that is shown. @param {string} path */
  function fieldOf(path) {
    for (let at = path; at; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
      const found = [...ctx.form.querySelectorAll(`[data-path="${CSS.escape(at)}"]`)];
      const field = found.find((each) => each.checked) || found[0];
      if (field) return field;
      // A list's own place is no place for what is wrong in one of its rows.
      if (at.split(".").length <= 3 && at !== path) return null;
    }
    return null;
  }

  /** @param {string} path */
  function goTo(path) {
    for (const part of parts) part.reveal?.(path);
    const field = fieldOf(path) || ctx.root.querySelector(`[data-path="${CSS.escape(path)}"]`);
    if (!field) return;
    if (!field.matches("input, select, textarea, button")) field.tabIndex = -1;
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
    mark(newest);
  }

  /** @param {Problem[]} problems */
  function list(problems) {
    errors.hidden = problems.length === 0;
    errors.querySelector("[data-errors-list]").replaceChildren(
      ...problems.map((problem) => {
        const item = document.createElement("li");
        const link = document.createElement("button");
        link.type = "button";
        link.className = "blended-link";
        link.textContent = problem.place;
        link.addEventListener("click", () => goTo(problem.path));
        item.append(link, ` ${problem.text}`);
        return item;
      }),
    );
  }

  ctx.store.watch("", () => {
    clearTimeout(timer);
    // What is under way speaks of what was before.
    asked += 1;
    timer = setTimeout(run, PAUSE);
  });
  ctx.form.addEventListener("focusout", (event) => {
    const field = /** @type {HTMLElement} */ (event.target);
    if (!field.dataset?.path) return;
    field.dataset.touched = "true";
  });
  ctx.on("drawn", () => mark(newest));

  return {
    run,
    /** Say all that keeps it from being saved. @param {string} message @param {Problem[]} problems */
    showErrors(message, problems) {
      areErrorsShown = true;
      errors.querySelector("[data-errors-message]").textContent = message;
      isListing = true;
      mark(problems);
      errors.hidden = false;
      errors.focus();
    },
    hideErrors() {
      areErrorsShown = false;
      isListing = false;
      list([]);
    },
  };
}
