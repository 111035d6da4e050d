/**
 * The objectives: a line for each.
 */

import { makeOrdered } from "./ordered.js";

const PATH = "design.objectives";

/** @param {import("../studio.js").Context} ctx */
export function startObjectives(ctx) {
  const { store, say } = ctx;
  const box = ctx.part("objectives");
  ctx.root.querySelector("[data-objectives]").append(box);
  const list = box.querySelector("[data-list]");
  const texts = () => store.get(PATH) || [];
  const focus = (index) => list.children[index]?.querySelector("[data-text]").focus();

  function draw() {
    list.replaceChildren(...texts().map(row));
    ctx.tell("drawn");
  }

  function row(text, index) {
    const item = ctx.part("objective");
    const input = item.querySelector("[data-text]");
    const name = say("objective-name", { number: index + 1 });
    item.querySelector("[data-name]").textContent = name;
    item.querySelector("[data-handle]").setAttribute("aria-label", say("ordered-handle", { title: name }));
    input.value = text;
    input.dataset.path = `${PATH}.${index}`;
    input.addEventListener("input", () => store.set(input.dataset.path, input.value));
    input.addEventListener("keydown", (event) => typed(event, index));
    input.addEventListener("paste", (event) => pasted(event, index));
    const remove = item.querySelector("[data-remove]");
    remove.setAttribute("aria-label", say("ordered-remove", { title: name }));
    remove.addEventListener("click", () => drop(index));
    return item;
  }

  function typed(event, index) {
    const { value } = event.target;
    // This Enter ends a word of an input method, not the line.
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      add(index + 1, "");
    } else if (event.key === "Backspace" && !value) {
      event.preventDefault();
      store.remove(PATH, index);
      focus(Math.max(0, index - 1));
    }
  }

  function pasted(event, index) {
    const lines = event.clipboardData.getData("text").split(/\r?\n/).map((each) => each.trim());
    const full = lines.filter(Boolean);
    if (full.length < 2) return;
    event.preventDefault();
    const at = event.target.value.trim() ? index + 1 : index;
    if (at === index) store.remove(PATH, index);
    add(at, ...full);
  }

  function add(index, ...some) {
    store.insert(PATH, index, ...some);
    focus(index + some.length - 1);
  }

  function drop(index) {
    const gone = store.remove(PATH, index);
    ctx.announce(say("objective-removed"), () => store.insert(PATH, index, gone));
    (list.children[Math.min(index, texts().length - 1)] || box)
      .querySelector("[data-remove], [data-add]")
      .focus();
  }

  makeOrdered({
    list,
    move(from, to) {
      store.move(PATH, from, to);
      const title = say("objective-name", { number: from + 1 });
      ctx.announce(say("ordered-moved", { title, position: to + 1, count: texts().length }));
    },
  });
  box.querySelector("[data-add]").addEventListener("click", () => add(texts().length, ""));
  store.watch(PATH, ({ structural }) => structural && draw());
  draw();
}
