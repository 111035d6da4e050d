/**
 * The form of one session: what the mode needs is shown, what was typed for another one stays.
 */

import { bind, freshId } from "./dom.js";
import { halves, joined } from "./session_data.js";

/**
 * @param {import("../studio.js").Context} ctx
 * @param {{ path: string, name: string, close: () => void }} options
 * @returns {HTMLElement}
 */
export function openSession(ctx, { path, name, close }) {
  const part = ctx.part("session-form");
  const session = () => ctx.store.get(path) || {};
  part.querySelector("[data-legend]").textContent = name;
  bind(part, ctx.store, path);
  bindTimes(ctx, part, path);
  bindCohorts(ctx, part, path);
  offerOccurrences(ctx, part);
  showRecords(ctx, part, session());
  const show = () => {
    showNeeded(part, session().mode);
    showClock(ctx, part, session().id);
  };
  part.addEventListener("change", show);
  // The form is thrown away with its row; what it listens to must not keep it.
  const ref = new WeakRef(part);
  ctx.on("checked", () => ref.deref()?.isConnected && showClock(ctx, ref.deref(), session().id));
  part.querySelector("[data-done]").addEventListener("click", close);
  show();
  return part;
}

/** @param {HTMLElement} part @param {string} mode */
function showNeeded(part, mode) {
  for (const field of part.querySelectorAll("[data-needs]")) {
    const isTyped = field.querySelector("input, textarea").value !== "";
    const isNeeded = field.dataset.needs === "room" ? mode !== "online" : mode !== "in_person";
    field.hidden = !isNeeded && !isTyped;
  }
}

function bindTimes(ctx, part, path) {
  const find = (name) => part.querySelector(`[data-${name}]`);
  const [day, from, to, endDay, other] = ["day", "from", "to", "end-day", "other-day"].map(find);
  const start = halves(ctx.store.get(`${path}.start`));
  const end = halves(ctx.store.get(`${path}.end`));
  day.value = start.day;
  from.value = start.time;
  to.value = end.time;
  endDay.value = end.day;
  other.checked = Boolean(end.day) && end.day !== start.day;
  find("end-day-box").hidden = !other.checked;
  day.dataset.path = `${path}.start`;
  to.dataset.path = `${path}.end`;

  function write() {
    if (!other.checked) endDay.value = day.value;
    find("end-day-box").hidden = !other.checked;
    ctx.store.set(`${path}.start`, joined(day.value, from.value));
    ctx.store.set(`${path}.end`, joined(endDay.value, to.value));
  }
  for (const input of [day, from, to, endDay]) input.addEventListener("input", write);
  other.addEventListener("change", write);
}

function bindCohorts(ctx, part, path) {
  const box = part.querySelector("[data-cohorts]");
  const chosen = () => ctx.store.get(`${path}.audience`) || [];
  part.querySelector("[data-cohorts-box]").dataset.path = `${path}.audience`;

  function draw() {
    const names = [...new Set([...ctx.info.cohorts, ...chosen()])];
    box.replaceChildren(
      ...names.map((cohort) => {
        const choice = ctx.part("session-cohort");
        const input = choice.querySelector("[data-cohort]");
        const isKnown = ctx.info.cohorts.includes(cohort) || !ctx.info.cohorts.length;
        choice.querySelector("[data-cohort-label]").textContent = isKnown
          ? cohort
          : ctx.say("session-cohort-gone", { cohort });
        input.checked = chosen().includes(cohort);
        input.addEventListener("change", () => {
          const others = chosen().filter((each) => each !== cohort);
          ctx.store.set(`${path}.audience`, input.checked ? [...others, cohort] : others);
        });
        return choice;
      }),
    );
  }

  const other = part.querySelector("[data-cohort-name]");
  part.querySelector("[data-cohort-add]").addEventListener("click", () => {
    const cohort = other.value.trim();
    if (cohort && !chosen().includes(cohort)) {
      ctx.store.set(`${path}.audience`, [...chosen(), cohort]);
    }
    other.value = "";
    draw();
    other.focus();
  });
  draw();
}

/** Names of occurrences there are already, to choose from. */
function offerOccurrences(ctx, part) {
  const names = new Set((ctx.store.get("design.sessions") || []).map((each) => each.occurrence));
  const list = document.createElement("datalist");
  list.id = freshId();
  for (const name of names) if (name) list.append(new Option(name, name));
  part.append(list);
  part.querySelector("[data-occurrence-name]").setAttribute("list", list.id);
}

function showRecords(ctx, part, session) {
  const held = ctx.info.records[session.id];
  const notice = part.querySelector("[data-has-records]");
  notice.hidden = !held?.records;
  if (held) notice.textContent = held.text;
}

function showClock(ctx, part, id) {
  const words = ctx.checked?.sessions?.[id];
  const yours = words?.yours ? ctx.say("session-your-clock", { when: words.yours }) : "";
  const text = [yours, ...(words?.notes || [])].filter(Boolean).join(" ");
  const place = part.querySelector("[data-clock]");
  if (place.textContent !== text) place.textContent = text;
}
