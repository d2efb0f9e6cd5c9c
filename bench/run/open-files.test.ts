import assert from "node:assert/strict";
import { test } from "node:test";
import { maxOpenFiles, refuseClients } from "./open-files.ts";

test("the bound on open files is the hard one", () => {
  const limits =
    "Limit    Soft Limit   Hard Limit   Units\nMax open files            1024                 20000                files\n";
  assert.equal(maxOpenFiles(limits), 20_000);
  assert.equal(maxOpenFiles("Max open files  1024  unlimited  files"), Number.POSITIVE_INFINITY);
  assert.equal(maxOpenFiles(""), undefined);
});

test("more clients than files are refused with how many there can be", () => {
  assert.match(refuseClients(10_000, 4_096) ?? "", /10000 clients take 10200 open files .* 4096 .*--clients 3896\.$/);
  assert.equal(refuseClients(10_000, 20_000), undefined);
  assert.equal(refuseClients(10_000, undefined), undefined);
});
