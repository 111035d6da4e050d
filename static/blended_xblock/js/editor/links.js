/**
 * Prework, follow-ups and make-ups: blocks of the course, chosen from its outline and put in order.
 */

import { startObjectives } from "./objectives.js";
import { makeOrdered } from "./ordered.js";
import { Picker } from "./picker.js";

/** What a new link of a list holds beside its block, and the days a model gives it. */
const DAYS = {
  follow_ups: { name: "delay_days", usual: 0, model: "follow_up" },
  make_ups: { name: "within_days", usual: null, model: "make_up" },
};
/** Lists in which the same block cannot stand together with those of another. */
const AGAINST = {
  prework: ["follow_ups"],
  follow_ups: ["prework", "make_ups"],
  make_ups: ["follow_ups"],
};

/** @param {import("../studio.js").Context} ctx */
export function startLinks(ctx) {
  startObjectives(ctx);
  /** Blocks the outline told of, by link. @type {Map<string, any>} */
  const known = new Map(Object.entries(ctx.info.links));
  const outline = { read: null };
  for (const role of Object.keys(AGAINST)) startList(ctx, role, known, outline);
  return {};
}

/**
 * @param {import("../studio.js").Context} ctx
 * @param {keyof typeof AGAINST} role
 * @param {Map<string, any>} known
 * @param {{ read: Promise<any> | null }} outline shared, so that the course is read once
 */
function startList(ctx, role, known, outline) {
  const { store, say } = ctx;
  const path = `design.${role}`;
  const box = ctx.part(`links-${role}`);
  ctx.root.querySelector(`[data-links="${role}"]`).append(box);
  const list = box.querySelector("[data-list]");
  const choose = box.querySelector("[data-choose]");
  const links = () => store.get(path) || [];
  const titleOf = (link) => ctx.checked?.links?.[link]?.title || known.get(link)?.title || link;

  function draw() {
    list.replaceChildren(...links().map(row));
    box.querySelector("[data-empty]").hidden = links().length > 0;
    ctx.tell("drawn");
  }

  function row(item, index) {
    const part = ctx.part("link");
    const title = titleOf(item.block);
    part.querySelector("[data-link-field]").dataset.path = `${path}.${index}.block`;
    part.querySelector("[data-handle]").setAttribute("aria-label", say("ordered-handle", { title }));
    const remove = part.querySelector("[data-remove]");
    remove.setAttribute("aria-label", say("ordered-remove", { title }));
    remove.addEventListener("click", () => drop(index));
    if (DAYS[role]) bindDays(part, item, index);
    fill(part, item.block);
    return part;
  }

  /** Say what is known of the block; it may be learned after the row was drawn. */
  function fill(part, link) {
    const block = ctx.checked?.links?.[link] || known.get(link) || { title: link };
    part.querySelector("[data-title]").textContent = block.title;
    part.querySelector("[data-where]").textContent = (block.path || []).join(" › ");
    const tag = (name, text) => {
      part.querySelector(`[data-${name}]`).textContent = text;
      part.querySelector(`[data-${name}]`).hidden = !text;
    };
    tag("kind", block.kind || "");
    tag("state", block.state && block.state !== "published" ? say(`link-state-${block.state}`) : "");
    part.querySelector("[data-graded]").hidden = !block.graded;
    part.dataset.state = block.state || "";
  }

  function bindDays(part, item, index) {
    const { name } = DAYS[role];
    const input = part.querySelector("[data-days]");
    part.querySelector("[data-days-box]").hidden = false;
    part.querySelector("[data-days-label]").textContent = say(`link-days-${role}`);
    input.value = item[name] ?? "";
    input.dataset.path = `${path}.${index}.${name}`;
    input.addEventListener("input", () => {
      const typed = input.value.trim();
      store.set(input.dataset.path, /^\d{1,6}$/.test(typed) ? Number(typed) : typed || null);
    });
  }

  function drop(index) {
    const gone = store.remove(path, index);
    ctx.announce(say("link-removed", { title: titleOf(gone.block) }), () =>
      store.insert(path, index, gone),
    );
    const next = list.children[Math.min(index, links().length - 1)];
    (next?.querySelector("[data-remove]") || choose).focus();
  }

  function fresh(link) {
    const days = DAYS[role];
    if (!days) return { block: link };
    const model = ctx.info.models.find((each) => each.model === store.get("design.model"));
    return { block: link, [days.name]: model?.defaults?.[days.model]?.[days.name] ?? days.usual };
  }

  makeOrdered({
    list,
    move(from, to) {
      const title = titleOf(links()[from].block);
      store.move(path, from, to);
      ctx.announce(say("ordered-moved", { title, position: to + 1, count: links().length }));
    },
  });

  const picker = new Picker(ctx, {
    place: box.querySelector("[data-picker]"),
    read(isAgain) {
      if (!outline.read || isAgain) outline.read = ctx.ask("outline", {});
      // A course that could not be read is asked for again, not remembered.
      outline.read.catch(() => (outline.read = null));
      return outline.read;
    },
    isChosen: (link) => links().some((each) => each.block === link),
    whyNot: (link) => {
      const other = AGAINST[role].find((name) =>
        (store.get(`design.${name}`) || []).some((each) => each.block === link),
      );
      return other ? say(`picker-is-${other}`) : "";
    },
    toggle(node, isOn) {
      known.set(node.link, node);
      const index = links().findIndex((each) => each.block === node.link);
      if (isOn && index < 0) store.insert(path, links().length, fresh(node.link));
      if (!isOn && index >= 0) drop(index);
    },
    closed() {
      choose.ariaExpanded = "false";
      choose.focus();
    },
  });
  choose.addEventListener("click", () => {
    choose.ariaExpanded = String(!picker.isOpen);
    if (picker.isOpen) picker.close();
    else void picker.open();
  });

  store.watch(path, ({ structural }) => structural && draw());
  ctx.on("checked", () =>
    links().forEach((item, index) => list.children[index] && fill(list.children[index], item.block)),
  );
  draw();
}
