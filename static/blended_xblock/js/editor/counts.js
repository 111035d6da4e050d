/**
 * What counts as taking part: the rule, the statuses, reminders, and what all of it means.
 */

import { bind } from "./dom.js";
import { copy } from "./store.js";

/** @param {import("../studio.js").Context} ctx */
export function startCounts(ctx) {
  startRule(ctx);
  startStatuses(ctx);
  startReminders(ctx);
  startMeaning(ctx);
  return {};
}

/** @param {import("../studio.js").Context} ctx */
function startRule({ root, store, on }) {
  const box = root.querySelector("[data-rule]");
  const radios = [...box.querySelectorAll("input[type=radio]")];
  const amounts = new Map(
    [...box.querySelectorAll("[data-rule-amount]")].map((field) => [
      field.dataset.ruleAmount,
      field.querySelector("input"),
    ]),
  );
  const usual = { sessions: "1", occurrence: "100", minutes: "60" };
  const nameOf = (kind) => (kind === "occurrence" ? "percent" : "at_least");

  function show() {
    const rule = store.get("design.rule") || {};
    for (const radio of radios) radio.checked = radio.value === rule.kind;
    for (const [kind, input] of amounts) {
      const isChosen = kind === rule.kind;
      if (isChosen) {
        input.value = rule[nameOf(kind)] ?? "";
        input.dataset.path = `design.rule.${nameOf(kind)}`;
      } else {
        input.value ||= usual[kind];
        delete input.dataset.path;
      }
      input.disabled = !isChosen;
    }
  }

  function write(kind) {
    const typed = amounts.get(kind).value.trim();
    const { at_least: _sessions, percent: _percent, ...kept } = store.get("design.rule") || {};
    // Cleared it is no number, and the server says so: nothing would mean the usual one.
    const amount = /^\d{1,9}$/.test(typed) ? Number(typed) : typed;
    store.set("design.rule", { ...kept, kind, [nameOf(kind)]: amount });
  }

  for (const radio of radios) {
    radio.addEventListener("change", () => {
      write(radio.value);
      show();
    });
  }
  for (const [kind, input] of amounts) input.addEventListener("input", () => write(kind));
  on("replaced", show);
  show();
}

/** @param {import("../studio.js").Context} ctx */
function startStatuses(ctx) {
  const { root, store, info, say } = ctx;
  const path = "design.statuses";
  const list = root.querySelector("[data-statuses]");
  const own = () => store.get(path) || [];
  const shown = () => (own().length ? own() : info.default_statuses);
  // The usual ones become the unit's own with the first change to them.
  const view = {
    get: (at) => at.split(".").slice(2).reduce((value, name) => value?.[name], shown()),
    set: (at, value) => {
      if (!own().length) store.set(path, copy(info.default_statuses));
      store.set(at, value);
      root.querySelector("[data-status-defaults]").hidden = false;
    },
  };

  function draw() {
    list.replaceChildren(...shown().map(row));
    root.querySelector("[data-status-defaults]").hidden = !own().length;
    ctx.tell("drawn");
  }

  function row(status, index) {
    const part = ctx.part("status");
    bind(part, view, `${path}.${index}`);
    const name = say("status-name", { number: index + 1, label: status.label || "" });
    part.querySelector("[data-status-legend]").textContent = name;
    const remove = part.querySelector("[data-status-remove]");
    remove.setAttribute("aria-label", `${remove.textContent} ${status.label || index + 1}`);
    remove.disabled = shown().length < 2;
    remove.addEventListener("click", () => {
      if (!own().length) store.set(path, copy(info.default_statuses));
      const gone = store.remove(path, index);
      ctx.announce(say("status-removed", { label: gone.label || gone.code || index + 1 }), () =>
        store.insert(path, index, gone),
      );
      list.querySelectorAll("[data-status-remove]")[Math.min(index, own().length - 1)]?.focus();
    });
    return part;
  }

  root.querySelector("[data-status-add]").addEventListener("click", () => {
    if (!own().length) store.set(path, copy(info.default_statuses));
    const empty = { code: "", label: "", credit: 1, attended: true, counted: true };
    store.insert(path, own().length, empty);
    list.lastElementChild.querySelector("input").focus();
  });
  root.querySelector("[data-status-defaults]").addEventListener("click", () => {
    const before = copy(own());
    store.set(path, [], { structural: true });
    ctx.announce(say("undone-statuses"), () => store.set(path, before, { structural: true }));
    root.querySelector("[data-status-add]").focus();
  });
  store.watch(path, ({ structural }) => structural && draw());
  draw();
}

/** @param {import("../studio.js").Context} ctx */
function startReminders(ctx) {
  const { root, store, say } = ctx;
  const path = "design.reminders";
  const list = root.querySelector("[data-reminders]");
  const units = [168, 24, 1];

  function draw() {
    list.replaceChildren(...(store.get(path) || []).map(row));
    ctx.tell("drawn");
  }

  function row(reminder, index) {
    const part = ctx.part("reminder");
    const amount = part.querySelector("[data-reminder-amount]");
    const unit = part.querySelector("[data-reminder-unit]");
    const hours = reminder.hours_before;
    const isNumber = typeof hours === "number" && hours > 0;
    const best = isNumber ? units.find((each) => hours % each === 0) : 1;
    unit.value = String(best);
    amount.value = isNumber ? String(hours / best) : (hours ?? "");
    amount.dataset.path = `${path}.${index}.hours_before`;
    const write = () => {
      const typed = amount.value.trim();
      const value = /^\d{1,6}$/.test(typed) ? Number(typed) * Number(unit.value) : typed || null;
      store.set(amount.dataset.path, value);
    };
    amount.addEventListener("input", write);
    unit.addEventListener("change", write);
    part.querySelector("[data-reminder-remove]").addEventListener("click", () => {
      const gone = store.remove(path, index);
      ctx.announce(say("reminder-removed"), () => store.insert(path, index, gone));
      root.querySelector("[data-reminder-add]").focus();
    });
    return part;
  }

  root.querySelector("[data-reminder-add]").addEventListener("click", () => {
    const taken = (store.get(path) || []).map((each) => each.hours_before);
    const next = [24, 72, 168, 1, 2, 48].find((hours) => !taken.includes(hours)) ?? null;
    store.insert(path, taken.length, { hours_before: next });
    list.lastElementChild.querySelector("input").focus();
  });
  store.watch(path, ({ structural }) => structural && draw());
  draw();
}

/** @param {import("../studio.js").Context} ctx */
function startMeaning({ root, on }) {
  const meaning = root.querySelector("[data-sentences]");
  const table = root.querySelector("[data-what-if]");
  on("checked", (answer) => {
    // A design with errors means nothing yet: what was said last stays, and says so by its look.
    meaning.dataset.stale = String(!answer.sentences);
    table.dataset.stale = meaning.dataset.stale;
    if (!answer.sentences) return;
    const lines = answer.sentences.map((sentence) => {
      const line = document.createElement("p");
      line.textContent = sentence;
      return line;
    });
    if (meaning.textContent !== answer.sentences.join("")) meaning.replaceChildren(...lines);
    // The server's own markup, everything in it escaped by its template.
    table.innerHTML = answer.what_if;
  });
}
