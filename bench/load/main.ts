// The load generator's process: one load, as the runner asks for it.
import { answerRequests } from "../answering.ts";
import { Load, type LoadRequest } from "./load.ts";

let load: Load | undefined;

answerRequests({
  join: async (request: LoadRequest) => {
    load = new Load(request);
    return load.join();
  },
  begin: () => load?.begin(),
  end: () => load?.end(),
});
