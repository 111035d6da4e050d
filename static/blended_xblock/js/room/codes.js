/**
 * The codes this page holds: that of now, and the next ones in case the network goes away.
 */

/**
 * @typedef {object} Code
 * @property {string} typed
 * @property {string} [qr] a drawing in HTML; none where the server does not know its own address
 * @property {number} from milliseconds on the server's clock
 * @property {number} until
 */

export class Codes {
  /** @type {Code[]} */
  #codes = [];

  /**
   * Take what an answer holds in place of what was known; an empty list forgets all.
   *
   * @param {Code[]} given
   */
  take(given) {
    this.#codes = given;
  }

  /** @param {number} now @returns {Code | undefined} what can be shown; nothing that is over */
  at(now) {
    return this.#codes.find((code) => code.from <= now && now < code.until);
  }
}
