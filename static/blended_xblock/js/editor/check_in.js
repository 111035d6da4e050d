/**
 * How learners check themselves in: minutes from the start, and a status for each time of arrival.
 */

import { startSettings } from "./settings.js";

const PATH = "design.check_in";

/** @param {import("../studio.js").Context} ctx */
export function startCheckIn(ctx) {
  const box = startSettings(ctx, {
    name: "check-in",
    path: PATH,
    usual: ctx.info.usual_check_in,
    statusFields: ["early", "on_time", "late", "too_late"],
    undone: ctx.say("undone-check-in"),
  });
  return {
    reveal(path) {
      if (path === `${PATH}.rotate_seconds`) box.querySelector("details").open = true;
    },
  };
}
