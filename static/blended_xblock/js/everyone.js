/**
 * One status for everybody who is not marked yet, or for those of the cohort that is shown.
 */

export class Everyone {
  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    this.button = roll.section.querySelector('[data-action="everyone"]');
    this.choice = roll.filters.form?.elements.cohort;
    this.choice?.addEventListener("change", () => this.#name());
    this.#name();
  }

  get cohort() {
    return this.choice?.value || "";
  }

  async mark() {
    const { roll, button, cohort } = this;
    const { status, label } = button.dataset;
    const whom = { unmarked: true, cohort };
    await roll.bulk.mark({ status, label, whom, place: "everyone", button });
    button.disabled = roll.unmarked === 0;
  }

  /** Say on the button whom it means. */
  #name() {
    const words = this.button?.querySelector("[data-everyone-text]");
    if (!words) return;
    const { cohort } = this;
    const { label: status } = this.button.dataset;
    const { say } = this.roll.panel;
    words.textContent = cohort ? say("everyoneOf", { cohort, status }) : say("everyoneAll", { status });
  }
}
