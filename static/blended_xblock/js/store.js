/**
 * Where marks wait on this device: IndexedDB, or the page's memory where the browser keeps nothing.
 * Each store answers the same questions; of the two only the first outlives the page.
 */

import { newKey } from "./identity.js";

/**
 * @typedef {import("./queue.js").Mark} Mark
 * @typedef {Mark & { code: string, message: string }} Refused why: the server's slug and sentence
 * @typedef {{ mark: Mark, instead: string | null }} Entry a mark; in place of another never tried
 * @typedef {{ marks: Mark[], refused: Refused[], others: number }} Content
 */

const NAME = "blended";
const LOCK = "blended-marks";
// A page that hangs while it opens must not keep an instructor from marking.
const PATIENCE = 5_000;
// Longer than a request may take, so that a lease ends only with a page that is gone.
const LEASE = 30_000;
const LEASE_POLL = 500;

/**
 * What each version of the database adds to the one before; the first makes it. A released one is
 * never changed: what comes later is appended.
 *
 * @type {((database: IDBDatabase) => void)[]}
 */
const UPGRADES = [
  (database) => {
    const marks = database.createObjectStore("marks", { keyPath: "id", autoIncrement: true });
    marks.createIndex("key", "key", { unique: true });
    marks.createIndex("line", ["owner", "session"]);
    const refused = database.createObjectStore("refused", { keyPath: "key" });
    refused.createIndex("owner", "owner");
    database.createObjectStore("leases", { keyPath: "name" });
  },
];

/** @returns {Promise<LastingStore | MemoryStore>} */
export async function openStore() {
  const store = new LastingStore();
  try {
    await store.list("");
    return store;
  } catch {
    return new MemoryStore();
  }
}

export class MemoryStore {
  isLasting = false;
  /** @type {Mark[]} */
  #marks = [];
  /** @type {Refused[]} */
  #refused = [];
  #last = 0;

  /** @param {Mark[]} marks taken over from a store that failed */
  constructor(marks = []) {
    for (const mark of marks) this.#marks.push({ ...mark, id: (this.#last += 1) });
  }

  /** @param {Entry[]} entries @returns {Promise<boolean>} whether each took the place it named */
  async add(entries) {
    let isAsNamed = true;
    for (const { mark, instead } of entries) {
      const old = this.#marks.findIndex((each) => each.key === instead && !each.tried);
      if (instead && old < 0) isAsNamed = false;
      if (old < 0) this.#marks.push({ ...mark, id: (this.#last += 1) });
      else this.#marks[old] = inPlaceOf(this.#marks[old], mark);
    }
    return isAsNamed;
  }

  /** @param {string} owner @param {Set<string>} held @param {number} most @returns {Promise<Mark[]>} */
  async claim(owner, held, most) {
    const own = this.#marks.filter((mark) => mark.owner === owner);
    const first = own.find((mark) => !held.has(mark.session));
    const batch = own.filter((mark) => mark.session === first?.session).slice(0, most);
    for (const mark of batch) mark.tried = true;
    return batch.map((mark) => ({ ...mark }));
  }

  /** @param {Mark[]} marks */
  async remove(marks) {
    const gone = new Set(marks.map((mark) => mark.key));
    this.#marks = this.#marks.filter((mark) => !gone.has(mark.key));
  }

  /** @param {Refused[]} refused */
  async refuse(refused) {
    await this.remove(refused);
    this.#refused.push(...refused);
  }

  /** @param {string} owner @param {string[]} keys */
  async dismiss(owner, keys) {
    this.#refused = this.#refused.filter((each) => !keys.includes(each.key));
  }

  /** @param {string} owner @param {string[]} keys */
  async giveBack(owner, keys) {
    const back = this.#refused.filter((each) => keys.includes(each.key));
    await this.dismiss(owner, keys);
    await this.add(back.map((each) => ({ mark: asMark(each), instead: null })));
  }

  /** @param {string} owner */
  async forget(owner) {
    this.#marks = this.#marks.filter((mark) => mark.owner !== owner);
    this.#refused = this.#refused.filter((each) => each.owner !== owner);
  }

  /** @param {string} owner @returns {Promise<Content>} */
  async list(owner) {
    const marks = this.#marks.filter((mark) => mark.owner === owner);
    const refused = this.#refused.filter((each) => each.owner === owner);
    return { marks, refused, others: this.#marks.length - marks.length };
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   */
  async alone(work) {
    return work();
  }
}

export class LastingStore {
  isLasting = true;
  /** @type {Promise<IDBDatabase> | null} */
  #database = null;

  /** Resolves once what is added would outlive a crash. @param {Entry[]} entries */
  async add(entries) {
    return this.#change(
      async (marks) => {
        let isAsNamed = true;
        for (const { mark, instead } of entries) {
          const old = instead && (await done(marks.index("key").get(instead)));
          if (old && !old.tried) marks.put(inPlaceOf(old, mark));
          else marks.add(mark);
          if (instead && (!old || old.tried)) isAsNamed = false;
        }
        return isAsNamed;
      },
      // Written through to the disk: this is the promise that a mark is safe.
      "strict",
    );
  }

  /**
   * The next marks to be sent, of one session, from now on known to have been tried.
   *
   * @param {string} owner
   * @param {Set<string>} held sessions to leave out
   * @param {number} most
   */
  async claim(owner, held, most) {
    return this.#change(async (marks) => {
      const line = marks.index("line");
      let first = null;
      await eachKey(line.openKeyCursor(between(owner), "nextunique"), (cursor) => {
        const id = /** @type {number} */ (cursor.primaryKey);
        if (held.has(cursor.key[1])) return;
        if (first === null || id < first.id) first = { id, line: cursor.key };
      });
      if (first === null) return [];
      const batch = await done(line.getAll(IDBKeyRange.only(first.line), most));
      for (const mark of batch) {
        if (mark.tried) continue;
        mark.tried = true;
        marks.put(mark);
      }
      return batch;
    });
  }

  /** @param {Mark[]} batch */
  async remove(batch) {
    await this.#change((marks) => {
      for (const mark of batch) marks.delete(mark.id);
    });
  }

  /** @param {Refused[]} batch */
  async refuse(batch) {
    await this.#change((marks, refused) => {
      for (const mark of batch) {
        marks.delete(mark.id);
        refused.put(mark);
      }
    }, "strict");
  }

  /** @param {string} owner @param {string[]} keys */
  async dismiss(owner, keys) {
    await this.#change((_marks, refused) => {
      for (const key of keys) refused.delete(key);
    });
  }

  /** @param {string} owner @param {string[]} keys refused ones, to be sent once more */
  async giveBack(owner, keys) {
    await this.#change(async (marks, refused) => {
      for (const key of keys) {
        const found = await done(refused.get(key));
        if (!found || found.owner !== owner) continue;
        refused.delete(key);
        marks.add(asMark(found));
      }
    }, "strict");
  }

  /** @param {string} owner */
  async forget(owner) {
    await this.#change(async (marks, refused) => {
      for (const id of await done(marks.index("line").getAllKeys(between(owner)))) marks.delete(id);
      for (const key of await done(refused.index("owner").getAllKeys(owner))) refused.delete(key);
    });
  }

  /** @param {string} owner @returns {Promise<Content>} in the order they were made */
  async list(owner) {
    return this.#change(
      async (marks, refused) => {
        const own = await done(marks.index("line").getAll(between(owner)));
        return {
          marks: own.sort((one, other) => one.id - other.id),
          refused: await done(refused.index("owner").getAll(owner)),
          others: (await done(marks.count())) - own.length,
        };
      },
      "relaxed",
      "readonly",
    );
  }

  /**
   * Do something that only one page of this device does at a time.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async alone(work) {
    // Absent on plain http; a lease can be held by a page that is gone, a lock cannot.
    if (navigator.locks) return navigator.locks.request(LOCK, work);
    const holder = newKey();
    while (!(await this.#takeLease(holder))) {
      await new Promise((resolve) => setTimeout(resolve, LEASE_POLL));
    }
    try {
      return await work();
    } finally {
      await this.#endLease(holder);
    }
  }

  /** @param {string} holder */
  async #takeLease(holder) {
    return this.#change(async (_marks, _refused, leases) => {
      const held = await done(leases.get(LOCK));
      const now = Date.now();
      // One that ends later than it could was taken under another clock.
      if (held && held.until > now && held.until <= now + LEASE) return false;
      leases.put({ name: LOCK, holder, until: now + LEASE });
      return true;
    });
  }

  /** @param {string} holder */
  async #endLease(holder) {
    await this.#change(async (_marks, _refused, leases) => {
      const held = await done(leases.get(LOCK));
      if (held?.holder === holder) leases.delete(LOCK);
    });
  }

  /**
   * Do all of something in one transaction, or none of it.
   *
   * @template T
   * @param {(...stores: IDBObjectStore[]) => T | Promise<T>} work
   * @param {IDBTransactionDurability} [durability]
   * @param {IDBTransactionMode} [mode]
   * @returns {Promise<T>}
   */
  async #change(work, durability = "relaxed", mode = "readwrite") {
    const names = ["marks", "refused", "leases"];
    let transaction;
    try {
      transaction = (await this.#open()).transaction(names, mode, { durability });
    } catch (error) {
      // A connection that was closed under us, by a newer page or the browser, is made once more.
      if (error.name !== "InvalidStateError") throw error;
      this.#database = null;
      transaction = (await this.#open()).transaction(names, mode, { durability });
    }
    const end = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(undefined);
      transaction.onabort = () => reject(transaction.error || new Error("aborted"));
    });
    try {
      const result = await work(...names.map((name) => transaction.objectStore(name)));
      await end;
      return result;
    } catch (error) {
      end.catch(() => {});
      try {
        transaction.abort();
      } catch {
        // It had ended by itself.
      }
      throw error;
    }
  }

  #open() {
    this.#database ??= openDatabase((database) => {
      database.onclose = () => (this.#database = null);
      // A newer page waits for this one to let go.
      database.onversionchange = () => {
        this.#database = null;
        database.close();
      };
    });
    return this.#database;
  }
}

/** @param {(database: IDBDatabase) => void} prepare @returns {Promise<IDBDatabase>} */
function openDatabase(prepare) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("IndexedDB does not answer.")), PATIENCE);
    const request = indexedDB.open(NAME, UPGRADES.length);
    request.onupgradeneeded = (event) => {
      for (const upgrade of UPGRADES.slice(event.oldVersion)) upgrade(request.result);
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      prepare(request.result);
      resolve(request.result);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error);
    };
  });
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBRequest<IDBCursor | null>} request @param {(cursor: IDBCursor) => void} visit */
function eachKey(request, visit) {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) return resolve(undefined);
      visit(cursor);
      return cursor.continue();
    };
  });
}

/** Every session of an owner. @param {string} owner */
function between(owner) {
  return IDBKeyRange.bound([owner], [owner, []]);
}

/** A slip leaves its place in the line. @returns {Mark} */
function inPlaceOf(old, mark) {
  return { ...mark, id: old.id };
}

/** @param {Refused} refused @returns {Mark} */
function asMark({ code: _code, message: _message, id: _id, ...mark }) {
  return { ...mark, tried: false };
}
