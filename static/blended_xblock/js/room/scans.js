/**
 * Codes on their way to the server: in order, none lost while the page is open.
 */

/**
 * @typedef {object} Scan
 * @property {string} code
 *
 * @typedef {object} Handlers
 * @property {(scan: Scan) => Promise<object>} send
 * @property {(error: Error) => boolean} isRefusal
 * @property {(scan: Scan, answer: object) => void} onAnswer
 * @property {(scan: Scan, error: Error) => void} onRefused
 * @property {(error: Error | null) => void} onChange how many wait, and why if sending fails
 */

const DELAYS = [1, 2, 4, 8, 15].map((seconds) => seconds * 1_000);

export class Scans {
  /** @type {Scan[]} */
  #waiting = [];
  #failures = 0;
  #isRunning = false;
  /** @type {(() => void) | null} */
  #wake = null;

  /** @param {Handlers & { delays?: number[] }} handlers */
  constructor(handlers) {
    this.handlers = handlers;
    this.delays = handlers.delays || DELAYS;
  }

  get unsent() {
    return this.#waiting.length;
  }

  get isFailing() {
    return this.#failures > 0;
  }

  /** @param {Scan} scan @returns {boolean} False where the same code waits already */
  add(scan) {
    if (this.#waiting.some(({ code }) => code === scan.code)) return false;
    this.#waiting.push(scan);
    this.handlers.onChange(null);
    void this.#run();
    return true;
  }

  /** Send now what waits for its next attempt. */
  retry() {
    this.#wake?.();
  }

  async #run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#waiting.length) await this.#sendFirst();
    this.#isRunning = false;
  }

  async #sendFirst() {
    const [scan] = this.#waiting;
    let answer;
    try {
      answer = await this.handlers.send(scan);
    } catch (error) {
      if (!this.handlers.isRefusal(error)) {
        await this.#pause(error);
        return;
      }
      this.#settle();
      this.handlers.onRefused(scan, error);
      this.handlers.onChange(null);
      return;
    }
    this.#settle();
    this.handlers.onAnswer(scan, answer);
    this.handlers.onChange(null);
  }

  #settle() {
    this.#failures = 0;
    this.#waiting.shift();
  }

  /** @param {Error} error */
  async #pause(error) {
    const delay = this.delays[Math.min(this.#failures, this.delays.length - 1)];
    this.#failures += 1;
    this.handlers.onChange(error);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
    this.#wake = null;
  }
}
