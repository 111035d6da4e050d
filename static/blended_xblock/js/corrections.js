/**
 * Why a closed roll is corrected: asked once, kept for this visit, sent with each mark.
 */

export class Corrections {
  /** @param {import("./roll.js").Roll} roll */
  constructor(roll) {
    this.roll = roll;
    this.memory = `blended:reason:${roll.session}`;
    this.input = roll.section.querySelector("[data-reason]");
    if (!this.input) return;
    this.input.value = this.#remembered();
    this.input.addEventListener("input", () => {
      if (this.input.value.trim()) this.#complain(false);
      try {
        sessionStorage.setItem(this.memory, this.input.value);
      } catch {
        // A frame without storage asks again after a reload, and nothing else.
      }
    });
  }

  /**
   * @param {string} [own] what was said of one learner; it stands before what is said for all
   * @returns {string | null} empty while the roll is open; null where it must be given first
   */
  reasonFor(own = "") {
    if (!this.input) return "";
    const reason = own.trim() || this.input.value.trim();
    if (reason) return reason;
    this.#complain(true);
    this.input.focus();
    this.roll.panel.announce(this.roll.panel.say("reasonFirst"));
    return null;
  }

  /** @param {boolean} isMissing */
  #complain(isMissing) {
    this.input.toggleAttribute("aria-invalid", false);
    if (isMissing) this.input.setAttribute("aria-invalid", "true");
    this.roll.section.querySelector("[data-reason-missing]").hidden = !isMissing;
  }

  #remembered() {
    try {
      return sessionStorage.getItem(this.memory) || "";
    } catch {
      return "";
    }
  }
}
