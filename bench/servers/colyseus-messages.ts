// Stock Colyseus 0.18 with room messages in place of a state. Usage: colyseus-messages.ts <scene as JSON>
import { messageRoom } from "../games/message-room.ts";
import { parseScene } from "../games/scene.ts";
import { serveColyseus } from "./colyseus-rooms.ts";
import { noteTick } from "./measured-server.ts";

const scene = parseScene(process.argv[2]);
await serveColyseus(scene, messageRoom(scene, noteTick));
