/**
 * Searching the outline of a course.
 */

/** A text as it is searched: without accents, in lower case. @param {string} text */
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/**
 * What of a tree holds every word searched for, with what it stands in, and no more than so many.
 *
 * @template {{ title: string, children: any[] }} Node
 * @param {{ children: Node[] }} root
 * @param {string} wanted
 * @param {number} most
 * @returns {{ children: Node[], count: number }} `count` is of all that was found
 */
export function findInTree(root, wanted, most) {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  if (!words.length) return { children: root.children, count: 0 };
  let count = 0;
  const isFound = (title) => words.every((word) => title.includes(word));

  function pick(node) {
    const isHit = isFound(plain(node.title));
    if (isHit) count += 1;
    const isShown = isHit && count <= most;
    const children = node.children.map(pick).filter(Boolean);
    return isShown || children.length ? { ...node, children } : null;
  }

  return { children: root.children.map(pick).filter(Boolean), count };
}
