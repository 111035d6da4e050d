/**
 * Asks how far a file is that a worker reads: often at first, then less, and not while nobody looks.
 */

import { getData } from "../net.js";

const FIRST = 700;
const SLOWEST = 5_000;

export class Watch {
  #timer = 0;
  #delay = FIRST;
  #isOver = false;

  /**
   * @param {string} url
   * @param {Record<string, string | number>} params
   * @param {(state: { state: string, percent: number }) => void} onState
   */
  constructor(url, params, onState) {
    this.url = url;
    this.params = params;
    this.onState = onState;
    this.wake = () => {
      if (!document.hidden) this.#plan(0);
    };
    document.addEventListener("visibilitychange", this.wake);
    addEventListener("online", this.wake);
    this.#plan(FIRST);
  }

  stop() {
    this.#isOver = true;
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.wake);
    removeEventListener("online", this.wake);
  }

  /** @param {number} delay */
  #plan(delay) {
    clearTimeout(this.#timer);
    if (!this.#isOver && !document.hidden) this.#timer = setTimeout(() => void this.#ask(), delay);
  }

  async #ask() {
    try {
      const answer = await getData(this.url, this.params);
      if (this.#isOver) return;
      this.onState(answer);
    } catch {
      // The next time tells.
    }
    this.#delay = Math.min(SLOWEST, this.#delay * 1.4);
    this.#plan(this.#delay);
  }
}
