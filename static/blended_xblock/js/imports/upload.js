/**
 * One file on its way: how far it is, again after a lost piece, until it is there or given up.
 */

import { newKey } from "../identity.js";
import { post } from "../net.js";
import { sendPieces, waitAfter } from "./pieces.js";

const MEGABYTE = 1024 * 1024;
/** A piece may take long on a slow line; nobody waits for an answer meanwhile. */
const PATIENCE = 180_000;

/** @param {number} bytes @returns {string} megabytes as people read them */
export function megabytes(bytes) {
  const n = bytes / MEGABYTE;
  return new Intl.NumberFormat(document.documentElement.lang || undefined, {
    maximumFractionDigits: n < 10 ? 1 : 0,
  }).format(n);
}

export class Upload {
  #abort = new AbortController();
  #done = 0;
  /** @type {(() => void) | null} ends what it waits for */
  #goOn = null;
  /** @type {number | null} the file's number on the server, once a piece has arrived */
  id = null;

  /**
   * @param {File} file
   * @param {string} session
   * @param {import("./imports.js").Imports} imports
   */
  constructor(file, session, imports) {
    this.file = file;
    this.session = session;
    this.imports = imports;
    this.say = imports.say;
    this.key = newKey();
    const template = imports.fold.querySelector('template[data-template="upload"]');
    this.line = template.content.firstElementChild.cloneNode(true);
    this.bar = this.line.querySelector("[data-upload-bar]");
    this.text = this.line.querySelector("[data-upload-text]");
    this.retry = this.line.querySelector('[data-upload-action="retry"]');
    this.line.querySelector("[data-upload-name]").textContent = file.name;
    this.bar.setAttribute("aria-label", file.name);
    this.bar.value = 0;
    this.#tell("importWaits");
    this.line.addEventListener("click", (event) => {
      const action = event.target.closest("[data-upload-action]")?.dataset.uploadAction;
      if (action === "retry") this.#goOn?.();
      if (action === "cancel") this.cancel();
    });
  }

  /** @returns {Promise<object | null>} the server's last answer; null where it was given up */
  async run() {
    const { urls } = this.imports.panel;
    const { name, size } = this.file;
    const { signal } = this.#abort;
    if (signal.aborted) return null;
    this.#progress(0);
    try {
      return await sendPieces(this.file, {
        pieceBytes: this.imports.pieceBytes,
        send: async (number, data) => {
          const sent = { session: this.session, key: this.key, name, size, number, data };
          const answer = await post(urls.urlUploadImport, sent, { signal, patience: PATIENCE });
          this.id = answer.import;
          return answer;
        },
        pause: (attempt, error) => this.#pause(attempt, error),
        onProgress: (bytes) => this.#progress(bytes),
      });
    } catch (error) {
      if (signal.aborted) {
        await this.#forget();
        return null;
      }
      throw error;
    }
  }

  cancel() {
    this.#abort.abort();
    this.#goOn?.();
  }

  /** What has arrived of a file that was given up is thrown away, or by itself after a week. */
  async #forget() {
    if (this.id === null) return;
    try {
      const sent = { session: this.session, import: this.id };
      await post(this.imports.panel.urls.urlDiscardImport, sent);
    } catch {
      // It is in the list, and can be thrown away there.
    }
  }

  /** @param {number} bytes that are there */
  #progress(bytes) {
    this.#done = bytes;
    this.bar.value = (100 * bytes) / this.file.size;
    this.retry.hidden = true;
    this.#tell("importProgress");
  }

  /** @param {number} attempt @param {any} error */
  async #pause(attempt, error) {
    const isOurs = error?.isRefusal !== undefined;
    if (this.#abort.signal.aborted || !isOurs || error.isRefusal) throw error;
    const isLogin = error.trouble === "login" || error.trouble === "account";
    this.retry.hidden = false;
    if (isLogin) {
      this.#tell("importLogin");
      this.imports.panel.announce(this.text.textContent);
      await this.#wait(null);
    } else if (!navigator.onLine) {
      this.#tell("importOffline");
      if (attempt === 1) this.imports.panel.announce(this.text.textContent);
      await this.#wait(null);
    } else {
      const wait = waitAfter(attempt);
      this.#tell("importRetries", { n: Math.round(wait / 1000) });
      if (attempt === 1) this.imports.panel.announce(this.text.textContent);
      await this.#wait(wait);
    }
    if (this.#abort.signal.aborted) throw error;
    this.#progress(this.#done);
  }

  /** Wait so long, or until the network is back or somebody presses. @param {number | null} ms */
  async #wait(ms) {
    let timer = 0;
    await new Promise((resolve) => {
      this.#goOn = resolve;
      addEventListener("online", resolve, { once: true });
      if (ms !== null) timer = setTimeout(resolve, ms);
    });
    removeEventListener("online", this.#goOn);
    clearTimeout(timer);
    this.#goOn = null;
  }

  /** @param {string} name @param {Record<string, string | number>} [more] */
  #tell(name, more = {}) {
    const all = megabytes(this.file.size);
    this.text.textContent = this.say(name, { done: megabytes(this.#done), all, ...more });
  }
}
