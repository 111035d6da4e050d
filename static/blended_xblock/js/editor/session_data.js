/**
 * Sessions as plain data: new ones, copies, and wall-clock times in their two halves.
 */

import { isSame } from "./store.js";

/** @returns {string} a UUID; an address without https has no randomUUID */
export function freshUuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** @param {string} wall "2026-05-12T09:00", or whatever half of it was typed */
export function halves(wall) {
  const [day = "", time = ""] = String(wall ?? "").split("T");
  return { day, time };
}

/** @param {string} day @param {string} time */
export function joined(day, time) {
  return day || time ? `${day}T${time}` : "";
}

/**
 * The same time on the clock so many days later; what is no date stays as it is.
 *
 * @param {string} wall @param {number} days
 */
export function addDays(wall, days) {
  const { day, time } = halves(wall);
  const at = new Date(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(at.valueOf())) return wall;
  at.setUTCDate(at.getUTCDate() + days);
  return joined(at.toISOString().slice(0, 10), time);
}

/** @param {object} session @param {object} changes */
export function copySession(session, changes) {
  return { ...structuredClone(session), ...changes, id: freshUuid() };
}

/**
 * The list without one change of it, and with all that was written since.
 *
 * What the change removed is back at its place, what it added is gone; of what it changed, that is
 * put back which is still as the change made it.
 *
 * @param {any[]} before @param {any[]} after what the change made of it @param {any[]} now
 */
export function withoutChange(before, after, now) {
  // Which of two with the same id is meant, nobody can tell.
  const isClear = (list) => new Set(list.map((each) => each.id)).size === list.length;
  if (![before, after, now].every(isClear)) return before;
  const byId = (list) => new Map(list.map((each) => [each.id, each]));
  const [old, made, current] = [before, after, now].map(byId);
  const kept = now
    .filter((each) => old.has(each.id) || !made.has(each.id))
    .map((each) => unchanged(old.get(each.id), made.get(each.id), each));
  const inPlace = new Map(kept.map((each) => [each.id, each]));
  // Of those there were, the ones gone since stay gone unless it was the change that took them.
  const order = before.filter((each) => current.has(each.id) || !made.has(each.id));
  const list = order.map((each) => inPlace.get(each.id) || structuredClone(each));
  // What came since stands behind the one it stood behind.
  kept.forEach((each, index) => {
    if (old.has(each.id)) return;
    const behind = index ? list.findIndex((other) => other.id === kept[index - 1].id) : -1;
    list.splice(behind + 1, 0, each);
  });
  return list;
}

function unchanged(old, made, now) {
  if (!old || !made) return now;
  const back = { ...now };
  for (const name of Object.keys({ ...old, ...made })) {
    if (isSame(old[name], made[name]) || !isSame(made[name], now[name])) continue;
    if (name in old) back[name] = structuredClone(old[name]);
    else delete back[name];
  }
  return back;
}

/**
 * A session to start from: like the last one a week later, or nine o'clock a week from now.
 *
 * @param {object | undefined} last @param {Record<string, any>} info @param {string} title
 */
export function newSession(last, info, title) {
  const day = info.first_day;
  const start = last ? addDays(last.start, 7) : `${day}T09:00`;
  const end = last ? addDays(last.end, 7) : `${day}T12:00`;
  return {
    id: freshUuid(),
    title: last?.title || title,
    start,
    end,
    timezone: last?.timezone || info.author_zone || info.zones[0][0],
    mode: last?.mode || "in_person",
    occurrence: "",
    venue: last?.venue || "",
    address: last?.address || "",
    join_url: last?.join_url || "",
    capacity: last?.capacity ?? null,
    audience: [],
    cancelled: false,
  };
}
