/**
 * Models to start from: choosing one changes nothing that is written, filling it in adds to it.
 */

import { freshId } from "./dom.js";

const PAUSE = 400;

/** @param {import("../studio.js").Context} ctx */
export function startModels(ctx) {
  const { store, info, say } = ctx;
  const cards = ctx.root.querySelector("[data-models]");
  const group = freshId();
  /** What was typed into the fields of a model, which are drawn anew. @type {Map<string, string>} */
  const typed = new Map();

  function draw() {
    const focused = cards.contains(document.activeElement) && document.activeElement?.value;
    const chosen = info.models.find((each) => each.model === store.get("design.model"));
    const start = chosen?.has_shape ? [startOf(chosen)] : [];
    cards.replaceChildren(...info.models.map(card), ...start);
    if (focused) cards.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus();
  }

  function card(model) {
    const part = ctx.part("model");
    const radio = part.querySelector("[data-model-choice]");
    const isChosen = store.get("design.model") === model.model;
    radio.name = group;
    radio.value = model.model;
    radio.checked = isChosen;
    part.dataset.chosen = String(isChosen);
    part.querySelector("[data-model-name]").textContent = model.name;
    part.querySelector("[data-model-when]").textContent = model.when;
    fillSteps(part.querySelector("[data-model-steps]"), model.steps);
    radio.addEventListener("change", () => {
      store.set("design.model", model.model, { structural: true });
      ctx.announce(say("chosen"));
    });
    return part;
  }

  function fillSteps(list, steps) {
    list.replaceChildren(
      ...steps.map((step) => {
        const item = document.createElement("li");
        item.textContent = step;
        return item;
      }),
    );
  }

  function startOf(model) {
    const part = ctx.part("model-start");
    const find = (name) => part.querySelector(`[data-${name}]`);
    const options = model.options.map((option) => {
      const field = ctx.part("model-option");
      field.querySelector("[data-option-label]").textContent = option.label;
      const input = field.querySelector("[data-option]");
      const value = typed.get(`${model.model}.${option.name}`) ?? option.default;
      Object.assign(input, { min: option.low, max: option.high, value });
      input.dataset.option = option.name;
      return field;
    });
    find("model-options").replaceChildren(...options);
    find("model-title").textContent = model.name;
    find("first-day").value = typed.get("day") ?? info.first_day;
    find("first-time").value = typed.get("time") ?? "09:00";
    find("first-zone").value = typed.get("zone") ?? zone();
    const hasSessions = Boolean(store.get("design.sessions")?.length);
    find("model-add").hidden = !hasSessions;

    const wish = () => ({
      model: model.model,
      options: {
        ...Object.fromEntries(
          [...part.querySelectorAll("[data-option]")].map((input) => [
            input.dataset.option,
            input.value === "" ? null : Number(input.value),
          ]),
        ),
        add_sessions: hasSessions && find("model-add-sessions").checked,
      },
      first: `${find("first-day").value}T${find("first-time").value}`,
      timezone: find("first-zone").value,
      design: store.get("design"),
    });

    function refuse(error) {
      find("model-problem").textContent = error ? error.message || say("network") : "";
      find("model-problem").hidden = !error;
    }

    async function preview() {
      try {
        const answer = await ctx.ask("start_from", wish());
        const isAdding = !hasSessions || find("model-add-sessions").checked;
        find("model-makes").textContent = isAdding ? answer.makes : say("model-keeps");
        refuse(null);
      } catch (error) {
        find("model-makes").textContent = "";
        refuse(error);
      }
    }

    async function fillIn() {
      find("model-fill").disabled = true;
      try {
        let asked;
        let answer;
        do {
          asked = JSON.stringify(store.get("design"));
          answer = await ctx.ask("start_from", wish());
          // What was typed while the server worked would be lost: it is asked again.
        } while (asked !== JSON.stringify(store.get("design")));
        const before = structuredClone(store.value);
        store.replace({ ...before, design: answer.design });
        ctx.announce(say("filled"), () => store.replace(before));
        cards.querySelector(":checked").focus();
      } catch (error) {
        refuse(error);
        find("model-fill").disabled = false;
      }
    }

    let timer = 0;
    part.addEventListener("input", (event) => {
      const field = /** @type {HTMLInputElement} */ (event.target);
      const [name] = ["day", "time", "zone"].filter((each) => field.matches(`[data-first-${each}]`));
      if (field.dataset.option) typed.set(`${model.model}.${field.dataset.option}`, field.value);
      else if (name) typed.set(name, field.value);
      clearTimeout(timer);
      timer = setTimeout(preview, PAUSE);
    });
    find("model-fill").addEventListener("click", fillIn);
    void preview();
    return part;
  }

  /** The zone of the sessions there are, or the course team's own. */
  function zone() {
    return store.get("design.sessions")?.at(-1)?.timezone || info.author_zone || info.zones[0][0];
  }

  store.watch("design.model", ({ structural }) => structural && draw());
  draw();
  return {};
}
