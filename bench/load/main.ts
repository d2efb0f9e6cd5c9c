// The load generator's process: one load, as the runner asks for it.
import { answerRequests } from "../answering.ts";
import { IdleLoad, type IdleRequest } from "./idle-load.ts";
import { JoinLoad, type JoinRequest } from "./join-load.ts";
import { Load, type LoadRequest } from "./load.ts";
import { SoakLoad, type SoakRequest } from "./soak-load.ts";

let load: Load | IdleLoad | undefined;
let joins: JoinLoad | undefined;
let soak: SoakLoad | undefined;

answerRequests({
  join: async (request: LoadRequest) => {
    const playing = new Load(request);
    load = playing;
    return playing.join();
  },
  idle: async (request: IdleRequest) => {
    const idle = new IdleLoad(request);
    load = idle;
    await idle.connect();
  },
  begin: () => load?.begin(),
  end: () => load?.end(),
  joins: (request: JoinRequest) => {
    joins = new JoinLoad(request);
  },
  "join and leave": (count: number) => joins?.run(count),
  soak: (request: SoakRequest) => {
    soak = new SoakLoad(request);
    soak.start();
  },
  "soak so far": () => soak?.figures(),
});
