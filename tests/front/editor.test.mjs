import assert from "node:assert/strict";
import { test } from "node:test";

import { decode } from "../../static/blended_xblock/js/editor/csv.js";
import { addDays, halves, joined } from "../../static/blended_xblock/js/editor/session_data.js";
import { isSame, Store } from "../../static/blended_xblock/js/editor/store.js";
import { findInTree } from "../../static/blended_xblock/js/editor/tree.js";

const version = () => ({ title: "Unit", weight: 1, design: { objectives: ["a", "b"], rule: { kind: "sessions" } } });

test("data is the same whatever the order of names, and an empty list is none", () => {
  assert.ok(isSame({ a: 1, b: [2] }, { b: [2], a: 1, reminders: [], capacity: null }));
  assert.ok(!isSame({ a: ["x", "y"] }, { a: ["y", "x"] }));
});

test("a list's watchers hear of structure at it, of typing in it, and of all being replaced", () => {
  const store = new Store(version());
  const heard = [];
  store.watch("design.objectives", (change) => heard.push([change.path, change.structural]));
  store.set("title", "Other");
  store.set("design.objectives.0", "typed");
  store.insert("design.objectives", 2, "c");
  store.move("design.objectives", 2, 0);
  assert.deepEqual(store.get("design.objectives"), ["c", "typed", "b"]);
  store.replace(version());
  assert.deepEqual(heard, [
    ["design.objectives.0", false],
    ["design.objectives", true],
    ["design.objectives", true],
    ["", true],
  ]);
});

test("writing what is there already tells nobody", () => {
  const store = new Store(version());
  store.watch("", () => assert.fail("told"));
  store.set("title", "Unit");
});

test("what was handed in is not changed by what is written", () => {
  const given = version();
  new Store(given).set("design.rule.kind", "minutes");
  assert.equal(given.design.rule.kind, "sessions");
});

const node = (title, ...children) => ({ title, children });

test("a search finds every word, without accents, and shows what it stands in", () => {
  const root = node("", node("Début", node("Le conflit"), node("Autre")), node("Fin"));
  const found = findInTree(root, " CONFLIT le ", 10);
  assert.equal(found.count, 1);
  assert.deepEqual(found.children.map((each) => [each.title, each.children.map((inner) => inner.title)]), [
    ["Début", ["Le conflit"]],
  ]);
});

test("a search draws no more than so many, and counts all", () => {
  const root = node("", ...Array.from({ length: 30 }, (_each, index) => node(`Part ${index}`)));
  const found = findInTree(root, "part", 20);
  assert.deepEqual([found.children.length, found.count], [20, 30]);
});

test("a week later is the same time on the clock, and what is no date stays", () => {
  assert.equal(addDays("2027-10-25T09:00", 7), "2027-11-01T09:00");
  assert.equal(addDays("T09:00", 7), "T09:00");
  assert.equal(joined(halves("2027-10-25T09:00").day, ""), "2027-10-25T");
});

test("files of spreadsheets are read in the encodings they come in", () => {
  const utf8 = new TextEncoder().encode("é;à").buffer;
  const windows = new Uint8Array([0xe9, 0x3b, 0xe0]).buffer;
  const utf16 = new Uint8Array([0xff, 0xfe, 0xe9, 0x00, 0x3b, 0x00, 0xe0, 0x00]).buffer;
  for (const file of [utf8, windows, utf16]) assert.equal(decode(file), "é;à");
});
