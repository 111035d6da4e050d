/**
 * Keeps what is not saved yet in this browser, so that a closed window or a lost connection takes
 * nothing away.
 */

import { copy, isSame } from "./store.js";

const PAUSE = 300;

/** @param {import("../studio.js").Context} ctx */
export function startKeeping(ctx) {
  const { store, info } = ctx;
  const name = `blended.draft.${info.draft_key}`;
  const notice = ctx.root.querySelector("[data-kept]");
  /** What the server holds as far as we know: the base of what is written here. */
  let base = copy(info.version);
  let timer = 0;
  const isDirty = () => !isSame(store.value, base);

  function keep() {
    clearTimeout(timer);
    // Until somebody has said what to do with the earlier one, it is not written over.
    if (!notice.hidden) return;
    try {
      if (isDirty()) {
        const kept = { version: store.value, base, at: new Date().toISOString() };
        localStorage.setItem(name, JSON.stringify(kept));
      } else localStorage.removeItem(name);
    } catch {
      // Storage that is full or forbidden: the page then asks before it is left.
    }
  }

  function read() {
    try {
      return JSON.parse(localStorage.getItem(name) || "null");
    } catch {
      return null;
    }
  }

  function offer() {
    const kept = read();
    if (!kept?.version?.design || isSame(kept.version, base)) return;
    const time = new Date(kept.at).toLocaleString(document.documentElement.lang || undefined, {
      dateStyle: "medium",
      timeStyle: "short",
    });
    const sentence = isSame(kept.base, base) ? "kept" : "kept-older";
    notice.querySelector("[data-kept-message]").textContent = ctx.say(sentence, { time });
    notice.hidden = false;
    notice.querySelector("[data-kept-take]").addEventListener("click", () => {
      const before = copy(store.value);
      const beforeBase = base;
      notice.hidden = true;
      base = kept.base;
      store.replace(kept.version);
      ctx.announce(ctx.say("kept-taken"), () => {
        const now = copy(store.value);
        base = beforeBase;
        store.replace(before);
        return () => {
          base = kept.base;
          store.replace(now);
        };
      });
      ctx.form.querySelector("[data-field='title']").focus();
    });
    notice.querySelector("[data-kept-drop]").addEventListener("click", () => {
      notice.hidden = true;
      keep();
      ctx.form.querySelector("[data-field='title']").focus();
    });
  }

  store.watch("", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  // An editor that was closed must not bring back what has been settled in another one since.
  addEventListener("pagehide", () => ctx.root.isConnected && keep());
  addEventListener("beforeunload", (event) => {
    if (!ctx.root.isConnected || !isDirty()) return;
    keep();
    event.preventDefault();
  });
  offer();

  return {
    get base() {
      return base;
    },
    isDirty,
    keep,
    /** The server holds this now. @param {import("./store.js").Version} version */
    saved(version) {
      base = copy(version);
      keep();
    },
  };
}
