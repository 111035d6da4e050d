/**
 * The sessions: a table to look over, and a form beneath each row to write in.
 */

import { startCsv } from "./csv.js";
import { openSeries } from "./series.js";
import { openSession } from "./session_form.js";
import { addDays, copySession, newSession, withoutChange } from "./session_data.js";
import { isSame } from "./store.js";
import { plain } from "./tree.js";

const PATH = "design.sessions";
const MANY = 20;

/** @param {import("../studio.js").Context} ctx */
export function startSessions(ctx) {
  const { store, info, say } = ctx;
  const box = ctx.part("sessions");
  ctx.root.querySelector("[data-sessions]").append(box);
  const find = (name) => box.querySelector(`[data-${name}]`);
  const rows = find("rows");
  /** @type {Set<string>} ids of the sessions ticked */
  const picked = new Set();
  /**
   * What stands open beneath a row; `session` is what `part` was made for.
   *
   * @type {{ id: string, kind: "form" | "series", part?: HTMLElement, session?: any } | null}
   */
  let open = null;
  const list = () => store.get(PATH) || [];
  const indexOf = (id) => list().findIndex((each) => each.id === id);
  const nameOf = (session, index) => session.title || say("session-name", { number: index + 1 });

  function draw() {
    const sessions = list();
    for (const id of picked) if (indexOf(id) < 0) picked.delete(id);
    if (open && indexOf(open.id) < 0) open = null;
    find("empty").hidden = sessions.length > 0;
    find("table").hidden = sessions.length === 0;
    find("sort").hidden = sessions.length < 2;
    find("filter-box").hidden = sessions.length <= MANY;
    rows.replaceChildren(...sessions.flatMap(drawRow));
    filter();
    ctx.tell("drawn");
  }

  function drawRow(session, index) {
    const row = ctx.part("session-row");
    row.dataset.id = session.id;
    row.querySelector("th").dataset.path = `${PATH}.${index}`;
    const pick = row.querySelector("[data-pick]");
    pick.checked = picked.has(session.id);
    pick.addEventListener("change", () => {
      if (pick.checked) picked.add(session.id);
      else picked.delete(session.id);
      showBulk();
    });
    const press = (name, react) => row.querySelector(`[data-${name}]`).addEventListener("click", react);
    press("edit", () => toggle(session.id, "form"));
    press("repeat", () => toggle(session.id, "series"));
    press("duplicate", () => duplicate(session.id));
    press("delete", () => remove(session.id));
    fillRow(row, session, index);
    const beneath = open?.id === session.id ? [drawDetail(session, index)] : [];
    return [row, ...beneath];
  }

  /** Fill in what may change while somebody types. */
  function fillRow(row, session, index) {
    const name = nameOf(session, index);
    const words = ctx.checked?.sessions?.[session.id];
    const text = (part, value) => {
      const place = row.querySelector(`[data-${part}]`);
      place.textContent = value || "";
      place.hidden = !value;
    };
    text("title", name);
    text("occurrence", session.occurrence);
    row.querySelector("[data-cancelled]").hidden = session.cancelled !== true;
    text("when", words ? `${words.when} · ${words.zone}` : `${session.start} – ${session.end}`);
    text("yours", words?.yours && say("session-your-clock", { when: words.yours }));
    text("notes", words?.notes?.join(" "));
    const place = words?.place || session.venue;
    text("where", [place, say(`session-mode-${session.mode}`)].filter(Boolean).join(" · "));
    const cohorts = (session.audience || []).join(", ");
    text("audience", cohorts && say("session-for", { cohorts }));
    text("records", info.records[session.id]?.label);
    text("pick-name", say("session-select", { title: name }));
    const wrong = (ctx.checked?.problems || []).filter(
      (each) => each.severity === "error" && `${each.path}.`.startsWith(`${PATH}.${index}.`),
    ).length;
    text("problems", wrong && say(wrong === 1 ? "session-problems-one" : "session-problems", { count: wrong }));
    for (const [part, kind] of [["edit", "form"], ["duplicate"], ["repeat", "series"], ["delete"]]) {
      const button = row.querySelector(`[data-${part}]`);
      button.setAttribute("aria-label", say("session-action", { action: button.textContent, title: name }));
      if (kind) button.ariaExpanded = String(open?.id === session.id && open.kind === kind);
    }
  }

  function drawDetail(session, index) {
    const detail = ctx.part("session-detail");
    const close = () => toggle(session.id, open.kind);
    const name = nameOf(session, index);
    if (open.kind === "form") {
      open.part = openSession(ctx, { path: `${PATH}.${index}`, name, close });
    } else if (!open.part || !isSame(open.session, session)) {
      // A series half chosen is nowhere else: it outlives what is done in other rows.
      open.part = openSeries(ctx, { index, session, name, close });
      open.session = structuredClone(session);
    }
    detail.firstElementChild.append(open.part);
    return detail;
  }

  function rowOf(id) {
    return rows.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  function toggle(id, kind) {
    const isOpen = open?.id === id && open.kind === kind;
    open = isOpen ? null : { id, kind };
    draw();
    if (isOpen) rowOf(id).querySelector(kind === "form" ? "[data-edit]" : "[data-repeat]").focus();
    else rowOf(id).nextElementSibling.querySelector("input").focus();
  }

  function add() {
    const session = newSession(list().at(-1), info, say("session-new"));
    open = { id: session.id, kind: "form" };
    find("filter").value = "";
    store.insert(PATH, list().length, session);
    rowOf(session.id).nextElementSibling.querySelector("input").focus();
  }

  function duplicate(id) {
    const index = indexOf(id);
    const session = list()[index];
    const twin = copySession(session, { start: addDays(session.start, 7), end: addDays(session.end, 7) });
    store.insert(PATH, index + 1, twin);
    ctx.announce(say("session-duplicated"), () => {
      if (indexOf(twin.id) >= 0) store.remove(PATH, indexOf(twin.id));
    });
    // Its date may be what was searched for.
    if (rowOf(twin.id).hidden) {
      find("filter").value = "";
      filter();
    }
    rowOf(twin.id).querySelector("[data-edit]").focus();
  }

  function remove(id) {
    const index = indexOf(id);
    const name = nameOf(list()[index], index);
    const gone = store.remove(PATH, index);
    const sentence = info.records[id]?.records ? "session-deleted-records" : "session-deleted";
    ctx.announce(say(sentence, { title: name }), () => store.insert(PATH, index, gone));
    const left = shown();
    const next = left.find((each) => indexOf(each.dataset.id) >= index) || left.at(-1);
    (next?.querySelector("[data-delete]") || find("add")).focus();
  }

  function showBulk() {
    find("bulk").hidden = picked.size === 0;
    find("bulk-count").textContent = say("sessions-selected", { count: picked.size });
    const all = find("all");
    const isPicked = shown().map((row) => picked.has(row.dataset.id));
    all.checked = isPicked.length > 0 && !isPicked.includes(false);
    all.indeterminate = picked.size > 0 && !all.checked;
  }

  /** Replace the list, with one undo for all of it that keeps what is written until then. */
  function replaceAll(sessions, sentence) {
    const before = structuredClone(list());
    const after = structuredClone(sessions);
    store.set(PATH, sessions, { structural: true });
    ctx.announce(sentence, () =>
      store.set(PATH, withoutChange(before, after, list()), { structural: true }),
    );
  }

  find("bulk-delete").addEventListener("click", () => {
    const count = picked.size;
    const kept = list().filter((each) => !picked.has(each.id));
    picked.clear();
    replaceAll(kept, say("sessions-deleted", { count }));
    find("add").focus();
  });
  find("bulk-group").addEventListener("click", () => {
    const occurrence = find("bulk-name").value.trim();
    const grouped = list().map((each) => (picked.has(each.id) ? { ...each, occurrence } : each));
    const sentence = occurrence ? "sessions-grouped" : "sessions-ungrouped";
    replaceAll(grouped, say(sentence, { count: picked.size }));
  });
  find("all").addEventListener("change", () => {
    const isOn = find("all").checked;
    picked.clear();
    // Nobody means those they have just filtered out.
    if (isOn) for (const row of shown()) picked.add(row.dataset.id);
    for (const row of rows.querySelectorAll(".blended-session-row")) {
      row.querySelector("[data-pick]").checked = picked.has(row.dataset.id);
    }
    showBulk();
  });
  find("sort").addEventListener("click", () => {
    const sorted = [...list()].sort((a, b) => String(a.start).localeCompare(String(b.start)));
    replaceAll(sorted, say("sessions-sorted"));
    find("sort").focus();
  });
  find("add").addEventListener("click", add);

  function filter() {
    const wanted = list().length > MANY ? plain(find("filter").value) : "";
    for (const row of rows.querySelectorAll(".blended-session-row")) {
      row.hidden = Boolean(wanted) && !plain(textOf(row)).includes(wanted);
      const beneath = row.nextElementSibling;
      if (beneath?.matches(".blended-session-detail")) beneath.hidden = row.hidden;
    }
    showBulk();
  }
  find("filter").addEventListener("input", filter);

  /** What a row says of its session: not its buttons, nor what is hidden. */
  function textOf(row) {
    const parts = row.querySelectorAll("th > :not([hidden]), td:not([class]) > :not([hidden])");
    return [...parts].map((each) => each.textContent).join(" ");
  }

  function shown() {
    return [...rows.querySelectorAll(".blended-session-row:not([hidden])")];
  }

  function refresh() {
    list().forEach((session, index) => {
      const row = rowOf(session.id);
      if (row) fillRow(row, session, index);
    });
  }

  /** Somebody types in one session: of two hundred, only its row is filled in. */
  function typed(path) {
    if (!path.startsWith(`${PATH}.`)) return refresh();
    const index = Number(path.slice(PATH.length + 1).split(".")[0]);
    const session = list()[index];
    if (session && rowOf(session.id)) fillRow(rowOf(session.id), session, index);
  }

  store.watch(PATH, ({ path, structural }) => (structural ? draw() : typed(path)));
  ctx.on("checked", refresh);
  find("csv").replaceWith(startCsv(ctx));
  draw();

  return {
    /** Open the form of the session a problem is in. @param {string} path */
    reveal(path) {
      const index = /^design\.sessions\.(\d+)/.exec(path)?.[1];
      const session = index && list()[Number(index)];
      if (!session || (open?.id === session.id && open.kind === "form")) return;
      open = { id: session.id, kind: "form" };
      find("filter").value = "";
      draw();
    },
  };
}
