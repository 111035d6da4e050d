/**
 * How the minutes of a report become a status, and what that means in the unit's next session.
 */

import { startSettings } from "./settings.js";

/** @param {import("../studio.js").Context} ctx */
export function startFromMinutes(ctx) {
  const box = startSettings(ctx, {
    name: "from-minutes",
    path: "design.from_minutes",
    usual: ctx.info.usual_from_minutes,
    statusFields: ["present", "late", "left_early", "absent"],
    undone: ctx.say("undone-from-minutes"),
  });
  const meaning = box.querySelector("[data-minutes]");
  ctx.on("checked", ({ minutes }) => {
    // A design with errors means nothing yet: what was said last stays, and says so by its look.
    meaning.dataset.stale = String(minutes === null);
    if (minutes === null || meaning.textContent === minutes) return;
    meaning.textContent = minutes;
    meaning.hidden = !minutes;
  });
  return {};
}
