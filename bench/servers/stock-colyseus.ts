// Stock Colyseus 0.18 with its own WebSocket transport and a state. Usage: stock-colyseus.ts <scene as JSON> float32|quantised|quiet
import { quietStockRoom } from "../games/quiet-rooms.ts";
import { parseScene } from "../games/scene.ts";
import { type StockFields, stockRoom } from "../games/stock-room.ts";
import { serveColyseus } from "./colyseus-rooms.ts";
import { noteTick } from "./measured-server.ts";

const scene = parseScene(process.argv[2]);
const fields = process.argv[3] as StockFields | "quiet";
await serveColyseus(scene, fields === "quiet" ? quietStockRoom(scene) : stockRoom(scene, fields, noteTick));
