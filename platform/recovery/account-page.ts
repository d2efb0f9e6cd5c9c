// The page that links in mails lead to, for games that have none of their own: it sets a new password, takes a change of
// address back, and shows a code to type where it is the game that must know it.
import { OpenAPIHono } from "@hono/zod-openapi";
import { ENVIRONMENT_HEADER } from "../../shared/schema/platform/index.ts";
import type { AppEnv } from "../http/env.ts";

/** Where the page is. */
export const ACCOUNT_PAGE_PATH = "/account";

const SCRIPT_PATH = "/account/page.js";

/** It runs its own script, talks to this platform alone, and nobody frames it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Account</title>
<link rel="icon" href="data:,">
<style>
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f2f3f5; color: #1b1f24; font: 16px/1.5 system-ui, sans-serif; }
main { box-sizing: border-box; width: min(26rem, 100vw - 2rem); background: #fff; border-radius: 12px; padding: 2rem; }
h1 { font-size: 1.3rem; margin: 0 0 0.75rem; }
p { margin: 0 0 1rem; }
output.code { display: block; margin: 0 0 1rem; padding: 0.9rem; background: #f2f3f5; border-radius: 8px; text-align: center; font: 600 1.7rem/1.2 ui-monospace, monospace; letter-spacing: 3px; }
label { display: block; margin: 0 0 0.35rem; font-weight: 600; }
input { box-sizing: border-box; width: 100%; font: inherit; padding: 0.6rem 0.7rem; border: 1px solid #8c959f; border-radius: 8px; margin: 0 0 1rem; }
button { font: inherit; font-weight: 600; padding: 0.65rem 1.3rem; border: 0; border-radius: 8px; background: #1f5fd0; color: #fff; cursor: pointer; }
button:disabled { opacity: 0.5; cursor: default; }
[role=alert] { color: #b3261e; }
[role=alert]:empty { display: none; }
</style></head>
<body><main aria-live="polite"></main><script src="${SCRIPT_PATH}"></script>
<noscript>This page needs JavaScript. The code in your mail can be typed in the game as well.</noscript></body></html>
`;

/** The code comes after the #, which no server sees; it is taken out of the address bar and the history at once. */
const SCRIPT = `"use strict";
const WORDS = {
  en: {
    reset: "Set a new password", newPassword: "New password", resetButton: "Set password",
    resetNote: "Afterwards you are signed out everywhere.", resetDone: "Your password is set. Sign in with it in the game.",
    undo: "Take the change back", undoNote: "Your old address is put back, and you are signed out everywhere.",
    undoButton: "Take it back", undoDone: "Your address is back. We have mailed you a code for a new password.",
    code: "Your code", codeNote: "Type it in the game, where you asked for it.",
    nothing: "Nothing to do here", nothingNote: "Open this page by the link in a mail.",
    failed: "That did not work. Try again in a moment.",
  },
  de: {
    reset: "Neues Passwort setzen", newPassword: "Neues Passwort", resetButton: "Passwort setzen",
    resetNote: "Danach bist du überall abgemeldet.", resetDone: "Dein Passwort ist gesetzt. Melde dich im Spiel damit an.",
    undo: "Änderung zurücknehmen", undoNote: "Deine alte Adresse gilt wieder, und du wirst überall abgemeldet.",
    undoButton: "Zurücknehmen", undoDone: "Deine Adresse gilt wieder. Einen Code für ein neues Passwort haben wir dir geschickt.",
    code: "Dein Code", codeNote: "Gib ihn im Spiel ein, wo du ihn verlangt hast.",
    nothing: "Hier ist nichts zu tun", nothingNote: "Öffne diese Seite über den Link in einer Mail.",
    failed: "Das hat nicht geklappt. Versuch es gleich noch einmal.",
  },
};
const language = /^de\\b/i.test(navigator.language) ? "de" : "en";
const words = WORDS[language];
document.documentElement.lang = language;
const main = document.querySelector("main");
const given = new URLSearchParams(location.hash.slice(1));
const proof = { codeId: given.get("id") ?? "", code: given.get("code") ?? "" };
history.replaceState(null, "", location.pathname);

function element(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text }, properties);
}

function show(title, ...parts) {
  document.title = title;
  main.replaceChildren(element("h1", title), ...parts);
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json", "Accept-Language": language };
  const environment = given.get("env");
  if (environment) headers["${ENVIRONMENT_HEADER}"] = environment;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (response.ok) return undefined;
  const problem = await response.json().catch(() => ({}));
  return problem.errors?.map(({ field, message }) => field + " " + message).join("; ") || problem.detail || words.failed;
}

function form(title, note, fields, label, done, send) {
  const problem = element("p", "", { role: "alert" });
  problem.setAttribute("role", "alert");
  const button = element("button", label);
  const form = element("form", "");
  form.append(...fields, problem, button);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.textContent = "";
    const failure = await send().catch(() => words.failed);
    button.disabled = false;
    if (failure === undefined) show(title, element("p", done));
    else problem.textContent = failure;
  });
  show(title, element("p", note), form);
}

if (given.get("purpose") === "reset-password") {
  const input = element("input", "", { type: "password", autocomplete: "new-password", required: true, id: "password" });
  const label = element("label", words.newPassword, { htmlFor: "password" });
  const send = () => post("/v1/auth/password/reset/finish", { ...proof, newPassword: input.value });
  form(words.reset, words.resetNote, [label, input], words.resetButton, words.resetDone, send);
} else if (given.get("purpose") === "undo-email-change") {
  form(words.undo, words.undoNote, [], words.undoButton, words.undoDone, () => post("/v1/auth/email/undo", proof));
} else if (proof.code !== "") {
  show(words.code, element("output", proof.code, { className: "code" }), element("p", words.codeNote));
} else {
  show(words.nothing, element("p", words.nothingNote));
}
`;

/** `GET /account` and its script. */
export function accountPage(): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>();
  app.get(ACCOUNT_PAGE_PATH, (c) =>
    c.body(PAGE, 200, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": POLICY,
      "Cache-Control": "no-cache",
    }),
  );
  app.get(SCRIPT_PATH, (c) =>
    c.body(SCRIPT, 200, { "Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache" }),
  );
  return app;
}
