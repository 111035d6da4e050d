/**
 * Parts of the page made from the server's templates, and fields tied to what is being written.
 */

let made = 0;

/** @returns {string} an id nobody else has */
export function freshId() {
  made += 1;
  return `blended-e${made}`;
}

/**
 * One of the page's templates, with its hints tied to their fields.
 *
 * @param {HTMLElement} root @param {string} name of a <template data-part>
 * @returns {HTMLElement}
 */
export function clone(root, name) {
  const template = root.querySelector(`template[data-part="${name}"]`);
  const part = template.content.firstElementChild.cloneNode(true);
  tieHints(part);
  return part;
}

/** @param {HTMLElement} part */
export function tieHints(part) {
  for (const hint of part.querySelectorAll("[data-hint]")) {
    hint.id ||= freshId();
    const field = hint.closest(".blended-field")?.querySelector("input, select, textarea");
    if (field) describe(field, hint.id, true);
  }
}

/** Add or take away an id of aria-describedby. @param {Element} field @param {string} id */
function describe(field, id, isOn) {
  const ids = new Set((field.getAttribute("aria-describedby") || "").split(" ").filter(Boolean));
  if (isOn) ids.add(id);
  else ids.delete(id);
  if (ids.size) field.setAttribute("aria-describedby", [...ids].join(" "));
  else field.removeAttribute("aria-describedby");
}

const READ = {
  text: (field) => field.value,
  // What is no number stays as it was typed: the server says what is wrong with it.
  whole: (field) => asNumber(field.value, /^\d{1,9}$/),
  number: (field) => asNumber(field.value.replace(",", "."), /^\d{1,9}(\.\d{1,9})?$/, field.value),
  flag: (field) => field.checked,
};

function asNumber(text, pattern, typed = text) {
  const trimmed = text.trim();
  if (!trimmed) return null;
  return pattern.test(trimmed) ? Number(trimmed) : typed;
}

/**
 * Tie every [data-field] below an element to the store, under a path. `data-kind` says how it is
 * read: text (default), whole, number, flag.
 *
 * @param {HTMLElement} element
 * @param {Pick<import("./store.js").Store, "get" | "set">} store
 * @param {string} base
 * @returns {() => void} shows what the store holds now, after all of it was replaced
 */
export function bind(element, store, base) {
  const fields = [...element.querySelectorAll("[data-field]")];
  for (const field of fields) {
    const path = `${base}.${field.dataset.field}`.replace(/^\./, "");
    const isRadio = field.type === "radio";
    if (isRadio) field.name = path;
    field.dataset.path = path;
    show(field, store.get(path));
    const isChosen = field.matches("select, [type=radio], [type=checkbox]");
    field.addEventListener(isChosen ? "change" : "input", () => {
      if (isRadio && !field.checked) return;
      store.set(path, READ[field.dataset.kind || "text"](field));
    });
  }
  return () => fields.forEach((field) => show(field, store.get(field.dataset.path)));
}

/** @param {HTMLInputElement} field @param {any} value */
function show(field, value) {
  if (field.type === "radio") field.checked = field.value === value;
  else if (field.dataset.kind === "flag") field.checked = value === true;
  else field.value = value ?? "";
}

/**
 * Say beside a field what is wrong with it, or that nothing is.
 *
 * @param {HTMLElement} field an input, or any element that stands for a part
 * @param {string[]} texts
 * @param {"error" | "warning"} severity
 */
export function showProblems(field, texts, severity) {
  const box = field.closest(".blended-field") || field;
  let note = box.querySelector(`:scope > [data-problem="${severity}"]`);
  if (!texts.length) {
    if (!note) return;
    describe(field, note.id, false);
    note.remove();
  } else {
    if (!note) {
      note = document.createElement("p");
      note.className = "blended-field-problem";
      note.dataset.problem = severity;
      note.id = freshId();
      box.append(note);
    }
    note.textContent = texts.join(" ");
    describe(field, note.id, true);
  }
  if (severity === "error" && field.matches("input, select, textarea")) {
    if (texts.length) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}
