// A code as its receiver finds it: in the mailbox folder of a running platform.
import { join } from "node:path";
import { MailboxFolder } from "../mail/mailbox-folder.ts";
import { linkedCode } from "../mail/testing/collected-mails.ts";
import { eventually } from "./eventually.ts";

/** The code of this id, as soon as its mail is in the mailbox of the platform with this data folder. Rejects when it does not come. */
export async function mailedCode(dataFolder: string, codeId: string): Promise<string> {
  const mailbox = new MailboxFolder(join(dataFolder, "mail"));
  const mail = await eventually(`the mail with code ${codeId}`, async () =>
    (await mailbox.list()).find(({ text }) => text.includes(`id=${codeId}`)),
  );
  return linkedCode(mail).code;
}
