// A file on its way in pieces: each arrives once and in order, whatever is lost.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  base64Of,
  sendPieces,
  waitAfter,
} from "../../static/blended_xblock/js/imports/pieces.js";

const FILE = new Blob([Uint8Array.from({ length: 100_000 }, (_, n) => n % 251)]);

/** A server that loses the answers to these attempts, counted from 0. */
function server(lost = []) {
  const asked = [];
  const kept = new Map();
  return {
    asked,
    kept,
    async send(number, data) {
      asked.push(number);
      if (lost.includes(asked.length - 1)) throw new Error("lost");
      kept.set(number, Buffer.from(data, "base64"));
      return { import: 7, number };
    },
  };
}

test("all of a file arrives, and the last answer is the answer", async () => {
  const there = server();
  const progress = [];
  const answer = await sendPieces(FILE, {
    pieceBytes: 30_000,
    send: there.send,
    pause: () => assert.fail("nothing was lost"),
    onProgress: (bytes) => progress.push(bytes),
  });
  assert.deepEqual(answer, { import: 7, number: 3 });
  assert.deepEqual(progress, [30_000, 60_000, 90_000, 100_000]);
  const whole = Buffer.concat([...there.kept.values()]);
  assert.ok(whole.equals(Buffer.from(await FILE.arrayBuffer())));
});

test("a lost piece is sent again after a pause, and no other is", async () => {
  const there = server([1, 2]);
  const pauses = [];
  await sendPieces(FILE, {
    pieceBytes: 30_000,
    send: there.send,
    pause: async (attempt) => pauses.push(attempt),
    onProgress() {},
  });
  assert.deepEqual(there.asked, [0, 1, 1, 1, 2, 3]);
  assert.deepEqual(pauses, [1, 2]);
});

test("what is refused is not sent again", async () => {
  const there = server([1]);
  const sending = sendPieces(FILE, {
    pieceBytes: 30_000,
    send: there.send,
    pause: async (_attempt, error) => {
      throw error;
    },
    onProgress() {},
  });
  await assert.rejects(sending, /lost/);
  assert.deepEqual(there.asked, [0, 1]);
});

test("a file of whole pieces has no empty one at its end", async () => {
  const there = server();
  await sendPieces(FILE, { pieceBytes: 50_000, send: there.send, pause() {}, onProgress() {} });
  assert.deepEqual(there.asked, [0, 1]);
});

test("bytes that are no text survive", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
  assert.deepEqual(Buffer.from(await base64Of(new Blob([bytes])), "base64"), Buffer.from(bytes));
});

test("one waits longer each time, and half a minute at most", () => {
  assert.deepEqual([1, 2, 3, 6, 20].map(waitAfter), [1_000, 2_000, 4_000, 30_000, 30_000]);
});
