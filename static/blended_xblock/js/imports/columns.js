/**
 * The form in which somebody says what the columns of a table are.
 */

export class Columns {
  /** @param {import("./check.js").Check} check */
  constructor(check) {
    this.check = check;
    check.root.addEventListener("change", (event) => {
      if (event.target.matches("[data-import-columns] [name=sheet]")) this.#show(event.target);
    });
  }

  /** @returns {object} what is said, as the server reads it */
  get mapping() {
    const form = this.check.section.querySelector("[data-import-columns]");
    const sheet = form.querySelector("[data-import-sheet]:not([hidden])");
    const header = sheet.querySelector("[name=header]").value;
    const columns = {};
    for (const { value, dataset } of sheet.querySelectorAll("[name=column]")) {
      if (value) columns[dataset.place] = value;
    }
    return {
      sheet: Number(sheet.dataset.importSheet),
      header: header ? Number(header) : null,
      columns,
    };
  }

  /** @param {HTMLSelectElement} select */
  #show(select) {
    for (const sheet of select.form.querySelectorAll("[data-import-sheet]")) {
      sheet.hidden = sheet.dataset.importSheet !== select.value;
    }
  }
}
