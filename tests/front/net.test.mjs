// Which answers are final, so that sending the same marks again is useless.
import assert from "node:assert/strict";
import { test } from "node:test";

import { RequestError } from "../../static/blended_xblock/js/net.js";

test("what our handlers refuse is final", () => {
  for (const status of [400, 403, 404, 409, 413, 422]) {
    assert.ok(new RequestError(status, "No.", [], "not_allowed").isRefusal, String(status));
  }
});

test("a log-in page, a lost token and a broken server may pass", () => {
  for (const status of [0, 401, 403, 404, 500, 502, 503]) {
    assert.ok(!new RequestError(status, "").isRefusal, String(status));
  }
});
