/**
 * Times on a session's own clock, whatever zone the device is in.
 */

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} zone IANA */
function formatOf(zone) {
  if (!formats.has(zone)) {
    const digits = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit" };
    const options = { ...digits, minute: "2-digit", hourCycle: "h23", timeZone: zone };
    formats.set(zone, new Intl.DateTimeFormat("en-CA", options));
  }
  return formats.get(zone);
}

/**
 * @param {string | number} instant ISO 8601, or milliseconds
 * @param {string} zone
 * @returns {string} `2026-05-12T09:25`, as it stands on a wall there
 */
export function wallOf(instant, zone) {
  const parts = {};
  for (const { type, value } of formatOf(zone).formatToParts(new Date(instant))) {
    parts[type] = value;
  }
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** @param {string} instant empty where there is none @param {string} zone */
export function timeOf(instant, zone) {
  return instant && wallOf(instant, zone).slice(11);
}

/**
 * @param {string} wall `2026-05-12T09:25`
 * @param {string} zone
 * @returns {number} milliseconds; of an hour that a clock change repeats, the first
 */
export function instantOf(wall, zone) {
  const asUtc = Date.parse(`${wall}Z`);
  // The offset there is known only of an instant: guess, look, and look again beside a change.
  const offsetAt = (instant) => Date.parse(`${wallOf(instant, zone)}Z`) - instant;
  const guesses = [offsetAt(asUtc - 86_400_000), offsetAt(asUtc + 86_400_000)];
  const fitting = guesses.map((offset) => asUtc - offset).find((at) => wallOf(at, zone) === wall);
  return fitting ?? asUtc - guesses[0];
}

/**
 * The instant of a time of day at a session: on the day that puts it in the session, or nearest.
 *
 * @param {string} time `09:25`, or a whole `2026-05-12T09:25`
 * @param {{ zone: string, starts: string, ends: string }} session
 * @returns {string} ISO 8601 in UTC; empty for an empty time
 */
export function atSession(time, { zone, starts, ends }) {
  if (!time) return "";
  if (time.includes("T")) return iso(instantOf(time, zone));
  const [from, to] = [Date.parse(starts), Date.parse(ends)];
  const days = [0, -1, 1].map((step) => wallOf(from + step * 86_400_000, zone).slice(0, 10));
  const found = days.map((day) => instantOf(`${day}T${time}`, zone));
  const distance = (at) => Math.max(from - at, at - to, 0);
  return iso(found.reduce((best, at) => (distance(at) < distance(best) ? at : best)));
}

/** @param {number} at */
function iso(at) {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/**
 * Whole minutes of a session somebody was there; it is where both ends are known to be the
 * session's own that nothing need be suggested.
 *
 * @param {string} arrived ISO, empty: from the start
 * @param {string} left ISO, empty: to the end
 * @param {{ starts: string, ends: string }} session
 * @returns {number | null} null where neither was said
 */
export function minutesThere(arrived, left, { starts, ends }) {
  if (!arrived && !left) return null;
  const from = Math.max(Date.parse(arrived || starts), Date.parse(starts));
  const to = Math.min(Date.parse(left || ends), Date.parse(ends));
  return Math.max(0, Math.round((to - from) / 60_000));
}
