import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, ClientState, Protocol } from "@colyseus/core";
import { Decoder, StateView, schema, t } from "@colyseus/schema";
import { beQuiet, QuietSerializer } from "./quiet-serializer.ts";

const Runner = schema({ score: t.uint8().default(0), x: t.uint8().default(0).view() }, "Runner");
const Race = schema({ runners: t.map(Runner) }, "Race");

/** A race of one runner, with a quiet client and one that gets patches. */
function race(options: { isPatchClientThere: boolean }) {
  const state = new Race();
  state.runners.set("a", new Runner());
  const quiet: Uint8Array[] = [];
  const loud: Uint8Array[] = [];
  const joined = { state: ClientState.JOINED };
  const quietClient = { ...joined, raw: (bytes: Uint8Array) => quiet.push(bytes.slice()) } as unknown as Client;
  const loudClient = {
    ...joined,
    view: new StateView(),
    raw: (bytes: Uint8Array) => loud.push(bytes.slice()),
  } as unknown as Client;
  beQuiet(quietClient);
  const serializer = new QuietSerializer();
  serializer.reset(state);
  loudClient.view?.add(state.runners.get("a")!);
  const clients = options.isPatchClientThere ? [quietClient, loudClient] : [quietClient];
  const patch = (): { quiet: number; loud: number } => {
    quiet.length = 0;
    loud.length = 0;
    serializer.applyPatches(clients, state, { sNow: 1 });
    return { quiet: quiet.length, loud: loud.length };
  };
  patch();
  return { runner: state.runners.get("a")!, serializer, patch, quiet, loud };
}

test("when nothing changed, only clients that live by patches are told the time", () => {
  const { patch } = race({ isPatchClientThere: true });
  assert.deepEqual(patch(), { quiet: 0, loud: 1 });
});

test("what only views show is not told to a quiet client, and is to the others", () => {
  const { patch, runner, loud } = race({ isPatchClientThere: true });
  runner.x = 7;
  assert.deepEqual(patch(), { quiet: 0, loud: 1 });
  assert.ok(loud[0]!.includes(7));
  assert.deepEqual(patch(), { quiet: 0, loud: 1 });
  assert.ok(!loud[0]!.includes(7), "and once");
});

test("what everybody may know is told to everybody", () => {
  const { patch, runner, quiet } = race({ isPatchClientThere: true });
  runner.score = 9;
  runner.x = 7;
  assert.deepEqual(patch(), { quiet: 1, loud: 1 });
  assert.equal(quiet[0]![0]! & 0x1f, Protocol.ROOM_STATE_PATCH);
  assert.ok(quiet[0]!.includes(9) && !quiet[0]!.includes(7));
});

test("with quiet clients alone changes do not pile up, and who joins later has all of them", () => {
  const { patch, runner, serializer } = race({ isPatchClientThere: false });
  runner.x = 7;
  assert.deepEqual(patch(), { quiet: 0, loud: 0 });
  assert.equal(serializer["encoder"].hasChanges, false);
  runner.score = 9;
  assert.deepEqual(patch(), { quiet: 1, loud: 0 });
  const late = new Race();
  new Decoder(late).decode(serializer.getFullState().slice(1));
  assert.equal(late.runners.get("a")!.score, 9);
});
