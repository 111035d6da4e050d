/**
 * The one copy of what an author is writing: plain data as the server reads it, and who changed it.
 */

/** @typedef {{ title: string, weight: number | string | null, design: Record<string, any> }} Version */

/** @param {any} value */
export const copy = (value) => structuredClone(value);

/**
 * Equal as data: the order of names in an object says nothing, and an empty list is none.
 *
 * @param {any} one @param {any} other
 */
export function isSame(one, other) {
  return canonical(one) === canonical(other);
}

function canonical(value) {
  return JSON.stringify(value, (_name, each) =>
    each && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(
          Object.entries(each)
            .filter(([, inner]) => !isNothing(inner))
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : each,
  );
}

function isNothing(value) {
  return value === null || value === undefined || (Array.isArray(value) && !value.length);
}

/**
 * Paths are "design.sessions.0.title". A change that adds, removes or moves something is
 * "structural": whoever shows that list draws it anew. Typing is not, so that nobody loses focus.
 */
export class Store extends EventTarget {
  /** @param {Version} version */
  constructor(version) {
    super();
    this.value = copy(version);
  }

  /** @param {string} path */
  get(path) {
    return path.split(".").reduce((at, name) => at?.[name], this.value);
  }

  /** @param {string} path @param {any} value @param {{ structural?: boolean }} [how] */
  set(path, value, { structural = false } = {}) {
    const names = path.split(".");
    const last = names.pop();
    let at = this.value;
    for (const name of names) at = at[name] ??= {};
    if (isSame(at[last], value)) return;
    at[last] = value;
    this.#tell(path, structural);
  }

  /** @param {string} path of a list @param {number} index @param {...any} items */
  insert(path, index, ...items) {
    const list = this.#list(path);
    list.splice(index, 0, ...items);
    this.#tell(path, true);
  }

  /** @param {string} path of a list @param {number} index */
  remove(path, index) {
    const [gone] = this.#list(path).splice(index, 1);
    this.#tell(path, true);
    return gone;
  }

  /** @param {string} path of a list @param {number} from @param {number} to */
  move(path, from, to) {
    const list = this.#list(path);
    const [item] = list.splice(from, 1);
    list.splice(to, 0, item);
    this.#tell(path, true);
  }

  /** @param {Version} version all of it */
  replace(version) {
    this.value = copy(version);
    this.#tell("", true);
  }

  /**
   * @param {string} prefix only changes at or below it, or of what holds it; "" for all
   * @param {(change: { path: string, structural: boolean }) => void} react
   */
  watch(prefix, react) {
    this.addEventListener("change", (event) => {
      const { path, structural } = /** @type {CustomEvent} */ (event).detail;
      const under = (one, other) => one === other || one.startsWith(other && `${other}.`);
      if (under(path, prefix) || under(prefix, path)) react({ path, structural });
    });
  }

  /** @param {string} path */
  #list(path) {
    if (!Array.isArray(this.get(path))) this.set(path, []);
    return this.get(path);
  }

  #tell(path, structural) {
    this.dispatchEvent(new CustomEvent("change", { detail: { path, structural } }));
  }
}
