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

  async function save() {
    checks.hideErrors();
    conflict.hidden = true;
    state(ctx.say("saving"));
    button.disabled = true;
    notify("save", { state: "start" });
    const sent = copy(ctx.store.value);
    try {
      const answer = await ctx.ask("save_design", { ...sent, base: keeping.base });
      keeping.saved(answer.version);
      if (JSON.stringify(ctx.store.value) === JSON.stringify(sent)) {
        // Trimmed and put in order by the server: what is shown is what is stored.
        ctx.store.replace(answer.version);
      }
      keeping.keep();
      ctx.announce("");
      state(ctx.say("saved", { time: answer.saved_at }));
      notify("save", { state: "end" });
    } catch (error) {
      keeping.keep();
      state(ctx.say("failed"));
      if (error.code === "changed") {
        notify("error", { title: ctx.say("failed"), message: error.message });
        settle(error.data);
      } else refuse(error);
    } finally {
      button.disabled = false;
    }
  }

  /** @param {import("../net.js").RequestError} error */
  function refuse(error) {
    const problems = error.data?.fields || [];
    const message = problems.length ? ctx.say("mend") : error.message || ctx.say("network");
    notify("error", { title: ctx.say("failed"), message });
    checks.showErrors(message, problems);
  }

  /** @param {{ changes: string[], conflicts: string[], theirs: any, merged: any }} both */
  function settle(both) {
    fill("[data-conflict-changes]", both.changes);
    fill("[data-conflict-both-list]", both.conflicts);
    conflict.querySelector("[data-conflict-both]").hidden = !both.conflicts.length;
    const mine = copy(ctx.store.value);
    const undo = () => ctx.store.replace(mine);
    on("[data-conflict-merge]", () => take(both.merged, "merged", undo));
    on("[data-conflict-theirs]", () => take(both.theirs, "taken", undo));
    on("[data-conflict-mine]", () => {
      keeping.saved(both.theirs);
      void save();
    });
    conflict.hidden = false;
    conflict.focus();

    function take(version, sentence, back) {
      conflict.hidden = true;
      keeping.saved(both.theirs);
      ctx.store.replace(version);
      ctx.announce(ctx.say(sentence), back);
      button.focus();
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
    if (!button.disabled) void save();
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
