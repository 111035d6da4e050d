/**
 * A list put in order by dragging a handle, or with the arrow keys on it.
 */

/**
 * @param {object} options
 * @param {HTMLElement} options.list of items, each with a [data-handle]
 * @param {(from: number, to: number) => void} options.move tells the store; the list is drawn anew
 */
export function makeOrdered({ list, move }) {
  const items = () => [...list.children];
  const indexOf = (handle) => items().findIndex((each) => each.contains(handle));

  list.addEventListener("keydown", (event) => {
    const handle = handleOf(event.target);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!handle || !step) return;
    event.preventDefault();
    const from = indexOf(handle);
    const to = from + step;
    if (to < 0 || to >= items().length) return;
    move(from, to);
    items()[to].querySelector("[data-handle]").focus();
  });

  list.addEventListener("pointerdown", (event) => {
    const handle = handleOf(event.target);
    if (!handle || event.button) return;
    event.preventDefault();
    handle.focus();
    drag(handle, event);
  });

  /** @param {HTMLElement} handle @param {PointerEvent} start */
  function drag(handle, start) {
    const item = items()[indexOf(handle)];
    const from = indexOf(handle);
    let to = from;
    item.dataset.dragged = "true";
    handle.setPointerCapture(start.pointerId);
    // One end of a drag must not leave the other's listener behind: it would move this item later.
    const ended = new AbortController();

    function follow(event) {
      to = placeAt(items(), event.clientY);
      items().forEach((each, index) => {
        each.dataset.drop = index === to && to !== from ? (to < from ? "before" : "after") : "";
      });
    }
    function stop(isDropped) {
      ended.abort();
      for (const each of items()) delete each.dataset.drop;
      delete item.dataset.dragged;
      if (!isDropped || to === from) return;
      move(from, to);
      items()[to].querySelector("[data-handle]").focus();
    }
    const { signal } = ended;
    handle.addEventListener("pointermove", follow, { signal });
    handle.addEventListener("pointerup", () => stop(true), { signal });
    handle.addEventListener("pointercancel", () => stop(false), { signal });
  }
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function handleOf(target) {
  return target instanceof Element ? target.closest("[data-handle]") : null;
}

/** The position whose item lies at a height of the screen. @param {Element[]} items */
function placeAt(items, height) {
  const below = items.findIndex((each) => height < each.getBoundingClientRect().bottom);
  return below < 0 ? items.length - 1 : below;
}
