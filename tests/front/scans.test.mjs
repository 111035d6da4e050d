// Codes read by an instructor: sent in order, kept while the server does not answer.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Scans } from "../../static/blended_xblock/js/room/scans.js";

/** A queue whose server answers what `reply` says; `done` resolves when nothing waits. */
function queue(reply) {
  const log = { sent: [], answered: [], refused: [], why: [] };
  let settle;
  const done = new Promise((resolve) => (settle = resolve));
  const scans = new Scans({
    delays: [1],
    send: async ({ code }) => {
      log.sent.push(code);
      return reply(code, log.sent.length);
    },
    isRefusal: (error) => error.final === true,
    onAnswer: ({ code }) => log.answered.push(code),
    onRefused: ({ code }, error) => log.refused.push([code, error.message]),
    onChange: (error) => {
      if (error) log.why.push(error.message);
      if (!scans.unsent) settle();
    },
  });
  return { scans, log, done };
}

const scan = (code) => ({ code });
const refusal = (message) => Object.assign(new Error(message), { final: true });

test("codes are sent in the order they were read", async () => {
  const { scans, log, done } = queue(() => ({}));
  for (const code of ["a", "b", "c"]) assert.ok(scans.add(scan(code)));
  await done;
  assert.deepEqual(log.answered, ["a", "b", "c"]);
});

test("a code that waits already is not added again", async () => {
  const { scans, log, done } = queue(() => ({}));
  assert.ok(scans.add(scan("a")));
  assert.ok(!scans.add(scan("a")));
  await done;
  assert.deepEqual(log.sent, ["a"]);
  assert.ok(scans.add(scan("a")), "once it was answered, it is a new question");
});

test("without a network nothing is lost and the order stays", async () => {
  const { scans, log, done } = queue((_code, n) => {
    if (n <= 3) throw new Error("away");
    return {};
  });
  scans.add(scan("a"));
  scans.add(scan("b"));
  assert.equal(scans.unsent, 2);
  await done;
  assert.deepEqual(log.sent, ["a", "a", "a", "a", "b"]);
  assert.deepEqual(log.answered, ["a", "b"]);
  assert.deepEqual(log.why, ["away", "away", "away"]);
  assert.ok(!scans.isFailing);
});

test("what the server refuses is told and does not hold up the rest", async () => {
  const { scans, log, done } = queue((code) => {
    if (code === "bad") throw refusal("Not a code.");
    return {};
  });
  scans.add(scan("bad"));
  scans.add(scan("good"));
  await done;
  assert.deepEqual(log.refused, [["bad", "Not a code."]]);
  assert.deepEqual(log.answered, ["good"]);
});

test("somebody who presses does not wait for the next attempt", async () => {
  let isAway = true;
  const { scans, done } = queue(() => {
    if (isAway) throw new Error("away");
    return {};
  });
  scans.delays = [60_000];
  scans.add(scan("a"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(scans.isFailing);
  isAway = false;
  scans.retry();
  await done;
  assert.equal(scans.unsent, 0);
});
