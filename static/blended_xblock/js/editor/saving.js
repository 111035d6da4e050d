/**
 * Saves through the one handler that does; a save that comes second is settled by its author.
 */

import { copy } from "./store.js";

/**
 * @param {import("../studio.js").Context} ctx
 * @param {object} tools
 * @param {{ notify?: (name: string, data: object) => void }} [tools.runtime]
 * @param {ReturnType<typeof import("./checks.js").startChecks>} tools.checks
 * @param {ReturnType<typeof import("./keeping.js").startKeeping>} tools.keeping
 */
export function startSaving(ctx, { runtime, checks, keeping }) {
  const button = ctx.form.querySelector(".save-button");
  const conflict = ctx.root.querySelector("[data-conflict]");
  const notify = (name, data) => runtime?.notify?.(name, data);
  const state = (text) => {
    ctx.form.querySelector("[data-save-state]").textContent = text;
  };

  /** @param {boolean} [isMerging] the author has already said to put both versions together */
  async function save(isMerging = false) {
    if (button.disabled) return;
    checks.hideErrors();
    conflict.hidden = true;
    state(ctx.say("saving"));
    button.disabled = true;
    notify("save", { state: "start" });
    const sent = copy(ctx.store.value);
    try {
      const timezone = ctx.info.author_zone;
      const answer = await ctx.ask("save_design", { ...sent, base: keeping.base, timezone });
      keeping.saved(answer.version);
      if (JSON.stringify(ctx.store.value) === JSON.stringify(sent)) {
        // Trimmed and put in order by the server: what is shown is what is stored.
        show(answer.version);
      }
      keeping.keep();
      ctx.announce("");
      state(ctx.say("saved", { time: answer.saved_at }));
      notify("save", { state: "end" });
    } catch (error) {
      keeping.keep();
      button.disabled = false;
      state(ctx.say("failed"));
      if (error.code === "changed") {
        notify("error", { title: ctx.say("failed"), message: error.message });
        settle(error.data, sent, isMerging);
      } else refuse(error);
    } finally {
      button.disabled = false;
    }
  }

  /** Show another version; who is typing stays where they are. @param {any} version */
  function show(version) {
    const path = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.path;
    ctx.store.replace(version);
    if (path && !ctx.form.contains(document.activeElement)) {
      ctx.form.querySelector(`input[data-path="${CSS.escape(path)}"]`)?.focus();
    }
  }

  /** @param {import("../net.js").RequestError} error */
  function refuse(error) {
    const problems = error.data?.fields || [];
    // Only where nothing answered is it the network.
    const reason = error.message || ctx.say(error.status ? "server" : "network");
    const message = problems.length ? ctx.say("mend") : reason;
    notify("error", { title: ctx.say("failed"), message });
    checks.showErrors(message, problems);
  }

  /**
   * @param {{ changes: string[], conflicts: string[], theirs: any, merged: any }} both
   * @param {any} sent what both was made from @param {boolean} isMerging
   */
  function settle(both, sent, isMerging) {
    fill("[data-conflict-changes]", both.changes);
    fill("[data-conflict-both-list]", both.conflicts);
    conflict.querySelector("[data-conflict-both]").hidden = !both.conflicts.length;
    // What was typed since the two were put together is in neither of them.
    const isCurrent = () => JSON.stringify(ctx.store.value) === JSON.stringify(sent);
    if (isMerging && isCurrent()) {
      take(both.merged, "merged");
      return;
    }
    on("[data-conflict-merge]", () => {
      if (isCurrent()) take(both.merged, "merged");
      else void save(true);
    });
    on("[data-conflict-theirs]", () => take(both.theirs, "taken"));
    on("[data-conflict-mine]", () => {
      keeping.saved(both.theirs);
      void save();
    });
    conflict.hidden = false;
    conflict.focus();

    function take(version, sentence) {
      const mine = copy(ctx.store.value);
      const base = copy(keeping.base);
      conflict.hidden = true;
      go(both.theirs, version);
      ctx.announce(ctx.say(sentence), () => {
        const now = copy(ctx.store.value);
        // Going back to mine is going back to before theirs: saving it asks again.
        go(base, mine);
        return () => go(both.theirs, now);
      });
      button.focus();
    }

    function go(base, version) {
      keeping.saved(base);
      ctx.store.replace(version);
      keeping.keep();
    }
  }

  function on(selector, react) {
    conflict.querySelector(selector).onclick = react;
  }

  /** @param {string} selector @param {string[]} texts */
  function fill(selector, texts) {
    conflict.querySelector(selector).replaceChildren(
      ...texts.map((text) => {
        const item = document.createElement("li");
        item.textContent = text;
        return item;
      }),
    );
  }

  ctx.form.addEventListener("submit", (event) => {
    event.preventDefault();
    void save();
  });
  // In a field for one line, Enter would save a unit in the midst of being written.
  ctx.form.addEventListener("keydown", (event) => {
    const field = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Enter" && field.matches("input:not([type=submit])")) event.preventDefault();
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      ctx.form.requestSubmit();
    }
  });
  ctx.form.querySelector("[data-cancel]").addEventListener("click", () => {
    const before = copy(ctx.store.value);
    const isDirty = keeping.isDirty();
    if (runtime?.notify) {
      // Closing by mistake takes nothing away: it is offered again when the editor opens.
      keeping.keep();
      notify("cancel", {});
      return;
    }
    ctx.store.replace(keeping.base);
    ctx.announce(ctx.say("reverted"), isDirty ? () => ctx.store.replace(before) : undefined);
  });
  ctx.store.watch("", () => state(keeping.isDirty() ? ctx.say("unsaved") : ""));
  ctx.on("unchecked", (error) => error.status === 0 && state(ctx.say("offline")));
  if (keeping.isDirty()) state(ctx.say("unsaved"));
}
