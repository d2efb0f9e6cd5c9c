// Signalling as geckos.io's clients speak it, read from HTTP requests: every one of them carries a channel ticket.
import { z } from "zod";
import { type ErrorCode, problem } from "../../../shared/schema/errors.ts";
import type { SignallingRefusal } from "./datagram-channel.ts";

const PREFIX = "/.wrtc/v2/";
const PATH = /^\/\.wrtc\/v2\/connections(?:\/([0-9A-Za-z]{24})\/(remote-description|close))?$/;
const BEARER = /^Bearer ([A-Za-z0-9_-]{1,128})$/i;

/** An answer without candidates has about 500 bytes; one with a dozen of them 2,000. */
export const MAX_ANSWER_BYTES = 8_192;

const Answer = z.object({ type: z.literal("answer"), sdp: z.string().max(MAX_ANSWER_BYTES) });

/** A request that can be looked into. */
export type SignallingRequest =
  | { readonly step: "connect"; readonly ticket: string }
  | { readonly step: "answer" | "close"; readonly ticket: string; readonly connectionId: string };

/** What a refusal is answered with. */
const REFUSALS: Readonly<Record<SignallingRefusal, readonly [ErrorCode, string]>> = {
  no_ticket: ["auth.missing", "Send the channel ticket as a bearer token."],
  bad_ticket: ["auth.invalid", "The channel ticket is unknown or void: ask for another one over the WebSocket."],
  expired_ticket: ["auth.expired", "The channel ticket has expired: ask for another one over the WebSocket."],
  used_ticket: ["auth.invalid", "The channel ticket was used: ask for another one over the WebSocket."],
  wrong_connection: ["auth.invalid", "There is no such connection for this ticket."],
  already_answered: ["request.invalid", "The connection has its answer already."],
  too_many_from_address: ["request.rate_limited", "Too many connections from this address: stay on the WebSocket."],
  too_many: ["service.unavailable", "This server has as many datagram connections as it takes: stay on the WebSocket."],
  too_large: ["request.too_large", `Send at most ${MAX_ANSWER_BYTES} bytes.`],
  malformed: ["request.malformed", 'Send {"type":"answer","sdp":…} with the answer to our offer.'],
  unknown_path: [
    "route.not_found",
    "Signalling has POST connections, connections/{id}/remote-description and …/close.",
  ],
  closing: ["server.draining", "This server closes."],
  failed: ["service.unavailable", "The connection could not be made: stay on the WebSocket."],
};

/** The problem document (RFC 9457) that says why. */
export function refuse(reason: SignallingRefusal): Response {
  const [code, detail] = REFUSALS[reason];
  const document = problem(code, detail);
  return Response.json(document, { status: document.status, headers: { "Content-Type": "application/problem+json" } });
}

/** What the request asks for, or why it is refused; `undefined` when its path is not signalling's. Reads no body. */
export function readRequest(request: Request): SignallingRequest | SignallingRefusal | undefined {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith(PREFIX)) return undefined;
  const path = PATH.exec(pathname);
  if (!path || request.method !== "POST") return "unknown_path";
  const ticket = BEARER.exec(request.headers.get("authorization") ?? "")?.[1];
  if (!ticket) return "no_ticket";
  const [, connectionId, step] = path;
  if (!connectionId) return { step: "connect", ticket };
  return { step: step === "close" ? "close" : "answer", ticket, connectionId };
}

/** The answer's session description in the body. Reads `MAX_ANSWER_BYTES` at most, whatever the headers say. */
export async function readAnswer(request: Request): Promise<{ readonly sdp: string } | "too_large" | "malformed"> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_ANSWER_BYTES) return "too_large";
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > MAX_ANSWER_BYTES) return "too_large";
      chunks.push(chunk);
    }
    const answer = Answer.safeParse(JSON.parse(Buffer.concat(chunks).toString()));
    return answer.success ? { sdp: answer.data.sdp } : "malformed";
  } catch {
    return "malformed"; // Not JSON, or cut off.
  }
}
