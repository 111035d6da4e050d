// The queue of marks: none lost, none sent twice under another key, in order.
import assert from "node:assert/strict";
import { test } from "node:test";

import { MarkQueue } from "../../static/blended_xblock/js/queue.js";

const LOST = new Error("no network");
const REFUSED = Object.assign(new Error("no"), { refused: true });

/** A server that answers as told: an error is thrown, anything else is an answer. */
function scene(...answers) {
  const sent = [];
  const seen = { answered: [], refused: [] };
  const queue = new MarkQueue({
    delays: [5],
    send: async (session, marks) => {
      sent.push([session, marks.map((mark) => mark.key)]);
      await new Promise((resolve) => setTimeout(resolve, 2));
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      if (typeof answer === "function") return answer(marks);
      return {};
    },
    isRefusal: (error) => Boolean(error.refused),
    onChange: () => {},
    onAnswer: (_answer, marks) => seen.answered.push(...marks.map((mark) => mark.key)),
    onRefused: (mark) => seen.refused.push(mark.key),
  });
  return { queue, sent, seen };
}

function mark(key, userId, { at = "2026-05-12T09:00:00Z", session = "s", status = "P" } = {}) {
  return { key, user_id: userId, status, session, at };
}

async function settled(queue) {
  for (let i = 0; i < 200 && queue.unsent; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(queue.unsent, 0, "the queue never emptied");
}

test("the first mark is sent at once, those made meanwhile together", async () => {
  const { queue, sent, seen } = scene();
  queue.add(mark("a", 1));
  assert.deepEqual(sent, [["s", ["a"]]]);
  queue.add(mark("b", 2));
  queue.add(mark("c", 3));
  await settled(queue);
  assert.deepEqual(sent, [["s", ["a"]], ["s", ["b", "c"]]]);
  assert.deepEqual(seen.answered, ["a", "b", "c"]);
});

test("a lost request is sent again with the same keys", async () => {
  const { queue, sent, seen } = scene(LOST, LOST);
  queue.add(mark("a", 1));
  await settled(queue);
  assert.deepEqual(sent, [["s", ["a"]], ["s", ["a"]], ["s", ["a"]]]);
  assert.deepEqual(seen.answered, ["a"]);
  assert.equal(queue.isFailing, false);
});

test("what may have arrived keeps its key when the learner is marked again", async () => {
  const { queue, sent } = scene(LOST);
  queue.add(mark("a", 1));
  queue.add(mark("b", 1, { status: "L", at: "2026-05-12T09:00:01Z" }));
  await settled(queue);
  assert.deepEqual(sent.at(-1), ["s", ["a", "b"]]);
});

test("a slip that never left is replaced, a later change is not", async () => {
  const { queue, sent } = scene();
  queue.add(mark("first", 9));
  queue.add(mark("slip", 1));
  queue.add(mark("mended", 1, { at: "2026-05-12T09:00:02Z" }));
  queue.add(mark("later", 1, { at: "2026-05-12T11:30:00Z" }));
  await settled(queue);
  assert.deepEqual(sent, [["s", ["first"]], ["s", ["mended", "later"]]]);
});

test("one refused mark does not hold up the others", async () => {
  const all = (marks) => {
    if (marks.some((each) => each.key === "bad")) throw REFUSED;
    return {};
  };
  const { queue, seen } = scene(all, all, all, all, all);
  queue.add(mark("a", 1));
  queue.add(mark("b", 2));
  queue.add(mark("bad", 3));
  queue.add(mark("c", 4));
  await settled(queue);
  assert.deepEqual(seen.refused, ["bad"]);
  assert.deepEqual(seen.answered, ["a", "b", "c"]);
});

test("marks of two sessions never share a request", async () => {
  const { queue, sent } = scene(LOST);
  queue.add(mark("a", 1));
  queue.add(mark("b", 2, { session: "t" }));
  queue.add(mark("c", 3, { session: "t" }));
  await settled(queue);
  assert.deepEqual(sent.slice(1), [["s", ["a"]], ["t", ["b", "c"]]]);
});

test("the newest mark on its way is the one shown", () => {
  const { queue } = scene();
  queue.add(mark("a", 1));
  queue.add(mark("b", 1, { status: "A", at: "2026-05-12T09:30:00Z" }));
  assert.equal(queue.pendingOf("s", 1).key, "b");
  assert.equal(queue.pendingOf("t", 1), undefined);
});
