// The process of the accounts' load, as the runner asks for it.
import { answerRequests } from "../answering.ts";
import { AccountsLoad, type AccountsRequest } from "./accounts-load.ts";

let load: AccountsLoad | undefined;

answerRequests({
  ask: (request: AccountsRequest) => {
    load = new AccountsLoad(request);
  },
  begin: () => load?.begin(),
  end: () => load?.end(),
  rest: () => load?.rest(),
});
