// A question of the campus: sends what was chosen or written, and says what came of it.
"use strict";

// eslint-disable-next-line no-unused-vars -- the runtime looks it up by name
function CampusQuestion(runtime, element) {
  const form = element.querySelector(".campus-question");
  const note = form.querySelector(".campus-question-note");
  const button = form.querySelector("button[type=submit]");

  function answers() {
    const found = {};
    for (const part of form.querySelectorAll(".campus-answer")) {
      const field = part.querySelector("input:checked, textarea");
      const value = field ? field.value.trim() : "";
      if (!value) return null;
      found[part.dataset.name] = [{ name: field.name, value }];
    }
    return found;
  }

  function show(results) {
    for (const [name, isRight] of Object.entries(results)) {
      const place = [...form.querySelectorAll(".campus-result")].find(
        (each) => each.dataset.name === name,
      );
      if (!place) continue;
      place.querySelector("[data-result=right]").hidden = !isRight;
      place.querySelector("[data-result=wrong]").hidden = isRight;
    }
    if (!Object.keys(results).length) note.textContent = note.dataset.saved;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = answers();
    if (!data) {
      note.textContent = note.dataset.empty;
      return;
    }
    note.textContent = "";
    button.disabled = true;
    try {
      const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
      const response = await fetch(runtime.handlerUrl(element, "check"), {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "X-CSRFToken": token ? decodeURIComponent(token[1]) : "",
        },
        body: JSON.stringify(data),
      });
      const result = await response.json();
      if (!response.ok) throw new Error(result.message || response.statusText);
      show(result.checkResults);
      element.dispatchEvent(new CustomEvent("campus:answered", { bubbles: true }));
    } catch {
      note.textContent = note.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
}
