import assert from "node:assert/strict";
import { test } from "node:test";
import { ChannelTickets, MAX_TICKETS, TICKET_SECONDS } from "./channel-tickets.ts";

test("a ticket admits its session until it is used up", () => {
  const tickets = new ChannelTickets();
  const ticket = tickets.issue("ann", 0);
  const admission = tickets.check(ticket, 0);
  assert.ok(typeof admission === "object");
  assert.equal(admission.sessionId, "ann");
  tickets.revoke("ann");
  assert.equal(tickets.check(ticket, 0), "bad_ticket");
});

test("issuing a new ticket voids the session's old one, and no other session's", () => {
  const tickets = new ChannelTickets();
  const [old, other] = [tickets.issue("ann", 0), tickets.issue("bob", 0)];
  const fresh = tickets.issue("ann", 0);
  assert.notEqual(old, fresh);
  assert.equal(tickets.check(old, 0), "bad_ticket");
  assert.equal(typeof tickets.check(fresh, 0), "object");
  assert.equal(typeof tickets.check(other, 0), "object");
});

test("an expired ticket is told from a forged one, and is forgotten in the end", () => {
  const tickets = new ChannelTickets();
  const ticket = tickets.issue("ann", 0);
  const expiry = TICKET_SECONDS * 1_000;
  assert.equal(typeof tickets.check(ticket, expiry - 1), "object");
  assert.equal(tickets.check(ticket, expiry), "expired_ticket");
  tickets.forgetExpired(expiry);
  assert.equal(tickets.size, 1);
  tickets.forgetExpired(2 * expiry);
  assert.equal(tickets.size, 0);
});

test("tickets that nobody uses are bounded, and the newest survive", () => {
  const tickets = new ChannelTickets();
  const first = tickets.issue("first", 0);
  let last = "";
  for (let session = 0; session < MAX_TICKETS; session++) last = tickets.issue(`session-${session}`, 0);
  assert.equal(tickets.size, MAX_TICKETS);
  assert.equal(tickets.check(first, 0), "bad_ticket");
  assert.equal(typeof tickets.check(last, 0), "object");
});
