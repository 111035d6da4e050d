/**
 * A session repeated every so many weeks; each date is shown before anything is made.
 */

import { freshId } from "./dom.js";
import { halves } from "./session_data.js";

const PATH = "design.sessions";

/**
 * @param {import("../studio.js").Context} ctx
 * @param {{ index: number, session: any, name: string, close: () => void }} options
 * @returns {HTMLElement}
 */
export function openSeries(ctx, { session, name, close }) {
  const part = ctx.part("series");
  const find = (what) => part.querySelector(`[data-${what}]`);
  part.querySelector("legend").textContent = ctx.say("series-title", { title: name });
  drawWeekdays(ctx, find("weekdays"), halves(session.start).day);
  const group = freshId();
  for (const radio of part.querySelectorAll("[data-end]")) radio.name = group;
  const holidays = startHolidays(ctx, part, forget);
  find("occurrence-name").value = session.occurrence || "";
  /** @type {any[]} */
  let planned = [];
  let asked = 0;

  function wish() {
    const isCount = part.querySelector("[data-end]:checked").value === "count";
    return {
      session: ctx.store.get(PATH).find((each) => each.id === session.id),
      every: Number(find("every").value) || find("every").value,
      weekdays: [...part.querySelectorAll("[data-weekday]:checked")].map((each) => Number(each.value)),
      count: isCount ? Number(find("count").value) || find("count").value : null,
      until: isCount ? null : find("until").value,
      holidays: [...holidays],
      occurrence: find("occurrence-name").value.trim(),
      timezone: ctx.info.author_zone,
    };
  }

  function refuse(text) {
    find("problem-text").textContent = text;
    find("problem-text").hidden = !text;
  }

  /** What is shown is no longer what would be made. */
  function forget() {
    planned = [];
    asked += 1;
    find("make").hidden = true;
    find("days").replaceChildren();
    refuse("");
  }

  async function preview() {
    forget();
    const number = asked;
    try {
      const answer = await ctx.ask("plan_series", wish());
      if (number !== asked) return;
      planned = answer.sessions;
      find("days").replaceChildren(...answer.days.map(line));
      find("make").hidden = planned.length === 0;
      find("make").textContent = ctx.say("series-make", { count: planned.length });
      if (!planned.length) refuse(ctx.say("series-none"));
    } catch (error) {
      refuse(error.message || ctx.say("network"));
    }
  }

  function make() {
    const before = structuredClone(ctx.store.get(PATH));
    const occurrence = find("occurrence-name").value.trim();
    const index = before.findIndex((each) => each.id === session.id);
    // The session itself belongs to the series as well.
    const first = occurrence ? { ...before[index], occurrence } : before[index];
    const after = [...before.slice(0, index), first, ...planned, ...before.slice(index + 1)];
    const count = planned.length;
    ctx.store.set(PATH, after, { structural: true });
    ctx.announce(ctx.say("series-made", { count }), () =>
      ctx.store.set(PATH, before, { structural: true }),
    );
    // Last, because the table has just been drawn anew and the focus went with it.
    close();
  }

  part.addEventListener("input", forget);
  // Whoever fills in one end means that one.
  for (const end of ["count", "until"]) {
    find(end).addEventListener("input", () => {
      part.querySelector(`[data-end][value="${end}"]`).checked = true;
    });
  }
  find("preview").addEventListener("click", preview);
  find("make").addEventListener("click", make);
  find("done").addEventListener("click", close);
  return part;
}

/** @param {any} day */
function line(day) {
  const item = document.createElement("li");
  item.textContent = [day.when, day.yours, day.note].filter(Boolean).join(" · ");
  return item;
}

/** Monday first, as weeks are counted; the session's own day is ticked. */
function drawWeekdays(ctx, box, day) {
  const names = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
    weekday: "long",
    timeZone: "UTC",
  });
  const own = day ? (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7 : -1;
  for (let number = 0; number < 7; number += 1) {
    const choice = ctx.part("series-day");
    const input = choice.querySelector("input");
    input.value = String(number);
    input.checked = number === own;
    // 5 January 1970 was a Monday.
    choice.querySelector("[data-weekday-name]").textContent = names.format((4 + number) * 864e5);
    box.append(choice);
  }
}

/** @returns {Set<string>} the days left out, as they are now */
function startHolidays(ctx, part, changed) {
  /** @type {Set<string>} */
  const days = new Set();
  const input = part.querySelector("[data-holiday]");
  const list = part.querySelector("[data-holidays]");

  function draw() {
    list.replaceChildren(
      ...[...days].sort().map((day) => {
        const item = ctx.part("series-holiday");
        item.querySelector("[data-holiday-day]").textContent = day;
        const button = item.querySelector("[data-holiday-remove]");
        button.setAttribute("aria-label", `${button.textContent}: ${day}`);
        button.addEventListener("click", () => {
          days.delete(day);
          draw();
          changed();
          input.focus();
        });
        return item;
      }),
    );
  }

  part.querySelector("[data-holiday-add]").addEventListener("click", () => {
    if (input.value) days.add(input.value);
    input.value = "";
    draw();
    changed();
    input.focus();
  });
  return days;
}
