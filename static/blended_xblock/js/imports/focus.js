/**
 * Keeps the focus and open folds while the server's new rows take the place of the old ones.
 */

const MARKS = ["importAction", "group", "to", "importFold"];

/**
 * @param {Element | null} element
 * @returns {string} how it is found again within its row or part; empty where it cannot be
 */
export function selectorOf(element) {
  if (!(element instanceof HTMLElement)) return "";
  if (element.matches("summary")) {
    const { importFold } = element.parentElement.dataset;
    return importFold ? `[data-import-fold="${CSS.escape(importFold)}"] > summary` : "summary";
  }
  if (element.matches("input[type=radio], input[type=checkbox]")) {
    return `[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]`;
  }
  let found = "";
  for (const name of MARKS) {
    const value = element.dataset[name];
    if (value === undefined) continue;
    const attribute = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    found += `[data-${attribute}="${CSS.escape(value)}"]`;
  }
  return found || (element.getAttribute("name") ? `[name="${CSS.escape(element.name)}"]` : "");
}

/**
 * Put a fresh element in the place of an old one; what had the focus has it again, or what is next.
 *
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 * @param {string} [next] what gets it where the element that had it is gone
 */
export function replaceKeeping(old, fresh, next = "") {
  const active = document.activeElement;
  const hadFocus = old.contains(active);
  const selector = hadFocus && active !== old ? selectorOf(active) : "";
  const open = [...old.querySelectorAll("details[data-import-fold][open]")];
  const inFold = hadFocus ? active.closest("details[data-import-fold]") : null;
  old.replaceWith(fresh);
  for (const { dataset } of open) {
    const fold = fresh.querySelector(`[data-import-fold="${CSS.escape(dataset.importFold)}"]`);
    if (fold && inFold?.dataset.importFold === dataset.importFold) fold.open = true;
  }
  if (!hadFocus) return;
  const found =
    (selector && fresh.querySelector(selector)) || (next && fresh.querySelector(next)) || fresh;
  found.focus({ preventScroll: true });
}
