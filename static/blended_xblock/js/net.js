/**
 * Requests to the block's handlers, and what can be said of one that failed.
 */

const PATIENCE = 20_000;

/** A request that failed. `status` is 0 where the server was not reached or did not answer. */
export class RequestError extends Error {
  /**
   * @param {number} status
   * @param {string} message what the server says to the person; empty where it said nothing
   * @param {string[]} [problems]
   * @param {string} [code] the server's own name for it; empty where something else answered
   * @param {Record<string, any>} [data] all it said
   */
  constructor(status, message, problems = [], code = "", data = {}) {
    super(message);
    this.data = data;
    this.status = status;
    this.problems = problems;
    this.code = code;
  }

  /** Tell whether the server understood and said no, so that sending the same again is useless. */
  get isRefusal() {
    if ([400, 409, 413, 422].includes(this.status)) return true;
    // Said by our own handler these are final; a log-in page or a lost token may pass.
    return [403, 404].includes(this.status) && this.code !== "";
  }

  /** Why it may go through later. @returns {"network" | "server" | "login" | "account"} */
  get trouble() {
    if (this.code === "another_account") return "account";
    // A log-in page, a lost token, or our own "log in again".
    if (this.status === 401 || this.status === 403) return "login";
    return this.status === 0 ? "network" : "server";
  }
}

/** @returns {string} the token Django wants back with every change */
function csrfToken() {
  const found = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  return found ? decodeURIComponent(found[1]) : "";
}

/**
 * @param {string} url
 * @param {Record<string, string | number>} params
 */
function withParams(url, params) {
  const full = new URL(url, document.baseURI);
  for (const [name, value] of Object.entries(params)) full.searchParams.set(name, String(value));
  return full;
}

/**
 * @param {URL | string} url
 * @param {RequestInit & { patience?: number }} options with the milliseconds it may take
 * @param {string} type the content type expected; anything else is a log-in page or a proxy's
 */
async function request(url, { patience = PATIENCE, ...options }, type) {
  const limit = AbortSignal.timeout(patience);
  const signal =
    options.signal && AbortSignal.any ? AbortSignal.any([options.signal, limit]) : limit;
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options, signal });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new RequestError(0, "");
  }
  // Where the two signals could not be joined, an older answer must not overtake a newer one.
  options.signal?.throwIfAborted();
  const given = response.headers.get("Content-Type") || "";
  if (!response.ok) {
    const said = given.includes("json") ? await response.json().catch(() => ({})) : {};
    const { message = "", problems = [], code = "" } = said;
    throw new RequestError(response.status, message, problems, code, said);
  }
  if (!given.includes(type)) {
    // Sent on to another page of this site: that is how one is asked to log in.
    const isLogin = response.redirected && new URL(response.url).origin === location.origin;
    throw new RequestError(isLogin ? 401 : 0, "");
  }
  return response;
}

/**
 * @param {string} url
 * @param {Record<string, string | number>} params
 * @param {AbortSignal} [signal]
 * @returns {Promise<DocumentFragment>}
 */
export async function getPart(url, params, signal) {
  const response = await request(withParams(url, params), { signal }, "text/html");
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  return template.content;
}

/**
 * @param {string} url
 * @param {Record<string, string | number>} params
 */
export async function getData(url, params) {
  return (await request(withParams(url, params), {}, "json")).json();
}

/**
 * @param {string} url
 * @param {object} body
 * @param {{ signal?: AbortSignal, patience?: number }} [more]
 */
export async function post(url, body, more = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  const options = { method: "POST", headers, body: JSON.stringify(body), ...more };
  return (await request(url, options, "json")).json();
}
