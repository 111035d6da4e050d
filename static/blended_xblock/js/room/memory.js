/**
 * What a page for the room remembers on this device; a browser that forbids it forgets on leaving.
 */

/** @type {Map<string, string>} */
const now = new Map();

/** @param {string} name @returns {string} */
export function kept(name) {
  if (now.has(name)) return now.get(name);
  try {
    return localStorage.getItem(`blended:${name}`) || "";
  } catch {
    return "";
  }
}

/** @param {string} name @param {string} value */
export function keep(name, value) {
  now.set(name, value);
  try {
    localStorage.setItem(`blended:${name}`, value);
  } catch {
    // It counts until the page is left.
  }
}
