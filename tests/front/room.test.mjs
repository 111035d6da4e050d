// The projector's clock and codes: the server's time, whatever the device says, and nothing expired.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ServerClock } from "../../static/blended_xblock/js/room/server_clock.js";
import { Codes } from "../../static/blended_xblock/js/room/codes.js";

const NOON = Date.parse("2026-05-12T12:00:00Z");

/** A device that is an hour slow; `pass` lets time go by, `sleep` lets its ticks stand still. */
function device() {
  const at = { ticks: 5_000, wall: NOON - 3_600_000 };
  return {
    clock: new ServerClock(() => at.ticks, () => at.wall),
    pass: (ms) => ((at.ticks += ms), (at.wall += ms)),
    sleep: (ms) => (at.wall += ms),
    set: (wall) => (at.wall = wall),
    at,
  };
}

test("nobody knows the time before the first answer", () => {
  assert.ok(Number.isNaN(device().clock.now()));
});

test("the server's time counts, not the device's", () => {
  const { clock, pass, at } = device();
  const sent = at.ticks;
  pass(400);
  clock.learn(NOON, sent);
  assert.equal(clock.now(), NOON + 200, "half of the way there and back");
  pass(10_000);
  assert.equal(clock.now(), NOON + 10_200);
});

test("the answer that took least is believed", () => {
  const { clock, pass, at } = device();
  let sent = at.ticks;
  pass(20);
  clock.learn(NOON + 10, sent);
  pass(5_000 - 20);
  sent = at.ticks;
  pass(3_000);
  clock.learn(NOON + 5_100, sent);
  assert.equal(clock.now(), NOON + 8_000);
});

test("an answer without a time teaches nothing", () => {
  const { clock, at } = device();
  clock.learn(undefined, at.ticks);
  assert.ok(Number.isNaN(clock.now()));
});

test("after a sleep the time is unknown until the next answer", () => {
  const { clock, pass, sleep, at } = device();
  clock.learn(NOON, at.ticks);
  sleep(60_000);
  assert.ok(Number.isNaN(clock.now()));
  clock.learn(NOON + 60_000, at.ticks);
  pass(500);
  assert.equal(clock.now(), NOON + 60_500);
});

test("somebody who sets the device's time moves no code", () => {
  const { clock, set, at } = device();
  clock.learn(NOON, at.ticks);
  set(NOON + 86_400_000);
  assert.ok(Number.isNaN(clock.now()), "one question more");
  clock.learn(NOON, at.ticks);
  assert.equal(clock.now(), NOON);
});

const code = (n) => ({ typed: `${n}`, from: NOON + n * 15_000, until: NOON + (n + 1) * 15_000 });

test("the code of now is shown, then the next, then none", () => {
  const codes = new Codes();
  assert.equal(codes.at(NOON), undefined);
  codes.take([code(0), code(1)]);
  assert.equal(codes.at(NOON).typed, "0");
  assert.equal(codes.at(NOON + 14_999).typed, "0");
  assert.equal(codes.at(NOON + 15_000).typed, "1");
  assert.equal(codes.at(NOON + 30_000), undefined);
  assert.equal(codes.at(NOON - 1), undefined);
  assert.equal(codes.at(NaN), undefined, "where nobody knows the time, nothing is shown");
});

test("what was closed is forgotten", () => {
  const codes = new Codes();
  codes.take([code(0), code(1)]);
  codes.take([]);
  assert.equal(codes.at(NOON), undefined);
});
