/**
 * The server's clock, as far as this page knows it: what the device says of the time counts for
 * nothing. Between two answers only the time that passed is measured here.
 */

// How far the two clocks of a device may drift apart before one of them must have stood still.
const STOOD_STILL = 2_000;
const KEPT = 6;

export class ServerClock {
  /** @type {{ offset: number, doubt: number }[]} the last answers, each with how sure it is */
  #answers = [];
  #apart = NaN;

  /**
   * @param {() => number} [ticks] milliseconds that only ever go forward
   * @param {() => number} [wall] milliseconds that go on while the device sleeps
   */
  constructor(ticks = () => performance.now(), wall = () => Date.now()) {
    this.ticks = ticks;
    this.wall = wall;
  }

  /**
   * Learn from an answer what time it is there.
   *
   * @param {number} time of the server, milliseconds since 1970
   * @param {number} sent `ticks()` when the question left
   */
  learn(time, sent) {
    const received = this.ticks();
    if (!Number.isFinite(time)) return;
    if (this.#hasStoodStill) this.#answers = [];
    this.#apart = this.wall() - received;
    // It was said somewhere between the two; the answer that took least is the surest.
    this.#answers.push({ offset: time - (sent + received) / 2, doubt: received - sent });
    if (this.#answers.length > KEPT) this.#answers.shift();
  }

  /** @returns {number} milliseconds since 1970 on the server's clock; NaN where nobody knows */
  now() {
    if (!this.#answers.length || this.#hasStoodStill) return NaN;
    const surest = this.#answers.reduce((a, b) => (b.doubt < a.doubt ? b : a));
    return this.ticks() + surest.offset;
  }

  /**
   * After a sleep the ticks may have stood still: then the time is unknown until the next answer.
   * A device whose time somebody sets looks the same, and costs one more question.
   */
  get #hasStoodStill() {
    return Math.abs(this.wall() - this.ticks() - this.#apart) > STOOD_STILL;
  }
}
