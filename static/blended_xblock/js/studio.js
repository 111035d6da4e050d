/**
 * The editor of a unit's OLX: saves, gathers what is wrong at the top, loses nothing typed.
 */

import { post } from "./net.js";
import { readStrings } from "./strings.js";

/**
 * @param {HTMLElement} root
 * @param {{ notify?: (name: string, data: object) => void }} [runtime]
 */
export default function start(root, runtime) {
  const say = readStrings(root);
  const form = root.querySelector("form");
  const errors = form.querySelector("[data-errors]");
  const state = form.querySelector("[data-state]");
  const saveButton = form.querySelector(".save-button");
  const notify = (name, data) => runtime?.notify?.(name, data);
  // Until now a press on "Save" would have sent the form to nowhere.
  form.inert = false;

  /** @param {HTMLElement} list @param {string[]} texts */
  function fill(list, texts) {
    list.replaceChildren(
      ...texts.map((text) => {
        const item = document.createElement("li");
        item.textContent = text;
        return item;
      }),
    );
  }

  /** @param {string} message @param {string[]} problems */
  function showErrors(message, problems) {
    errors.querySelector("[data-errors-message]").textContent = message;
    fill(errors.querySelector("[data-errors-list]"), problems);
    errors.hidden = false;
    errors.focus();
  }

  async function save() {
    errors.hidden = true;
    state.textContent = say("saving");
    saveButton.disabled = true;
    notify("save", { state: "start" });
    try {
      const sent = { title: form.elements.title.value, olx: form.elements.olx.value };
      const answer = await post(root.dataset.urlSave, sent);
      state.textContent = say("saved", { time: answer.saved_at });
      const warnings = form.querySelector("[data-warnings]");
      fill(warnings, answer.warnings || []);
      warnings.hidden = !answer.warnings?.length;
      form.elements.title.defaultValue = sent.title;
      form.elements.olx.defaultValue = sent.olx;
      notify("save", { state: "end" });
    } catch (error) {
      state.textContent = say("failed");
      const problems = error.problems || [];
      // The message of a design repeats its problems in one line; here they are a list.
      const message = problems.length ? say("mend") : error.message || say("network");
      notify("error", { title: say("failed"), message });
      showErrors(message, problems);
    } finally {
      saveButton.disabled = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!saveButton.disabled) void save();
  });
  form.querySelector("[data-cancel]").addEventListener("click", () => {
    if (runtime?.notify) {
      notify("cancel", {});
      return;
    }
    form.reset();
    errors.hidden = true;
    state.textContent = say("reverted");
  });
}
