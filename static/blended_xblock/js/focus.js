/**
 * Keeps the focus where somebody is on a roll while a fresh list takes the place of the old one.
 */

/**
 * @param {import("./roll.js").Roll} roll
 * @returns {() => void} gives the focus back, to the same control of the same learner
 */
export function holdFocus(roll) {
  const held = /** @type {HTMLInputElement} */ (document.activeElement);
  const details = held?.closest(".blended-details");
  const row = details ? details.previousElementSibling : held?.closest(".blended-row");
  const selector = held && selectorOf(held);
  if (!selector || !row || !roll.section.contains(row)) return () => {};
  const { selectionStart, selectionEnd } = held;
  return () => {
    const fresh = roll.rowOf(row.dataset.user);
    const place = details ? fresh?.nextElementSibling : fresh;
    const next = place?.querySelector(selector);
    if (!next) return;
    next.focus({ preventScroll: true });
    // A choice, a number or a time has no caret.
    if (typeof selectionStart === "number") next.setSelectionRange(selectionStart, selectionEnd);
  };
}

/** @param {HTMLElement} element @returns {string} how it is found within its learner's row */
function selectorOf(element) {
  const { action } = element.dataset;
  if (element.matches("[type=radio]")) return `input[value="${CSS.escape(element.value)}"]`;
  if (element.matches("[data-pick]")) return "[data-pick]";
  if (element.matches("summary")) {
    return `${element.closest("[data-history]") ? "[data-history]" : "[data-waiver]"} > summary`;
  }
  if (action) return `[data-action="${action}"]`;
  return element.getAttribute("name") ? `[name="${CSS.escape(element.name)}"]` : "";
}
