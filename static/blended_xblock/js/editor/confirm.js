/**
 * Sessions copied from another run of the course wait until somebody has confirmed their dates.
 */

/** @param {import("../studio.js").Context} ctx */
export function startConfirm(ctx) {
  const notice = ctx.root.querySelector("[data-confirm]");
  const { unconfirmed, course_key: course } = ctx.info;
  const waiting = () => ctx.store.get("design.confirmed_for") !== course;
  const show = () => {
    notice.hidden = !(unconfirmed.length && waiting());
  };

  /** @param {boolean} isMoved */
  function confirm(isMoved) {
    const before = structuredClone(ctx.store.value);
    const after = structuredClone(before);
    after.design.confirmed_for = course;
    for (const session of isMoved ? after.design.sessions : []) {
      const dates = unconfirmed.find((each) => each.id === session.id);
      const read = ctx.info.version.design.sessions.find((each) => each.id === session.id);
      // A date somebody has just given it is theirs.
      if (dates && read?.start === session.start && read.end === session.end) {
        Object.assign(session, { start: dates.start, end: dates.end });
      }
    }
    ctx.store.replace(after);
    ctx.announce(ctx.say("confirmed"), () => ctx.store.replace(before));
    ctx.form.querySelector(".save-button").focus();
  }

  notice.querySelector("[data-confirm-list]").replaceChildren(
    ...unconfirmed.map((each) => {
      const item = document.createElement("li");
      item.textContent = each.text;
      return item;
    }),
  );
  notice.querySelector("[data-confirm-moved]").addEventListener("click", () => confirm(true));
  notice.querySelector("[data-confirm-as-is]").addEventListener("click", () => confirm(false));
  ctx.store.watch("", show);
  show();
}
