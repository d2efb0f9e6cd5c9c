// The parts of the client SDK that need Node. A browser never loads them.
export { FileSessionStorage } from "./file-session-storage.ts";
