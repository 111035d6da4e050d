// The queue of marks: kept first, none lost, none sent twice under another key, in order.
import assert from "node:assert/strict";
import { test } from "node:test";

import { MarkQueue } from "../../static/blended_xblock/js/queue.js";
import { MemoryStore } from "../../static/blended_xblock/js/store.js";

const LOST = Object.assign(new Error("no network"), { trouble: "network" });
const BROKEN = Object.assign(new Error("500"), { trouble: "server" });
const REFUSED = Object.assign(new Error("no"), { refused: true, code: "invalid_input" });
const NOT_ALLOWED = Object.assign(new Error("no"), { refused: true, ofAll: true });

/** Several pages of one device: they share a store, and hear each other. */
class Channel {
  #pages = [];

  page() {
    const page = {
      hear: null,
      addEventListener: (_name, hear) => (page.hear = hear),
      postMessage: (data) => {
        for (const other of this.#pages) {
          if (other !== page) setTimeout(() => other.hear({ data: structuredClone(data) }));
        }
      },
    };
    this.#pages.push(page);
    return page;
  }
}

/** A store that outlives its pages, as the device's own does, with one sender at a time. */
class Device extends MemoryStore {
  isLasting = true;
  #line = Promise.resolve();
  busy = 0;

  alone(work) {
    const turn = this.#line.then(async () => {
      this.busy += 1;
      assert.equal(this.busy, 1, "two pages send at once");
      try {
        return await work();
      } finally {
        this.busy -= 1;
      }
    });
    this.#line = turn.catch(() => {});
    return turn;
  }
}

/** A server that answers as told: an error is thrown, anything else is an answer. */
function scene(answers = [], more = {}) {
  const sent = [];
  const seen = { answered: [], refused: [] };
  const queue = new MarkQueue({
    owner: "7",
    store: Promise.resolve(more.device || new Device()),
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
    isOfAll: (error) => Boolean(error.ofAll),
    troubleOf: (error) => error.trouble,
    onChange: () => {},
    onAnswer: (_answer, marks) => seen.answered.push(...marks.map((mark) => mark.key)),
    onRefused: (marks) => seen.refused.push(...marks.map((mark) => mark.key)),
    ...more,
  });
  return { queue, sent, seen };
}

function mark(key, userId, { at = "2026-05-12T09:00:00Z", session = "s", ...more } = {}) {
  return { key, user_id: userId, status: "P", session, at, url: `/${session}`, ...more };
}

async function until(isSo, what) {
  for (let i = 0; i < 400 && !isSo(); i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(isSo(), what);
}

async function settled(queue) {
  await queue.ready;
  await until(() => queue.unsent === 0, "the queue never emptied");
}

test("the first mark is sent at once, those made meanwhile together", async () => {
  const { queue, sent, seen } = scene();
  await queue.add(mark("a", 1));
  await until(() => sent.length === 1, "nothing was sent");
  void queue.add(mark("b", 2));
  void queue.add(mark("c", 3));
  await settled(queue);
  assert.deepEqual(sent, [["s", ["a"]], ["s", ["b", "c"]]]);
  assert.deepEqual(seen.answered, ["a", "b", "c"]);
});

test("a mark is kept before it is called safe, and before it is sent", async () => {
  const device = new Device();
  let write;
  const written = new Promise((resolve) => (write = resolve));
  const add = device.add.bind(device);
  device.add = async (entries) => {
    await written;
    return add(entries);
  };
  const { queue, sent } = scene([], { device });
  await queue.ready;
  void queue.add(mark("a", 1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(queue.isSafe, false);
  assert.deepEqual(sent, []);
  write();
  await settled(queue);
  assert.equal(queue.isSafe, true);
});

test("a lost request is sent again with the same keys", async () => {
  const { queue, sent, seen } = scene([LOST, LOST]);
  await queue.add(mark("a", 1));
  await until(() => queue.trouble === "network", "the trouble is not told");
  await settled(queue);
  assert.deepEqual(sent, [["s", ["a"]], ["s", ["a"]], ["s", ["a"]]]);
  assert.deepEqual(seen.answered, ["a"]);
  assert.equal(queue.isFailing, false);
});

test("what may have arrived keeps its key when the learner is marked again", async () => {
  const { queue, sent } = scene([LOST]);
  await queue.add(mark("a", 1));
  await until(() => sent.length === 1, "nothing was sent");
  await queue.add(mark("b", 1, { status: "L", at: "2026-05-12T09:00:01Z" }));
  await settled(queue);
  assert.deepEqual(sent.at(-1), ["s", ["a", "b"]]);
});

test("a slip that never left is replaced, a later change is not", async () => {
  const { queue, sent } = scene();
  void queue.add(mark("slip", 1, { note: "kept" }));
  void queue.add(mark("mended", 1, { at: "2026-05-12T09:00:02Z" }));
  void queue.add(mark("later", 1, { at: "2026-05-12T11:30:00Z" }));
  assert.equal(queue.unsent, 2);
  assert.equal(queue.pendingOf("s", 1).key, "later");
  await settled(queue);
  assert.deepEqual(sent, [["s", ["mended", "later"]]]);
});

test("each mark says what was seen: the record as it will be after those before it", async () => {
  const got = [];
  const { queue } = scene([(marks) => got.push(...marks)]);
  void queue.add(mark("slip", 1, { base: 3 }));
  void queue.add(mark("first", 1, { base: 3, at: "2026-05-12T09:00:02Z" }));
  void queue.add(mark("second", 1, { base: 3, at: "2026-05-12T09:10:00Z" }));
  void queue.add(mark("other", 2, { base: 8 }));
  await settled(queue);
  assert.deepEqual(got.map(({ key, base }) => [key, base]), [["first", 3], ["second", 4], ["other", 8]]);
});

test("one refused mark does not hold up the others and is not dropped", async () => {
  const all = (marks) => {
    if (marks.some((each) => each.key.startsWith("bad"))) throw REFUSED;
    return {};
  };
  const { queue, sent, seen } = scene(Array(40).fill(all));
  const keys = Array.from({ length: 150 }, (_each, i) => (i === 77 ? "bad" : `k${i}`));
  keys.forEach((key, i) => void queue.add(mark(key, i + 1)));
  await settled(queue);
  assert.deepEqual(seen.refused, ["bad"]);
  assert.deepEqual(seen.answered, keys.filter((key) => key !== "bad"));
  assert.ok(sent.length < 30, `${sent.length} requests`);
  assert.deepEqual(queue.refused.map(({ key, code, message }) => [key, code, message]), [
    ["bad", "invalid_input", "no"],
  ]);
});

test("what was refused is sent again, with its key and its time, or let go", async () => {
  const { queue, sent } = scene([NOT_ALLOWED]);
  void queue.add(mark("a", 1));
  void queue.add(mark("b", 2));
  await until(() => queue.refused.length === 2, "both are refused together");
  assert.equal(sent.length, 1);
  await queue.dismiss(["b"]);
  await queue.again(["a"]);
  await settled(queue);
  assert.deepEqual(sent.at(-1), ["s", ["a"]]);
  assert.deepEqual(queue.refused, []);
});

test("marks of two sessions never share a request", async () => {
  const { queue, sent } = scene([LOST]);
  void queue.add(mark("a", 1));
  void queue.add(mark("b", 2, { session: "t" }));
  void queue.add(mark("c", 3, { session: "t" }));
  await settled(queue);
  assert.deepEqual(sent.slice(1), [["s", ["a"]], ["t", ["b", "c"]]]);
});

test("a session whose address is broken does not hold up another", async () => {
  const broken = (marks) => {
    if (marks[0].session === "s" && sent.length < 6) throw BROKEN;
    return {};
  };
  const { queue, sent, seen } = scene(Array(20).fill(broken));
  void queue.add(mark("a", 1));
  void queue.add(mark("b", 2, { session: "t" }));
  await until(() => seen.answered.includes("b"), "the other never came through");
  assert.equal(queue.unsentOf("s"), 1);
  assert.equal(queue.trouble, "server");
  await settled(queue);
});

test("another page of the device sends what a closed one left", async () => {
  const device = new Device();
  const first = scene([LOST], { device, delays: [10_000] });
  await first.queue.add(mark("a", 1));
  await until(() => first.queue.isFailing, "it was to fail");
  const second = scene([], { device });
  await settled(second.queue);
  assert.deepEqual(second.seen.answered, ["a"]);
  first.queue.retry();
});

test("two pages send each mark once, one at a time, and both show the answer", async () => {
  const device = new Device();
  const channel = new Channel();
  const pages = [1, 2].map(() => scene([], { device, channel: channel.page() }));
  for (let i = 0; i < 40; i += 1) void pages[i % 2].queue.add(mark(`k${i}`, i));
  for (const { queue } of pages) await settled(queue);
  const keys = pages.flatMap(({ sent }) => sent.flatMap(([, each]) => each));
  assert.equal(keys.length, 40);
  assert.equal(new Set(keys).size, 40);
  await until(() => pages.every(({ seen }) => seen.answered.length === 40), "an answer is missing");
});

test("a slip is no slip any more once another page has sent it", async () => {
  const device = new Device();
  const { queue, sent } = scene([LOST], { device, delays: [10_000] });
  await queue.add(mark("a", 1, { session: "t" }));
  await until(() => queue.isFailing, "it was to fail");
  await queue.add(mark("b", 2));
  // The other page has taken it up, and this one has not heard of it.
  await device.claim("7", new Set(["t"]), 1);
  await queue.add(mark("c", 2, { at: "2026-05-12T09:00:01Z" }));
  assert.equal(queue.unsent, 3);
  queue.retry();
  await settled(queue);
  assert.deepEqual(sent.at(-1), ["s", ["b", "c"]]);
});

test("another account's marks are counted, and neither seen nor sent nor forgotten", async () => {
  const device = new Device();
  await device.add([{ mark: { ...mark("theirs", 1), owner: "8" }, instead: null }]);
  const { queue, sent } = scene([], { device });
  await queue.ready;
  assert.equal(queue.unsent, 0);
  assert.equal(queue.others, 1);
  assert.equal(queue.pendingOf("s", 1), undefined);
  await queue.add(mark("mine", 2));
  await settled(queue);
  await queue.forget();
  assert.deepEqual(sent, [["s", ["mine"]]]);
  assert.equal((await device.list("8")).marks.length, 1);
});

test("who looks through somebody else's eyes sends nothing", async () => {
  const device = new Device();
  await device.add([{ mark: { ...mark("a", 1), owner: "" }, instead: null }]);
  const { queue, sent } = scene([], { device, owner: "" });
  await queue.refresh();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(sent, []);
});

test("what a person forgets is gone, and the page does not send it", async () => {
  const { queue, sent } = scene([LOST], { delays: [10_000] });
  await queue.add(mark("a", 1));
  await until(() => queue.isFailing, "it was to fail");
  await queue.forget();
  assert.equal(queue.unsent, 0);
  assert.equal(queue.isFailing, false);
  queue.retry();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(sent.length, 1);
});

test("a device that stops keeping marks loses none that the page knows", async (context) => {
  context.mock.method(console, "error", () => {});
  const device = new Device();
  const { queue, seen } = scene([LOST], { device });
  await queue.add(mark("a", 1));
  assert.equal(queue.isSafe, true);
  device.add = device.claim = device.list = async () => {
    throw new Error("quota");
  };
  await queue.add(mark("b", 2));
  assert.equal(queue.isLasting, false);
  assert.equal(queue.isSafe, false);
  await settled(queue);
  assert.deepEqual(seen.answered.sort(), ["a", "b"]);
});

test("a page that fails to show an answer goes on sending", async (context) => {
  context.mock.method(console, "error", () => {});
  const { queue } = scene([], {
    onAnswer: () => {
      throw new Error("no such row");
    },
  });
  await queue.add(mark("a", 1));
  await settled(queue);
  await queue.add(mark("b", 1));
  await settled(queue);
});
