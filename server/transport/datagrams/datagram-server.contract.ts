// What every adapter of the datagram port promises, run over each of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { TICKET_SECONDS } from "./channel-tickets.ts";
import type { SignalledPeer } from "./connection-book.ts";
import {
  ANSWER_DEADLINE_MS,
  MAX_CONNECTIONS_PER_ADDRESS,
  MAX_PENDING,
  MAX_PENDING_PER_ADDRESS,
  OPEN_DEADLINE_MS,
} from "./connection-book.ts";
import {
  type DatagramChannel,
  MAX_BUFFERED_BYTES,
  MAX_DATAGRAM_BYTES,
  MAX_RECEIVED_BYTES,
  type SignallingRefusal,
} from "./datagram-channel.ts";
import { MAX_DROPPED_FRAMES } from "./frame-gate.ts";
import type { SignalledDatagrams } from "./signalled-datagrams.ts";
import { MAX_ANSWER_BYTES } from "./signalling.ts";
import { type Offered, signal } from "./testing/native-client.ts";
import type { TestClient } from "./testing/test-client.ts";

/** One adapter under test. */
export interface DatagramBench {
  readonly server: SignalledDatagrams<SignalledPeer>;
  /** The server's time, moved by the tests. */
  readonly clock: { nowMs: number };
  /** Goes through signalling and opens. Rejects when signalling refuses. */
  connect(sessionId: string, address?: string): Promise<TestClient>;
  /** An answer that this adapter's peers take, and that never leads to an open channel. */
  deafAnswer(offer: string): Promise<string>;
  /** Lets what is on its way arrive; called again and again. */
  flow(): void;
}

/** A seated client with its channel. */
interface Pair {
  readonly client: TestClient;
  readonly channel: DatagramChannel;
  readonly frames: Uint8Array[];
  keepAlives: number;
  closes: number;
}

/** Runs the contract over what `open` makes. */
export function datagramServerContract(name: string, open: () => Promise<DatagramBench>): void {
  let bench: DatagramBench;
  let channels: { sessionId: string; channel: DatagramChannel }[];
  const clients: TestClient[] = [];
  let sessions = 0;

  before(async () => {
    bench = await open();
    channels = [];
    bench.server.onChannel((sessionId, channel) => channels.push({ sessionId, channel }));
  });
  after(async () => {
    await bench.server.close();
    for (const client of clients) client.close();
  });

  const promise = (title: string, body: () => Promise<void>): void => {
    test(`${name}: ${title}`, body);
  };

  async function until(what: string, holds: () => boolean): Promise<void> {
    const givenUpAt = performance.now() + 10_000;
    for (bench.flow(); !holds(); bench.flow()) {
      if (performance.now() > givenUpAt) throw new Error(`Waited in vain until ${what}.`);
      await pause(1);
    }
  }

  async function join(sessionId = `session-${++sessions}`): Promise<Pair & { sessionId: string }> {
    const client = await bench.connect(sessionId);
    clients.push(client);
    const opened = () => channels.findLast((each) => each.sessionId === sessionId && each.channel.isOpen);
    await until("the server has the channel too", () => opened() !== undefined);
    const { channel } = opened()!;
    const pair = { sessionId, client, channel, frames: [] as Uint8Array[], keepAlives: 0, closes: 0 };
    channel.onFrame((frame) => pair.frames.push(frame));
    channel.onKeepAlive(() => {
      pair.keepAlives += 1;
    });
    channel.onClose(() => {
      pair.closes += 1;
    });
    return pair;
  }

  /** Signals, and says by which reason it was refused. */
  async function refusal(path: string, options: Parameters<typeof signal>[2]): Promise<string> {
    const earlier = bench.server.stats.refusedSignalling;
    const answer = await signal(bench.server, path, options);
    if (answer.ok) return "taken";
    assert.match(answer.headers.get("content-type") ?? "", /problem\+json/);
    const later = bench.server.stats.refusedSignalling;
    const counted = (Object.keys(later) as SignallingRefusal[]).filter((reason) => later[reason] > earlier[reason]);
    assert.equal(counted.length, 1, "each refusal is counted once");
    return counted[0]!;
  }

  async function offer(sessionId: string, address?: string): Promise<Offered & { ticket: string }> {
    const ticket = bench.server.issueTicket(sessionId);
    const answer = await signal(bench.server, "", { ticket, ...(address && { address }) });
    assert.equal(answer.status, 200);
    return { ...((await answer.json()) as Offered), ticket };
  }

  promise("a ticket opens a channel for its session, and frames go both ways as they are", async () => {
    const { channel, client, frames } = await join("ann");
    assert.equal(channels.at(-1)?.sessionId, "ann");
    assert.ok(channel.isOpen && client.isOpen);
    const sizes = [1, 2, 100, MAX_DATAGRAM_BYTES];
    const sent = sizes.map((size) => Uint8Array.from({ length: size }, (_, index) => (index + size) & 0xff));
    for (const frame of sent) {
      assert.equal(channel.send(frame), true);
      client.send(frame);
      await until("it has arrived at both ends", () => client.frames.length > 0 && frames.length > 0);
      assert.deepEqual([...client.frames.splice(0)[0]!], [...frame]);
      assert.deepEqual([...frames.splice(0)[0]!], [...frame]);
    }
  });

  promise("a frame is copied: what is written into its buffer later is not sent", async () => {
    const { channel, client } = await join();
    const frame = Uint8Array.of(7, 7, 7);
    channel.send(frame);
    frame.fill(9);
    await until("it has arrived", () => client.frames.length > 0);
    assert.deepEqual([...client.frames[0]!], [7, 7, 7]);
  });

  promise("nothing, too much, and anything after the end is not sent, and does not throw", async () => {
    const { channel } = await join();
    assert.equal(channel.send(new Uint8Array()), false);
    assert.equal(channel.send(new Uint8Array(MAX_DATAGRAM_BYTES + 1)), false);
    channel.close();
    assert.equal(channel.isOpen, false);
    assert.equal(channel.send(Uint8Array.of(1)), false);
    assert.equal(channel.keepAlive(), false);
    assert.equal(channel.bufferedBytes >= 0, true);
  });

  promise("what does not fit on the wire is refused, not queued", async () => {
    const { channel } = await join();
    const frame = new Uint8Array(MAX_DATAGRAM_BYTES).fill(1);
    let taken = 0;
    while (channel.send(frame)) if (++taken > 2_000) break;
    assert.ok(taken <= 2_000, "a burst ends");
    assert.ok(channel.bufferedBytes <= MAX_BUFFERED_BYTES + MAX_DATAGRAM_BYTES, `${channel.bufferedBytes} wait`);
    await until("it has drained", () => channel.bufferedBytes === 0);
    assert.equal(channel.send(frame), true);
  });

  promise('a text like {"disconnect":"x"} or null does nothing but count', async () => {
    const { channel, client, frames } = await join();
    const earlier = bench.server.stats.droppedFrames;
    for (const text of ['{"disconnect":"x"}', "null", '{"rawMessage":1}', '{"error":1}', "hello"]) client.send(text);
    client.send(new Uint8Array(MAX_RECEIVED_BYTES + 1).fill(1));
    client.send(Uint8Array.of(42));
    await until("the good frame has arrived", () => frames.length > 0);
    await until("all were counted", () => bench.server.stats.droppedFrames.too_large > earlier.too_large);
    assert.equal(bench.server.stats.droppedFrames.text, earlier.text + 5);
    assert.deepEqual([...frames[0]!], [42]);
    assert.equal(frames.length, 1);
    assert.ok(channel.isOpen);
  });

  promise("a client that sends rubbish only loses its channel", async () => {
    const pair = await join();
    for (let times = 0; times < MAX_DROPPED_FRAMES; times++) pair.client.send("rubbish");
    await until("it has closed", () => pair.closes === 1);
    assert.equal(pair.frames.length, 0);
  });

  promise("a keep-alive comes back, and is nobody's frame", async () => {
    const pair = await join();
    assert.equal(pair.channel.keepAlive(), true);
    await until("it was answered", () => pair.keepAlives === 1);
    assert.equal(pair.client.frames.length + pair.frames.length, 0);
  });

  promise("the end is heard once, whoever ends it", async () => {
    const [ann, bob] = [await join(), await join()];
    const { closed } = bench.server.stats;
    ann.channel.close();
    assert.equal(ann.closes, 0, "not from inside the call");
    ann.channel.close();
    bob.client.close();
    await until("both have closed", () => ann.closes + bob.closes === 2);
    await until("the other ends know", () => !ann.client.isOpen && !bob.channel.isOpen);
    assert.deepEqual([ann.closes, bob.closes], [1, 1]);
    assert.equal(bench.server.stats.closed, closed + 2);
  });

  promise("no ticket, a forged, a void and an expired one open nothing", async () => {
    assert.equal(await refusal("", {}), "no_ticket");
    assert.equal(await refusal("", { ticket: "A".repeat(32) }), "bad_ticket");
    const old = bench.server.issueTicket("carol");
    const fresh = bench.server.issueTicket("carol");
    assert.equal(await refusal("", { ticket: old }), "bad_ticket");
    bench.clock.nowMs += TICKET_SECONDS * 1_000;
    assert.equal(await refusal("", { ticket: fresh }), "expired_ticket");
    const revoked = bench.server.issueTicket("carol");
    bench.server.revoke("carol");
    assert.equal(await refusal("", { ticket: revoked }), "bad_ticket");
  });

  promise("a ticket works once, even when it is used twice at the same moment", async () => {
    const ticket = bench.server.issueTicket("dave");
    const [first, second] = await Promise.all([
      signal(bench.server, "", { ticket }),
      signal(bench.server, "", { ticket }),
    ]);
    assert.deepEqual([first.status, second.status], [200, 401]);
    assert.equal(await refusal("", { ticket }), "used_ticket");
    bench.server.revoke("dave");
  });

  promise("a connection brings a ticket for one more try, and that one brings none", async () => {
    const first = await offer("erin");
    assert.ok(first.userData.retryTicket);
    const answer = await signal(bench.server, "", { ticket: first.userData.retryTicket });
    const second = (await answer.json()) as Offered;
    assert.equal(second.userData.retryTicket, undefined);
    assert.equal(await refusal(`/${first.id}/close`, { ticket: first.ticket }), "wrong_connection", "it made room");
    bench.server.revoke("erin");
  });

  promise("a connection is answered and closed by its own ticket only", async () => {
    const [mine, other] = [await offer("frank"), await offer("grace")];
    for (const step of ["remote-description", "close"]) {
      assert.equal(await refusal(`/${mine.id}/${step}`, {}), "no_ticket");
      assert.equal(await refusal(`/${mine.id}/${step}`, { ticket: other.ticket }), "wrong_connection");
      assert.equal(await refusal(`/${mine.id}/${step}`, { ticket: mine.userData.retryTicket! }), "wrong_connection");
      assert.equal(await refusal(`/${"0".repeat(23)}z/${step}`, { ticket: mine.ticket }), "wrong_connection");
    }
    assert.equal(await refusal(`/${mine.id}/close`, { ticket: mine.ticket }), "taken");
    assert.equal(await refusal(`/${mine.id}/close`, { ticket: mine.ticket }), "wrong_connection");
    bench.server.revoke("grace");
  });

  promise("a session has one channel: a new one ends the old, and losing the seat ends it", async () => {
    const old = await join("heidi");
    const fresh = await join("heidi");
    await until("the old one has closed", () => old.closes === 1);
    assert.ok(fresh.channel.isOpen);
    bench.server.revoke("heidi");
    assert.equal(fresh.channel.isOpen, false);
    await until("its client knows", () => fresh.closes === 1 && !fresh.client.isOpen);
  });

  promise("an unanswered connection is reaped, and so is one that never opens", async () => {
    const earlier = bench.server.stats;
    const [silent, deaf] = [await offer("ivan"), await offer("judy")];
    const body = JSON.stringify({ type: "answer", sdp: await bench.deafAnswer(deaf.localDescription.sdp) });
    assert.equal(await refusal(`/${deaf.id}/remote-description`, { ticket: deaf.ticket, body }), "taken");
    bench.clock.nowMs += ANSWER_DEADLINE_MS;
    bench.server.reap();
    assert.equal(bench.server.stats.reaped, earlier.reaped + 1);
    assert.equal(await refusal(`/${silent.id}/close`, { ticket: silent.ticket }), "wrong_connection");
    bench.clock.nowMs += OPEN_DEADLINE_MS - ANSWER_DEADLINE_MS;
    bench.server.reap();
    assert.equal(bench.server.stats.reaped, earlier.reaped + 2);
    assert.equal(bench.server.stats.connections, earlier.connections);
  });

  promise("an open channel is never reaped", async () => {
    const { channel, sessionId } = await join();
    bench.clock.nowMs += 1_000_000;
    bench.server.reap();
    assert.ok(channel.isOpen);
    bench.server.revoke(sessionId);
  });

  promise("an answer that is too long, not one, or a second one is refused", async () => {
    const long = await offer("kim");
    const body = JSON.stringify({ type: "answer", sdp: "x".repeat(MAX_ANSWER_BYTES) });
    assert.equal(await refusal(`/${long.id}/remote-description`, { ticket: long.ticket, body }), "too_large");
    for (const rubbish of ["", "null", "{", '{"type":"offer","sdp":""}', '{"type":"answer","sdp":"v=0"}']) {
      const { id, ticket } = await offer("kim");
      assert.equal(await refusal(`/${id}/remote-description`, { ticket, body: rubbish }), "malformed", rubbish);
      assert.equal(await refusal(`/${id}/remote-description`, { ticket, body: rubbish }), "wrong_connection");
    }
    const { id, ticket, localDescription } = await offer("kim");
    const good = JSON.stringify({ type: "answer", sdp: await bench.deafAnswer(localDescription.sdp) });
    assert.equal(await refusal(`/${id}/remote-description`, { ticket, body: good }), "taken");
    assert.equal(await refusal(`/${id}/remote-description`, { ticket, body: good }), "already_answered");
    bench.server.revoke("kim");
  });

  promise("one address, and all together, hold only so many connections that are not open", async () => {
    const { connections } = bench.server.stats;
    assert.ok(MAX_PENDING_PER_ADDRESS < MAX_CONNECTIONS_PER_ADDRESS);
    const flood = async (count: number, addressOf: (index: number) => string): Promise<number[]> => {
      const requests = Array.from({ length: count }, (_, index) => {
        const ticket = bench.server.issueTicket(`flood-${addressOf(index)}-${index}`);
        return signal(bench.server, "", { ticket, address: addressOf(index) });
      });
      return (await Promise.all(requests)).map(({ status }) => status);
    };
    const near = await flood(MAX_PENDING_PER_ADDRESS + 10, () => "198.51.100.1");
    assert.equal(near.filter((status) => status === 200).length, MAX_PENDING_PER_ADDRESS);
    assert.equal(near.filter((status) => status === 429).length, 10);
    const far = await flood(MAX_PENDING + 10, (index) => `198.51.100.${2 + index}`);
    assert.equal(far.filter((status) => status === 200).length, MAX_PENDING - MAX_PENDING_PER_ADDRESS);
    assert.equal(far.at(-1), 503);
    assert.equal(bench.server.stats.connections, connections + MAX_PENDING);
    bench.clock.nowMs += ANSWER_DEADLINE_MS;
    bench.server.reap();
    assert.equal(bench.server.stats.connections, connections);
  });

  promise("only signalling's own paths are its own", async () => {
    const request = (path: string, method = "POST"): Promise<Response | undefined> =>
      bench.server.handle(new Request(`http://server${path}`, { method }), "192.0.2.1");
    assert.equal(await request("/matchmake/joinById/x"), undefined);
    assert.equal((await request("/.wrtc/v2/connections/../../x")) === undefined, true);
    assert.equal((await request("/.wrtc/v2/else"))?.status, 404);
    assert.equal((await request("/.wrtc/v2/connections", "GET"))?.status, 404);
    assert.equal((await request(`/.wrtc/v2/connections/${"a".repeat(24)}/additional-candidates`, "GET"))?.status, 404);
  });

  promise("closed, it has ended every channel and begins no other", async () => {
    const pair = await join();
    const ticket = bench.server.issueTicket("late");
    const making = signal(bench.server, "", { ticket: bench.server.issueTicket("in-the-making") });
    const closing = bench.server.close();
    assert.equal(bench.server.close(), closing, "closing twice is closing once");
    assert.equal(await refusal("", { ticket }), "closing");
    assert.notEqual((await making).status, 200);
    await closing;
    await until("the channel has closed", () => pair.closes === 1);
    assert.equal(bench.server.stats.connections, 0);
    assert.equal(bench.server.stats.openChannels, 0);
  });
}
