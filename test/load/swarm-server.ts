// A game server in a process of its own, so that the clients of a load test do not slow it down. Asked over the channel.
import { TestGameServer } from "../../server/testing/test-game-server.ts";

const game = await TestGameServer.start();
process.on("message", async (playerId: string) => {
  process.send?.(await game.assign({ playerId, name: "Load" }, "swarm"));
});
process.on("disconnect", async () => {
  await game.stop();
  process.exit(0);
});
process.send?.({ opsUrl: game.opsUrl });
