// The process of the platform's load, as the runner asks for it.
import { answerRequests } from "../answering.ts";
import { type PlatformAddress, PlatformLoad, type PlatformRequest } from "./platform-load.ts";

let load: PlatformLoad | undefined;

answerRequests({
  start: async (address: PlatformAddress) => {
    load = await PlatformLoad.start(address);
  },
  ask: (what: PlatformRequest) => load?.ask(what),
  begin: () => load?.begin(),
  end: () => load?.end(),
  rest: () => load?.rest(),
});
