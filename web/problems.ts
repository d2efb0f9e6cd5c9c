// Errors in a person's words: what happened, and what to do. Pure.

import type { Leave, LeaveReason } from "../client/index.ts";

/** A problem as a person reads it. */
export interface ProblemText {
  title: string;
  detail: string;
  /** What to do, one line each. */
  steps: readonly string[];
  /** For a bug report; empty when there is nothing to quote. */
  code: string;
  /** The button's text. */
  action: string;
}

/** What the client SDK's errors have; anything else that was thrown has less. */
interface KnownError {
  code?: unknown;
  detail?: unknown;
  message?: unknown;
}

const RETRY_SHORTLY = "The page tries again by itself; you can also press the button.";

/** The code of a refusal that only a reload can cure. */
const OTHER_BUILD = "build.mismatch";

const TITLES: readonly { codes: readonly string[]; title: string; steps: readonly string[] }[] = [
  {
    codes: ["client.unreachable"],
    title: "The platform does not answer",
    steps: ["On your own machine: start it with “npm start” and leave that window open.", RETRY_SHORTLY],
  },
  {
    codes: ["client.room_unreachable"],
    title: "The game server does not answer",
    steps: [
      "It may just be restarting: the next try asks for another seat.",
      "If it stays so, a firewall may block its port (2567).",
    ],
  },
  {
    codes: ["client.timeout", "service.unavailable", "room.full", "room.gone", "server.draining"],
    title: "No seat is free just now",
    steps: ["Game servers may be full or starting.", RETRY_SHORTLY],
  },
  { codes: ["request.rate_limited"], title: "Too many tries", steps: ["Wait a moment.", RETRY_SHORTLY] },
  {
    codes: ["client.bad_response"],
    title: "This page and the platform do not fit together",
    steps: ["Reload the page to get the newest one."],
  },
  {
    codes: [OTHER_BUILD],
    title: "There is a newer version of the game",
    steps: ["The game server does not understand this page any more. Reload it to get the new one."],
  },
];

/** The words for an error of joining. */
export function joinProblem(error: unknown): ProblemText {
  const { code, detail, message } = (error ?? {}) as KnownError;
  const known = TITLES.find(({ codes }) => typeof code === "string" && codes.includes(code));
  return {
    title: known?.title ?? "Joining did not work",
    detail: String(detail ?? message ?? error),
    steps: known?.steps ?? ["Try again. If it stays so, reload the page."],
    code: typeof code === "string" ? code : "",
    action: needsReload(error) ? "Reload" : "Try again",
  };
}

/** Whether only a reload of the page helps against an error of joining. */
export function needsReload(error: unknown): boolean {
  return (error as KnownError | undefined)?.code === OTHER_BUILD;
}

const ENDINGS: Readonly<Record<LeaveReason, { title: string; steps: readonly string[]; isRetryable: boolean }>> = {
  left: { title: "You left the arena", steps: [], isRetryable: false },
  replaced: {
    title: "You are playing somewhere else",
    steps: ["The same player joined from another page. Playing here again ends the session there."],
    isRetryable: false,
  },
  "signed-out": {
    title: "You were signed out",
    steps: ["This player's session was ended, here or on another device. Playing again signs you in anew."],
    isRetryable: false,
  },
  banned: { title: "This player was banned", steps: [], isRetryable: false },
  "room-failed": { title: "This arena broke down", steps: ["Another one is ready."], isRetryable: true },
  "server-stopping": {
    title: "The game server is being restarted",
    steps: ["The next arena is on another one, as soon as there is one."],
    isRetryable: true,
  },
  removed: { title: "The game server closed your seat", steps: ["You can take another one."], isRetryable: true },
  "reconnection-refused": {
    title: "Your seat was given away",
    steps: ["The connection was gone for too long. You can take another seat; the score begins anew."],
    isRetryable: true,
  },
  "reconnection-failed": {
    title: "The connection could not be made again",
    steps: ["Check the network.", "If this is your own machine, check that “npm start” still runs."],
    isRetryable: true,
  },
};

/** The words for a session that is over, and whether playing again by itself makes sense. */
export function endProblem({ reason, code, detail }: Leave): ProblemText & { isRetryable: boolean } {
  const { title, steps, isRetryable } = ENDINGS[reason];
  return { title, detail, steps, isRetryable, code: `${reason}, close code ${code}`, action: "Play again" };
}

/** The words for a browser that cannot draw the arena. */
export const NO_WEBGL_PROBLEM: ProblemText = {
  title: "This browser cannot draw the arena",
  detail: "The game is drawn with WebGL, and WebGL is switched off or missing here.",
  steps: [
    "Chrome, Edge, Brave: Settings → System → switch on “Use graphics acceleration when available”, then restart the browser.",
    "Firefox: open about:config, set “webgl.disabled” to false, then reload.",
    "Safari: update to version 15 or newer. In Lockdown Mode, allow this site.",
    "Still nothing? Update the graphics driver, or use another browser or device.",
  ],
  code: "",
  action: "Show the scores as text",
};

const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 15_000;

/** How long to wait before the next try, in milliseconds: doubles with each failure, up to 15 s. */
export function retryDelayMs(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1));
}
