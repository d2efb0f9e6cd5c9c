// The worker thread that runs PGlite and answers the Postgres protocol on a Unix socket.
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

const { folder, socketPath } = workerData as { folder: string; socketPath: string };

const db = await PGlite.create(folder);
const server = new PGLiteSocketServer({ db, path: socketPath });
await server.start();

parentPort?.once("message", async () => {
  await server.stop();
  await db.close();
  parentPort?.close();
});
parentPort?.postMessage("listening");
