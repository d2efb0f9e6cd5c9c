import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import { SmtpTransport } from "./smtp.ts";
import { parseMail } from "./testing/parse-mail.ts";
import { type ArrivedMail, transportContract } from "./transport.contract.ts";
import { DeliveryError } from "./transport.ts";

const closers: (() => Promise<void>)[] = [];
after(async () => {
  // Clients before servers: a server waits for its connections.
  for (const close of closers.toReversed()) await close();
});

interface TestSmtpServer {
  readonly port: number;
  readonly arrived: ArrivedMail[];
  readonly raw: string[];
}

async function startServer(options: SMTPServerOptions = {}): Promise<TestSmtpServer> {
  const arrived: ArrivedMail[] = [];
  const raw: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    hideSTARTTLS: true,
    onData(stream, session, callback) {
      buffer(stream).then((bytes) => {
        raw.push(bytes.toString());
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        arrived.push({ recipients, ...parseMail(bytes.toString()) });
        callback();
      }, callback);
    },
    ...options,
  });
  server.on("error", () => undefined);
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { port: (listening.address() as AddressInfo).port, arrived, raw };
}

function transportTo(
  port: number,
  options: Partial<ConstructorParameters<typeof SmtpTransport>[0]> = {},
): SmtpTransport {
  const transport = new SmtpTransport({
    url: `smtp://127.0.0.1:${port}`,
    from: "Arena <no-reply@example.com>",
    ...options,
  });
  closers.push(() => transport.close());
  return transport;
}

const message = () => ({ id: uuidV7(), to: "ada@example.com", subject: "s", text: "t\n", html: "<p>t</p>" });

const failsFor = (isPermanent: boolean) => (error: unknown) => {
  assert.ok(error instanceof DeliveryError, String(error));
  assert.equal(error.isPermanent, isPermanent, error.message);
  return true;
};

transportContract("SMTP", async () => {
  const server = await startServer();
  const transport = transportTo(server.port);
  return { transport, arrived: async () => server.arrived, close: async () => undefined };
});

describe("mail by SMTP", () => {
  it("says who sends it, that a machine wrote it, and its id at every attempt", async () => {
    const server = await startServer();
    const transport = transportTo(server.port);
    const sent = message();
    await transport.deliver(sent);
    await transport.deliver(sent);
    assert.equal(server.raw.length, 2);
    for (const text of server.raw) {
      assert.match(text, /^From: Arena <no-reply@example\.com>\r$/m);
      assert.match(text, /^Auto-Submitted: auto-generated\r$/m);
      assert.ok(text.includes(`Message-ID: <${sent.id}@example.com>`), text);
    }
  });

  it("signs in with the name and password of the URL", async () => {
    const seen: unknown[] = [];
    const server = await startServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth(auth, _session, callback) {
        seen.push([auth.username, auth.password]);
        if (auth.password === "p@ss/word") callback(null, { user: "mailer" });
        else callback(new Error("Invalid username or password"));
      },
    });
    const url = (password: string) => `smtp://mailer:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;
    await transportTo(0, { url: url("p@ss/word") }).deliver(message());
    assert.deepEqual(seen, [["mailer", "p@ss/word"]]);
    // Not the message's fault: it waits until somebody mends the password.
    await assert.rejects(transportTo(0, { url: url("wrong") }).deliver(message()), failsFor(false));
  });

  it("gives up what the server refuses for good, and tries again what it refuses for now", async () => {
    const refuse = (responseCode: number) => (_: unknown, __: unknown, callback: (error?: Error) => void) =>
      callback(Object.assign(new Error("no"), { responseCode }));
    const gone = await startServer({ onRcptTo: refuse(550) });
    await assert.rejects(transportTo(gone.port).deliver(message()), failsFor(true));
    const busy = await startServer({ onRcptTo: refuse(451) });
    await assert.rejects(transportTo(busy.port).deliver(message()), failsFor(false));
    const spam = await startServer({
      onData(stream, _session, callback) {
        stream.resume().on("end", () => callback(Object.assign(new Error("spam"), { responseCode: 554 })));
      },
    });
    await assert.rejects(transportTo(spam.port).deliver(message()), failsFor(true));
  });

  it("sends nothing over a line that should be encrypted and is not", async () => {
    const server = await startServer();
    await assert.rejects(transportTo(server.port, { isPlainAllowed: false }).deliver(message()), failsFor(false));
    assert.equal(server.arrived.length, 0);
  });

  it("tries again when nobody listens, and when somebody listens and never answers", async () => {
    const silent = createServer();
    const sockets = new Set<Socket>();
    silent.on("connection", (socket) => sockets.add(socket));
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    await assert.rejects(transportTo(port, { deadlineMs: 200 }).deliver(message()), failsFor(false));
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, "close");
    await assert.rejects(transportTo(port).deliver(message()), failsFor(false));
  });

  it("treats an address as one address, never as a list", async () => {
    const server = await startServer();
    const transport = transportTo(server.port);
    for (const to of [
      "ada@example.com, eve@example.com",
      "ada@example.com>\r\nRCPT TO:<eve@example.com",
      "Eve <eve@example.com>",
    ]) {
      await transport
        .deliver({ ...message(), to })
        .catch((error: unknown) => assert.ok(error instanceof DeliveryError));
    }
    for (const { recipients } of server.arrived) assert.ok(recipients.length <= 1, recipients.join(" | "));
    assert.ok(!server.arrived.some(({ recipients }) => recipients.includes("eve@example.com")));
  });
});
