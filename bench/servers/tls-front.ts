// TLS before an HTTP server that listens without it, in the same process: what `node:https` does, for a server that somebody else made.
import { spawnSync } from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";

/** A key and a certificate of its own, as PEM. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

/** Makes a certificate for 127.0.0.1 on the P-256 curve, good for a day. Throws when there is no `openssl` to make it. */
export function makeSelfSigned(): SelfSigned {
  const folder = mkdtempSync(join(tmpdir(), "bench-tls-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const { status, error, stderr } = spawnSync("openssl", [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=127.0.0.1".split(" "),
      ...["-keyout", key, "-out", cert],
    ]);
    if (status !== 0) throw new Error(`openssl could not make a certificate: ${error?.message ?? String(stderr)}`);
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The HTTP server of this process that answers at `port` of the loopback: it is asked once, and Node tells who was. */
export async function httpServerAt(port: number): Promise<Server> {
  const found = new Promise<Server>((resolve) => {
    const onRequest = (message: unknown): void => {
      const { server } = message as { server: Server };
      if ((server.address() as AddressInfo | null)?.port !== port) return;
      diagnostics.unsubscribe("http.server.request.start", onRequest);
      resolve(server);
    };
    diagnostics.subscribe("http.server.request.start", onRequest);
  });
  await fetch(`http://127.0.0.1:${port}/`);
  return found;
}

/** Listens with TLS on a free port and hands the decrypted streams to `http`, upgrades and all. Gives the port; it keeps no process alive. */
export async function openTlsFront(http: Server): Promise<number> {
  const front = createServer({ ...makeSelfSigned(), noDelay: true }, (socket) => http.emit("connection", socket));
  front.on("tlsClientError", () => undefined);
  front.listen(0, "127.0.0.1").unref();
  await once(front, "listening");
  return (front.address() as AddressInfo).port;
}
