// Mail in a browser: the mailbox of development, and the page that links in mails lead to.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { openPglite } from "../../platform/db/pglite.ts";
import { MemoryStore } from "../../platform/ephemeral/memory.ts";
import { createErrorHandler } from "../../platform/errors.ts";
import type { AppEnv } from "../../platform/http/env.ts";
import { createPublicServer } from "../../platform/http/listener.ts";
import { RateLimiter } from "../../platform/http/rate-limit.ts";
import { securityHeaders } from "../../platform/http/security-headers.ts";
import { MailboxFolder } from "../../platform/mail/mailbox-folder.ts";
import { Health } from "../../platform/ops/health.ts";
import { createLog } from "../../platform/ops/log.ts";
import { Metrics } from "../../platform/ops/metrics.ts";
import { createOpsServer } from "../../platform/ops/server.ts";
import { accountPage } from "../../platform/recovery/account-page.ts";
import { recoveryRoutes } from "../../platform/recovery/routes.ts";
import { UNDO_DELAY_MS } from "../../platform/recovery/service.ts";
import { ADA, ENV, RecoveryStage } from "../../platform/recovery/testing/recovery-stage.ts";
import { launchChromium } from "../support/chromium.ts";
import { PICTURES } from "../support/game-page.ts";

const log = createLog("silent");
const metrics = new Metrics();
const ephemeral = new MemoryStore();
const servers: Server[] = [];
let folder: string;
let stage: RecoveryStage;
let browser: Browser;
let context: BrowserContext;
let mailboxUrl: string;
let pageUrl: string;
let playerId: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "gamekeeper-mail-e2e-"));
  const database = await openPglite(folder, log);
  await database.whenReady();
  stage = await RecoveryStage.on(database);
  const mailbox = new MailboxFolder(join(folder, "mail"));
  mailboxUrl = `${await listen(createOpsServer(new Health({}), metrics, log, mailbox))}/dev/mailbox`;
  const app = new OpenAPIHono<AppEnv>();
  const url = await listen(createPublicServer(app, log));
  pageUrl = `${url}/account`;
  await stage.reset({ transport: mailbox, accountPageUrl: pageUrl });
  app.onError(createErrorHandler(log));
  app.use(securityHeaders(), async (c, next) => {
    c.set("environmentId", ENV);
    await next();
  });
  const elevations = { requireElevation: async () => undefined };
  app.route(
    "/",
    recoveryRoutes({ recovery: stage.recovery, elevations, rateLimiter: new RateLimiter(ephemeral, metrics) }),
  );
  app.route("/", accountPage());
  playerId = await stage.newPlayer(ADA);
  browser = await launchChromium({ hasWebGl: false });
  context = await browser.newContext({ viewport: { width: 900, height: 900 }, locale: "en-GB" });
});
after(async () => {
  await browser?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
  await ephemeral.close();
  metrics.close();
  await stage?.close();
  await rm(folder, { recursive: true, force: true });
});

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function picture(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `mail-${name}.png`) });
}

/** Opens the newest mail in the mailbox and follows its link, as its reader would. */
async function followNewest(subject: RegExp, name: string): Promise<{ page: Page; problems: string[] }> {
  const mailbox = await context.newPage();
  const problems: string[] = [];
  mailbox.on("pageerror", (error) => problems.push(error.message));
  await mailbox.goto(mailboxUrl);
  await picture(mailbox, `${name}-list`);
  await mailbox.getByRole("link", { name: subject }).first().click();
  const link = mailbox.frameLocator("iframe").getByRole("link");
  await link.waitFor();
  await picture(mailbox, `${name}-mail`);
  const opened = context.waitForEvent("page");
  await link.click();
  const page = await opened;
  page.on("pageerror", (error) => problems.push(error.message));
  await page.getByRole("heading").waitFor();
  await picture(page, `${name}-page`);
  await mailbox.close();
  return { page, problems };
}

test("a forgotten password is set from the mail, and a refused one can be put right", async () => {
  await stage.recovery.startReset(ENV, ADA);
  await stage.mails.deliverDue();
  const { page, problems } = await followNewest(/Set a new password/, "reset");
  assert.doesNotMatch(page.url(), /#|code/, "the code is out of the address bar and the history");
  const field = page.getByLabel("New password");
  assert.deepEqual(
    [await field.getAttribute("type"), await field.getAttribute("autocomplete")],
    ["password", "new-password"],
    "masked, and known to password managers",
  );
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button").click();
  await page.getByRole("alert").getByText("too short").waitFor();
  await page.getByLabel("New password").fill("correct horse");
  await page.getByRole("button").click();
  await page.getByText("Your password is set.").waitFor();
  await picture(page, "reset-done");
  assert.deepEqual(stage.accounts.passwords, [`${playerId} correct horse`]);
  assert.deepEqual(problems, []);
  await page.close();
});

test("a change of address is taken back from the old address", async () => {
  await stage.recovery.startEmailChange(ENV, playerId, "new@example.com");
  await stage.mails.deliverDue();
  const { page: shown } = await followNewest(/confirms your address/, "confirm");
  const code = await shown.locator("output").innerText();
  await shown.close();
  const codeId = await newestCodeId();
  await stage.recovery.finishEmailChange(ENV, { playerId }, { codeId, code });
  stage.nowMs += UNDO_DELAY_MS;
  await stage.mails.deliverDue();
  const { page, problems } = await followNewest(/was changed/, "undo");
  assert.equal(await stage.recovery.emailOf(ENV, playerId), "new@example.com", "opening the page changes nothing");
  await page.getByRole("button").click();
  await page.getByText("Your address is back.").waitFor();
  assert.equal(await stage.recovery.emailOf(ENV, playerId), ADA);
  assert.deepEqual(problems, []);
  await page.close();
});

test("the page opened without a code says what to do, in the reader's language, on a phone too", async () => {
  const german = await browser.newContext({ locale: "de-CH", viewport: { width: 390, height: 844 } });
  const page = await german.newPage();
  await page.goto(pageUrl);
  await page.getByText("Öffne diese Seite über den Link in einer Mail.").waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await picture(page, "nothing-phone");
  await page.goto(mailboxUrl);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await picture(page, "mailbox-phone");
  await german.close();
});

test("a mail's markup runs no script in the mailbox", async () => {
  const mailbox = new MailboxFolder(join(folder, "mail"));
  const html = `<!doctype html><html><head></head><body><script>parent.document.title = "owned"; fetch("/metrics")</script>
    <img src="/metrics" onerror="document.title='owned'"><p>harmless</p></body></html>`;
  await mailbox.deliver({
    id: "spoiled",
    to: ADA,
    subject: "<img src=x onerror=alert(1)>",
    text: "</pre><script>",
    html,
  });
  const page = await context.newPage();
  const answered: string[] = [];
  // A request that the policy stopped is begun and never answered.
  page.on("response", (response) => answered.push(new URL(response.url()).pathname));
  await page.goto(mailboxUrl);
  await page.getByRole("link", { name: "<img src=x onerror=alert(1)>" }).click();
  await page.frameLocator("iframe").getByText("harmless").waitFor();
  assert.equal(await page.title(), "<img src=x onerror=alert(1)>");
  assert.ok(!answered.includes("/metrics"), answered.join(" "));
  await page.close();
});

async function newestCodeId(): Promise<string> {
  const [mail] = await new MailboxFolder(join(folder, "mail")).list();
  return new URLSearchParams(/#(\S+)/.exec(mail?.text ?? "")?.[1]).get("id") ?? "";
}
