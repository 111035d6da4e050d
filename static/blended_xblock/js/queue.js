/**
 * Marks on their way to the server: kept on the device before anything else, sent in order, each
 * recorded once. A mark keeps its key for as long as nobody knows whether it arrived.
 */

import { MemoryStore } from "./store.js";

/**
 * @typedef {object} Mark
 * @property {string} session
 * @property {number} user_id
 * @property {string | null} status
 * @property {number | null} [minutes]
 * @property {string} [modality]
 * @property {string} [note]
 * @property {string} key
 * @property {string} at ISO 8601, by the device's clock
 * @property {number} [base] the revision of the record that was seen when it was marked
 * @property {string} owner who marked: nobody else on this device sees it or sends it
 * @property {string} url where it is to be sent
 * @property {string} [name] of the learner, and
 * @property {string} [title] of the session, to tell a mark by if it is refused on another page
 * @property {number} [id] its place in the line
 * @property {boolean} [tried] whether it may have arrived
 *
 * @typedef {"" | "network" | "server" | "login" | "account"} Trouble why nothing can be sent now
 *
 * @typedef {object} Handlers
 * @property {string} owner empty for somebody who may not send
 * @property {Promise<import("./store.js").LastingStore | MemoryStore>} store
 * @property {(session: string, marks: Mark[]) => Promise<object>} send
 * @property {() => void} onChange what waits, what was refused or what is the trouble changed
 * @property {(answer: object, marks: Mark[]) => void} onAnswer
 * @property {(marks: Mark[], error: Error) => void} onRefused
 * @property {(error: Error) => boolean} isRefusal
 * @property {(error: Error) => boolean} isOfAll whether it would be said of each mark of the session
 * @property {(error: Error) => Trouble} troubleOf
 * @property {BroadcastChannel | null} [channel] to the other pages of this device
 * @property {number[]} [delays]
 */

const BATCH = 200;
const SLIP = 5_000;
const DELAYS = [1, 2, 4, 8, 15, 30].map((seconds) => seconds * 1_000);

export class MarkQueue {
  /** What waits, as far as this page knows; the store has the last word. @type {Mark[]} */
  #marks = [];
  /** The last of them by session and learner. @type {Map<string, Mark>} */
  #newest = new Map();
  /** @type {import("./store.js").Refused[]} */
  #refused = [];
  #others = 0;
  /** Not kept by the device yet. @type {Set<string>} */
  #unsafe = new Set();
  /** @type {import("./store.js").Entry[]} */
  #unwritten = [];
  /** @type {Promise<void> | null} */
  #writing = null;
  #store = null;
  /** @type {Trouble} */
  #trouble = "";
  /** Sessions left out until the next attempt. @type {Set<string>} */
  #held = new Set();
  #isRunning = false;
  #isWanted = false;
  #failures = 0;
  #most = BATCH;
  /** @type {(() => void) | null} */
  #wake = null;

  /** @param {Handlers} handlers */
  constructor(handlers) {
    this.handlers = handlers;
    this.owner = handlers.owner;
    this.delays = handlers.delays || DELAYS;
    this.ready = this.#start();
    handlers.channel?.addEventListener("message", ({ data }) => this.#heard(data));
  }

  get unsent() {
    return this.#marks.length;
  }

  /** @param {string} session */
  unsentOf(session) {
    return this.#marks.filter((mark) => mark.session === session).length;
  }

  /** Sessions with marks that wait, in the order of their first. @returns {Map<string, Mark[]>} */
  get lines() {
    const lines = new Map();
    for (const mark of this.#marks) {
      if (lines.has(mark.session)) lines.get(mark.session).push(mark);
      else lines.set(mark.session, [mark]);
    }
    return lines;
  }

  /** What the server does not take, with the reason; a person sends it again or lets it go. */
  get refused() {
    return this.#refused;
  }

  /** How many marks of other accounts wait on this device. */
  get others() {
    return this.#others;
  }

  get isFailing() {
    return this.#trouble !== "" && this.unsent > 0;
  }

  get trouble() {
    return this.#trouble;
  }

  /** Whether what waits would outlive a crash. */
  get isSafe() {
    return this.isLasting && !this.#unsafe.size;
  }

  /** Whether this browser keeps anything beyond the page. */
  get isLasting() {
    return this.#store === null || this.#store.isLasting;
  }

  /**
   * The newest mark of somebody that has not been recorded yet.
   *
   * @param {string} session
   * @param {number} userId
   */
  pendingOf(session, userId) {
    return this.#newest.get(`${session} ${userId}`);
  }

  /**
   * Resolves once the device keeps it; sending goes on behind.
   *
   * @param {Omit<Mark, "owner">} given
   * @returns {Promise<void>}
   */
  add(given) {
    const last = this.pendingOf(given.session, given.user_id);
    const isSlip = Boolean(last) && this.#isSlip(last, given);
    const mark = { ...(isSlip ? last : {}), ...given, owner: this.owner, tried: false };
    delete mark.id;
    // What stands before it on the way will have changed the record by then.
    if (last?.base !== undefined) mark.base = isSlip ? last.base : last.base + 1;
    if (isSlip) this.#drop([last.key]);
    this.#append([mark]);
    this.#unsafe.add(mark.key);
    this.#unwritten.push({ mark, instead: isSlip ? last.key : null });
    this.#call("onChange");
    this.#writing ??= this.#write();
    return this.#writing;
  }

  /** Send now what waits for its next attempt. */
  retry() {
    if (this.#wake) this.#wake();
    else void this.#run();
  }

  /** Look again at what waits here; another page may have left it. */
  async refresh() {
    await this.ready;
    await this.#reload();
    this.retry();
  }

  /** @param {string[]} keys of refused marks that are let go */
  async dismiss(keys) {
    await this.#safely((store) => store.dismiss(this.owner, keys));
    await this.#reload(true);
  }

  /** @param {string[]} keys of refused marks to be sent once more */
  async again(keys) {
    await this.#safely((store) => store.giveBack(this.owner, keys));
    await this.#reload(true);
    this.retry();
  }

  /** Let go of all that waits here, and of all that was refused. */
  async forget() {
    await this.#safely((store) => store.forget(this.owner));
    this.#replace([]);
    this.#unwritten = [];
    this.#unsafe.clear();
    await this.#reload(true);
  }

  async #start() {
    this.#store = await this.handlers.store;
    await this.#reload();
    void this.#run();
  }

  /** A mark that never left and was mended within seconds was a slip, not something that happened. */
  #isSlip(last, mark) {
    return !last.tried && Date.parse(mark.at) - Date.parse(last.at) < SLIP;
  }

  /** Keep what was added, all that came together in one go. */
  async #write() {
    await this.ready;
    while (this.#unwritten.length) {
      const entries = this.#unwritten;
      this.#unwritten = [];
      const isAsNamed = await this.#safely((store) => store.add(entries));
      for (const { mark } of entries) this.#unsafe.delete(mark.key);
      this.#tell({ added: entries });
      if (isAsNamed === false) await this.#reload();
      else this.#call("onChange");
      void this.#run();
    }
    this.#writing = null;
  }

  async #run() {
    this.#isWanted = true;
    if (this.#isRunning || !this.owner) return;
    this.#isRunning = true;
    await this.ready;
    while (this.#isWanted) {
      this.#isWanted = false;
      while (await this.#sendNext());
    }
    this.#isRunning = false;
  }

  /** Send one batch; tells whether there may be another. */
  async #sendNext() {
    const isSent = await this.#safely((store) =>
      store.alone(async () => {
        const batch = await store.claim(this.owner, this.#held, this.#most);
        if (batch.length) await this.#send(store, batch);
        return batch.length > 0;
      }),
    );
    if (isSent) return true;
    if (!this.#held.size) {
      // Another page has sent what this one still shows.
      if (this.#marks.length > this.#unsafe.size) await this.#reload();
      return false;
    }
    this.#held.clear();
    await this.#pause();
    return true;
  }

  /** @param {import("./store.js").LastingStore | MemoryStore} store @param {Mark[]} batch */
  async #send(store, batch) {
    const keys = new Set(batch.map((mark) => mark.key));
    for (const mark of this.#marks) if (keys.has(mark.key)) mark.tried = true;
    let answer;
    try {
      answer = await this.handlers.send(batch[0].session, batch);
    } catch (error) {
      await this.#failed(store, batch, error);
      return;
    }
    await store.remove(batch);
    this.#most = Math.min(BATCH, this.#most * 2);
    this.#settled(batch);
    this.#tell({ gone: [...keys], answer, marks: batch });
    this.#call("onAnswer", answer, batch);
    this.#call("onChange");
  }

  /** @param {Mark[]} batch @param {Error} error */
  async #failed(store, batch, error) {
    const { isRefusal, isOfAll, troubleOf } = this.handlers;
    if (!isRefusal(error)) {
      this.#trouble = troubleOf(error);
      // Without a network the other sessions need not be tried; else one must not hold up another.
      if (this.#trouble === "network") for (const session of this.lines.keys()) this.#held.add(session);
      this.#held.add(batch[0].session);
      this.#call("onChange");
    } else if (batch.length > 1 && !isOfAll(error)) {
      // The server takes all or none: in ever smaller batches, the good ones come through.
      this.#most = Math.ceil(batch.length / 2);
    } else {
      const { code = "", message } = /** @type {Error & { code?: string }} */ (error);
      await store.refuse(batch.map((mark) => ({ ...mark, code, message })));
      this.#settled(batch);
      await this.#reload(true);
      this.#call("onRefused", batch, error);
    }
  }

  /** @param {Mark[]} batch */
  #settled(batch) {
    this.#drop(batch.map((mark) => mark.key));
    if (this.#held.size) return;
    this.#failures = 0;
    this.#trouble = "";
  }

  /** @param {string[]} keys */
  #drop(keys) {
    const gone = new Set(keys);
    this.#replace(this.#marks.filter((mark) => !gone.has(mark.key)));
    for (const key of keys) this.#unsafe.delete(key);
  }

  /** @param {Mark[]} marks */
  #append(marks) {
    this.#marks.push(...marks);
    for (const mark of marks) this.#newest.set(`${mark.session} ${mark.user_id}`, mark);
  }

  /** @param {Mark[]} marks */
  #replace(marks) {
    this.#marks = [];
    this.#newest.clear();
    this.#append(marks);
  }

  async #pause() {
    const delay = this.delays[Math.min(this.#failures, this.delays.length - 1)];
    this.#failures += 1;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
    this.#wake = null;
  }

  /** Read again what the store holds. @param {boolean} [isNews] for the other pages as well */
  async #reload(isNews = false) {
    const { marks, refused, others } = await this.#safely((store) => store.list(this.owner));
    const known = new Set(marks.map((mark) => mark.key));
    const unsafe = this.#marks.filter((mark) => this.#unsafe.has(mark.key) && !known.has(mark.key));
    this.#replace([...marks, ...unsafe]);
    this.#refused = refused;
    this.#others = others;
    if (!this.#marks.length) this.#calm();
    if (isNews) this.#tell({ changed: true });
    this.#call("onChange");
  }

  /** Nothing is left to send, whoever sent it. */
  #calm() {
    this.#trouble = "";
    this.#failures = 0;
    this.#held.clear();
    this.#wake?.();
  }

  /**
   * Ask the store; where it fails, go on in memory with all this page knows.
   *
   * @template T
   * @param {(store: import("./store.js").LastingStore | MemoryStore) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #safely(work) {
    const store = this.#store;
    try {
      const result = await work(store);
      if (this.#store === store) return result;
    } catch (error) {
      if (!store.isLasting) throw error;
      if (this.#store === store) {
        console.error("Marks cannot be kept on this device:", error);
        const kept = this.#marks.filter((mark) => !this.#unsafe.has(mark.key));
        this.#store = new MemoryStore(kept);
      }
    }
    // What a store that failed meanwhile was told, the memory has to hear too.
    return work(this.#store);
  }

  /** Nothing that goes wrong on the page may stop the sending. @param {string} name */
  #call(name, ...values) {
    try {
      this.handlers[name](...values);
    } catch (error) {
      console.error(error);
    }
  }

  /** @param {object} news */
  #tell(news) {
    this.handlers.channel?.postMessage({ owner: this.owner, ...news });
  }

  /** What another page of this device did. @param {any} news */
  #heard(news) {
    // Still opening: all this will be read.
    if (!this.#store) return;
    if (news.owner !== this.owner) {
      void this.#reload();
      return;
    }
    if (news.changed) void this.#reload();
    if (news.added) {
      const instead = news.added.map((entry) => entry.instead).filter(Boolean);
      this.#drop([...instead, ...news.added.map((entry) => entry.mark.key)]);
      this.#append(news.added.map((entry) => entry.mark));
      // The page that added them may be closed before it has sent them.
      void this.#run();
    }
    if (news.gone) {
      this.#drop(news.gone);
      if (!this.#marks.length) this.#calm();
      if (news.answer) this.#call("onAnswer", news.answer, news.marks);
    }
    this.#call("onChange");
  }
}
