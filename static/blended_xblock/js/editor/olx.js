/**
 * The whole unit as OLX, for copying and pasting; it is saved through the form like all else.
 */

/** @param {import("../studio.js").Context} ctx */
export function startOlx(ctx) {
  const fold = ctx.root.querySelector("[data-olx]");
  const text = fold.querySelector("[data-olx-text]");
  const problems = fold.querySelector("[data-olx-problems]");

  async function refresh() {
    await attempt(async () => {
      text.value = (await ctx.ask("write_olx", ctx.store.value)).olx;
    });
  }

  async function take() {
    await attempt(async () => {
      const answer = await ctx.ask("read_olx", { olx: text.value });
      const before = structuredClone(ctx.store.value);
      ctx.store.replace({ ...before, ...answer.version });
      ctx.announce(ctx.say("olx-taken"), () => ctx.store.replace(before));
      say(answer.warnings, "warning");
    });
  }

  /** @param {() => Promise<void>} work */
  async function attempt(work) {
    say([], "error");
    try {
      await work();
    } catch (error) {
      const fields = error.data?.fields?.map((each) => `${each.place}: ${each.text}`) || [];
      const all = error.problems?.length ? error.problems : fields;
      say(all.length ? all : [error.message || ctx.say("network")], "error");
    }
  }

  /** @param {string[]} texts @param {string} severity */
  function say(texts, severity) {
    problems.replaceChildren(
      ...texts.map((each) => {
        const line = document.createElement("p");
        line.className = "blended-notice";
        line.dataset.severity = severity;
        line.textContent = each;
        return line;
      }),
    );
  }

  fold.addEventListener("toggle", () => fold.open && refresh());
  fold.querySelector("[data-olx-refresh]").addEventListener("click", refresh);
  fold.querySelector("[data-olx-take]").addEventListener("click", take);
}
