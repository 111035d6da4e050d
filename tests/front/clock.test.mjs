// Times on a session's clock: the same instant whatever the device's zone, over clock changes too.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  atSession,
  instantOf,
  minutesThere,
  timeOf,
  wallOf,
} from "../../static/blended_xblock/js/clock.js";
import { suggestedStatus } from "../../static/blended_xblock/js/details.js";

const PARIS = {
  zone: "Europe/Paris",
  starts: "2026-05-12T07:00:00Z",
  ends: "2026-05-12T10:00:00Z",
  lateAfter: 10,
  late: "L",
  early: "D",
};

test("a time of day is of the session's day, in its zone", () => {
  assert.equal(atSession("09:25", PARIS), "2026-05-12T07:25:00Z");
  assert.equal(atSession("08:50", PARIS), "2026-05-12T06:50:00Z");
  assert.equal(atSession("14:00", PARIS), "2026-05-12T12:00:00Z");
  assert.equal(atSession("", PARIS), "");
  assert.equal(timeOf("2026-05-12T07:25:31Z", PARIS.zone), "09:25");
  assert.equal(timeOf("", PARIS.zone), "");
});

test("past midnight it is the next day", () => {
  const night = { zone: "America/Toronto", starts: "2026-05-13T02:00:00Z", ends: "2026-05-13T06:00:00Z" };
  assert.equal(wallOf(night.starts, night.zone), "2026-05-12T22:00");
  assert.equal(atSession("23:30", night), "2026-05-13T03:30:00Z");
  assert.equal(atSession("00:30", night), "2026-05-13T04:30:00Z");
  assert.equal(atSession("21:45", night), "2026-05-13T01:45:00Z");
});

test("a date says which day of several", () => {
  const days = { zone: "Asia/Tokyo", starts: "2026-05-12T00:00:00Z", ends: "2026-05-14T08:00:00Z" };
  assert.equal(atSession("2026-05-13T10:00", days), "2026-05-13T01:00:00Z");
});

test("every wall time leads back to itself, on days when clocks change too", () => {
  for (const [zone, day] of [
    ["Europe/Paris", "2026-03-28"],
    ["Europe/Paris", "2026-10-24"],
    ["America/Toronto", "2026-03-07"],
    ["Australia/Lord_Howe", "2026-04-04"],
    ["Asia/Kathmandu", "2026-05-12"],
  ]) {
    for (let minute = 0; minute < 3 * 1440; minute += 30) {
      const at = Date.parse(`${day}T00:00Z`) + minute * 60_000;
      const wall = wallOf(at, zone);
      assert.equal(wallOf(instantOf(wall, zone), zone), wall, `${wall} ${zone}`);
    }
  }
});

test("minutes are of the session only, and only where a time was said", () => {
  assert.equal(minutesThere("", "", PARIS), null);
  assert.equal(minutesThere("2026-05-12T07:25:00Z", "", PARIS), 155);
  assert.equal(minutesThere("2026-05-12T06:50:00Z", "2026-05-12T09:00:00Z", PARIS), 120);
  assert.equal(minutesThere("", "2026-05-12T11:00:00Z", PARIS), 180);
  assert.equal(minutesThere("2026-05-12T10:30:00Z", "", PARIS), 0);
});

test("late and left early are suggested by the unit's own limits and codes", () => {
  const at = (time) => atSession(time, PARIS);
  assert.equal(suggestedStatus(at("09:09"), "", PARIS), "");
  assert.equal(suggestedStatus(at("09:10"), "", PARIS), "L");
  assert.equal(suggestedStatus("", at("11:00"), PARIS), "D");
  assert.equal(suggestedStatus(at("09:30"), at("11:00"), PARIS), "L");
  assert.equal(suggestedStatus("", at("12:00"), PARIS), "");
  assert.equal(suggestedStatus(at("09:30"), "", { ...PARIS, late: "" }), "");
});
