/**
 * What others do on the roll that is shown: asked for every few seconds, never over what this
 * person has marked and not sent yet.
 */

import { getData, RequestError } from "./net.js";

/** What is waited between two questions, in milliseconds. */
const EVERY = { open: 4_000, closed: 20_000, not_opened: 20_000 };
// Nobody has touched the page for long: what others do can wait a little.
const IDLE = 10 * 60_000;
const IDLE_EVERY = 30_000;
const MOST = 60_000;
// An answer to this page's own press may overtake the press's own: look once more.
const SURE = 1_500;
const NEWS = 8_000;

export class Live {
  #timer = 0;
  #failures = 0;
  #isAsking = false;
  #usedAt = Date.now();
  #doubt = "";

  /**
   * @param {import("./instructor.js").Panel} panel
   * @param {import("./roll.js").Roll} roll
   */
  constructor(panel, roll) {
    this.panel = panel;
    this.roll = roll;
    this.cursor = Number(roll.section.dataset.cursor);
    this.state = roll.section.dataset.rollState;
    const { signal } = (this.end = new AbortController());
    const use = () => {
      const wasIdle = this.#isIdle;
      this.#usedAt = Date.now();
      if (wasIdle) this.now();
    };
    for (const name of ["pointerdown", "keydown"]) {
      document.addEventListener(name, use, { signal, passive: true });
    }
    document.addEventListener("visibilitychange", () => this.now(), { signal });
    window.addEventListener("online", () => this.now(), { signal });
    this.#later();
  }

  stop() {
    this.end.abort();
    clearTimeout(this.#timer);
  }

  /** Ask at once: somebody is back, or an answer said that there is something to see. */
  now() {
    clearTimeout(this.#timer);
    if (document.visibilityState === "visible") void this.#ask();
  }

  get #isIdle() {
    return Date.now() - this.#usedAt > IDLE;
  }

  #later() {
    clearTimeout(this.#timer);
    if (this.end.signal.aborted || document.visibilityState !== "visible") return;
    const usual = this.#isIdle ? IDLE_EVERY : EVERY[this.state];
    const delay = this.#doubt ? SURE : Math.min(MOST, usual * 2 ** Math.min(this.#failures, 5));
    this.#timer = setTimeout(() => void this.#ask(), delay);
  }

  async #ask() {
    if (this.#isAsking || this.end.signal.aborted) return;
    this.#isAsking = true;
    const { session } = this.roll;
    try {
      const params = { session, since: this.cursor };
      const answer = await getData(this.panel.urls.urlRollChanges, params);
      this.#failures = 0;
      if (!this.end.signal.aborted) await this.#take(answer);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      // Whatever it is, marking and sending say so themselves.
      this.#failures += 1;
    } finally {
      this.#isAsking = false;
      this.#later();
    }
  }

  /** @param {any} answer */
  async #take(answer) {
    this.cursor = answer.cursor;
    if (answer.rows.length) {
      const seen = this.#changed(answer.rows);
      this.roll.apply(answer);
      this.#show(seen);
    }
    this.roll.showConflicts(answer.conflicts);
    const isMore = answer.touched > answer.rows.length;
    if (isMore) await this.roll.filters.refresh();
    if (answer.touched || answer.guests?.length) {
      this.roll.section.dispatchEvent(new CustomEvent("blended:changes", { detail: answer }));
    }
    this.#takeState(answer.roll_state);
  }

  /** The rows shown that others have changed, and that nobody here is about to change. */
  #changed(rows) {
    const { queue, owner } = this.panel.waiting;
    return rows.filter((values) => {
      const row = this.roll.rowOf(values.user_id);
      return (
        row &&
        values.by_id !== null &&
        String(values.by_id) !== owner &&
        Number(row.dataset.revision) !== values.revision &&
        !queue.pendingOf(this.roll.session, values.user_id)
      );
    });
  }

  /** Show where somebody else has been, and say it once. */
  #show(seen) {
    if (!seen.length) return;
    const { panel, roll } = this;
    for (const { user_id: userId } of seen) {
      const row = roll.rowOf(userId);
      row.toggleAttribute("data-news", true);
      setTimeout(() => row.removeAttribute("data-news"), NEWS);
    }
    const people = [...new Set(seen.map((values) => values.by))];
    const said =
      seen.length <= 2
        ? seen.map((values) => this.#sentence(values)).join(" ")
        : panel.say("theyMarked", { by: people.join(", "), n: seen.length });
    panel.announce(said);
    panel.showNews(said);
  }

  /** @param {any} values */
  #sentence({ user_id: userId, status, by }) {
    const row = this.roll.rowOf(userId);
    const name = this.roll.nameOf(row);
    if (status === null) return this.panel.say("theyUnmarked", { by, name });
    const chosen = row.querySelector(".blended-choice input:checked");
    const label = chosen?.parentElement.querySelector(".blended-sr").textContent.trim() || status;
    return this.panel.say("theyMarkedOne", { by, name, status: label });
  }

  /** @param {string} state */
  #takeState(state) {
    if (state === this.state) {
      this.#doubt = "";
    } else if (this.#doubt === state) {
      this.stop();
      void this.roll.stateChanged(state);
    } else {
      this.#doubt = state;
    }
  }
}
