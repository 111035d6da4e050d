/**
 * Marks on their way to the server: sent at once, in order, each recorded once, none lost while
 * the page is open. A mark keeps its key for as long as nobody knows whether it arrived.
 */

/**
 * @typedef {object} Mark
 * @property {string} session
 * @property {number} user_id
 * @property {string | null} status
 * @property {number | null} [minutes]
 * @property {string} [modality]
 * @property {string} [note]
 * @property {string} key
 * @property {string} at ISO 8601
 *
 * @typedef {object} Handlers
 * @property {(session: string, marks: Mark[]) => Promise<object>} send
 * @property {() => void} onChange how many are unsent, or whether sending fails, changed
 * @property {(answer: object, marks: Mark[]) => void} onAnswer
 * @property {(mark: Mark, error: Error) => void} onRefused
 * @property {(error: Error) => boolean} isRefusal
 */

const BATCH = 200;
const SLIP = 5_000;
const DELAYS = [1, 2, 4, 8, 15, 30].map((seconds) => seconds * 1_000);

export class MarkQueue {
  /** @type {Mark[]} */
  #marks = [];
  #tried = new Set();
  #isRunning = false;
  #failures = 0;
  #oneByOne = 0;
  /** @type {(() => void) | null} */
  #wake = null;

  /** @param {Handlers & { delays?: number[] }} handlers */
  constructor(handlers) {
    this.handlers = handlers;
    this.delays = handlers.delays || DELAYS;
  }

  get unsent() {
    return this.#marks.length;
  }

  get isFailing() {
    return this.#failures > 0;
  }

  /**
   * The newest mark of somebody that has not been recorded yet.
   *
   * @param {string} session
   * @param {number} userId
   */
  pendingOf(session, userId) {
    return this.#marks.findLast((mark) => mark.session === session && mark.user_id === userId);
  }

  /** @param {Mark} mark */
  add(mark) {
    const last = this.pendingOf(mark.session, mark.user_id);
    if (last && this.#isSlip(last, mark)) this.#remove([last], { ...last, ...mark });
    else this.#marks.push(mark);
    this.handlers.onChange();
    void this.#run();
  }

  /** Send now what waits for its next attempt. */
  retry() {
    this.#wake?.();
  }

  /** A mark that never left and was mended within seconds was a slip, not something that happened. */
  #isSlip(last, mark) {
    return !this.#tried.has(last.key) && Date.parse(mark.at) - Date.parse(last.at) < SLIP;
  }

  async #run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#marks.length) await this.#sendNext();
    } finally {
      this.#isRunning = false;
    }
  }

  async #sendNext() {
    const { session } = this.#marks[0];
    const end = this.#marks.findIndex((mark) => mark.session !== session);
    const most = this.#oneByOne > 0 ? 1 : BATCH;
    const batch = this.#marks.slice(0, Math.min(end < 0 ? Infinity : end, most));
    for (const mark of batch) this.#tried.add(mark.key);
    let answer;
    try {
      answer = await this.handlers.send(session, batch);
    } catch (error) {
      await this.#failed(batch, error);
      return;
    }
    this.#settle(batch);
    this.handlers.onAnswer(answer, batch);
    this.handlers.onChange();
  }

  /** @param {Mark[]} batch @param {Error} error */
  async #failed(batch, error) {
    if (!this.handlers.isRefusal(error)) {
      await this.#pause();
    } else if (batch.length > 1) {
      // The server takes all or none: one by one, the good ones come through.
      this.#oneByOne = batch.length;
    } else {
      this.#settle(batch);
      this.handlers.onRefused(batch[0], error);
      this.handlers.onChange();
    }
  }

  /** @param {Mark[]} batch */
  #settle(batch) {
    this.#failures = 0;
    this.#oneByOne = Math.max(0, this.#oneByOne - batch.length);
    this.#remove(batch);
  }

  /**
   * @param {Mark[]} batch
   * @param {...Mark} instead
   */
  #remove(batch, ...instead) {
    for (const mark of batch) {
      this.#marks.splice(this.#marks.indexOf(mark), 1);
      this.#tried.delete(mark.key);
    }
    this.#marks.push(...instead);
  }

  async #pause() {
    const delay = this.delays[Math.min(this.#failures, this.delays.length - 1)];
    this.#failures += 1;
    this.handlers.onChange();
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
