/**
 * Names for marks, given on the device.
 */

/** @returns {string} made once for each mark, so that sending it again is harmless */
export function newKey() {
  // Absent on plain http, where a trial server on a local network may well be.
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
