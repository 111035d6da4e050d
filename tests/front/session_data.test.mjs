// Sessions as the editor keeps them: half-typed times, copies, and undoing one change of the list.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  addDays,
  copySession,
  freshUuid,
  halves,
  joined,
  newSession,
  withoutChange,
} from "../../static/blended_xblock/js/editor/session_data.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const a = { id: "a", title: "A", occurrence: "", extra: [["x", "1"]] };
const b = { id: "b", title: "B", occurrence: "One" };
const c = { id: "c", title: "C", occurrence: "" };

test("a half-typed time stays what was typed", () => {
  for (const wall of ["2026-05-12T09:00", "2026-05-12T", "T09:00", ""]) {
    const { day, time } = halves(wall);
    assert.equal(joined(day, time), wall);
  }
  assert.deepEqual(halves(null), { day: "", time: "" });
});

test("a copy has an id of its own, and changing it changes nothing else", () => {
  const twin = copySession(a, { title: "Twin" });
  assert.match(twin.id, UUID);
  twin.extra[0][1] = "2";
  assert.deepEqual([a.title, a.extra], ["A", [["x", "1"]]]);
});

test("an address without https gets ids as well", (t) => {
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  t.after(() => delete crypto.randomUUID);
  const ids = new Set(Array.from({ length: 50 }, freshUuid));
  assert.equal(ids.size, 50);
  for (const id of ids) assert.match(id, UUID);
});

test("a day that is in no calendar is not moved", () => {
  assert.equal(addDays("2026-13-01T09:00", 7), "2026-13-01T09:00");
});

test("the first session stands in the author's zone, the next one in that of the last", () => {
  const info = { first_day: "2026-12-01", author_zone: "Europe/Paris", zones: [["UTC", "UTC"]] };
  const first = newSession(undefined, info, "Workshop");
  assert.deepEqual(
    [first.start, first.end, first.timezone],
    ["2026-12-01T09:00", "2026-12-01T12:00", "Europe/Paris"],
  );
  assert.equal(newSession(undefined, { ...info, author_zone: "" }, "").timezone, "UTC");
  const last = { ...first, timezone: "America/Montreal", audience: ["Client A"] };
  const next = newSession(last, info, "Workshop");
  assert.deepEqual(
    [next.start, next.timezone, next.audience],
    ["2026-12-08T09:00", "America/Montreal", []],
  );
});

test("sessions put back stand where they stood, and what was typed since stays", () => {
  const typed = { ...c, title: "Typed since" };
  assert.deepEqual(withoutChange([a, b, c], [c], [typed]), [a, b, typed]);
});

test("what came since stays, behind what it stood behind", () => {
  const since = { id: "d", title: "D" };
  assert.deepEqual(withoutChange([a, b, c], [c], [c, since]), [a, b, c, since]);
  assert.deepEqual(withoutChange([a], [], [since]), [since, a]);
});

test("what was removed since does not come back", () => {
  assert.deepEqual(withoutChange([a, b, c], [b, c], [c]), [a, c]);
});

test("what the change added goes, whatever was typed in it", () => {
  const made = { id: "m", title: "M" };
  assert.deepEqual(withoutChange([a, b], [a, made, b], [a, { ...made, title: "?" }, b]), [a, b]);
});

test("a name given to a group is taken back, unless it was typed anew", () => {
  const grouped = [a, b].map((each) => ({ ...each, occurrence: "Two" }));
  const now = [{ ...grouped[0], title: "Typed" }, { ...grouped[1], occurrence: "Mine" }];
  assert.deepEqual(withoutChange([a, b], grouped, now), [
    { ...a, title: "Typed" },
    { ...b, occurrence: "Mine" },
  ]);
});

test("what was sorted stands as before", () => {
  assert.deepEqual(withoutChange([c, a, b], [a, b, c], [a, b, c]), [c, a, b]);
});

test("with two of one id the list is simply what it was", () => {
  const twins = [a, { ...a, title: "Other" }];
  assert.deepEqual(withoutChange([...twins, c], twins, twins), [...twins, c]);
});
