/**
 * Sentences for scripts: the server translates them and leaves them in templates of the page.
 */

/**
 * @param {HTMLElement} root
 * @returns {(name: string, values?: Record<string, string | number>) => string}
 */
export function readStrings(root) {
  /** @type {Map<string, string>} */
  const strings = new Map();
  for (const template of root.querySelectorAll("template[data-strings]")) {
    for (const each of template.content.querySelectorAll("[data-string]")) {
      strings.set(each.dataset.string, each.textContent.trim());
    }
  }
  return (name, values = {}) =>
    (strings.get(name) || "").replace(/\{(\w+)\}/g, (whole, key) =>
      key in values ? String(values[key]) : whole,
    );
}
