// Every typed call of the SDK once, for a test that lays them beside the platform's routes.
import type { PlatformApi } from "../index.ts";

const ID = "0198a6a0-0000-7000-8000-000000000001";
const PROOF = { codeId: ID, code: "K7QF-2M9P" };
const PASSWORD = "gentle copper lantern walks";

/** Begins each call, one after the other; what it resolves or rejects with is the caller's to look at. */
export const EVERY_CALL: readonly ((api: PlatformApi) => Promise<unknown>)[] = [
  ({ signIn }) => signIn.providers(),
  ({ signIn }) => signIn.asGuest("device-one"),
  ({ signIn }) => signIn.byPassword("ada@example.com", PASSWORD),
  ({ signIn }) => signIn.byMailedCode(PROOF),
  ({ signIn }) => signIn.mailCode("ada@example.com", "de"),
  ({ signIn }) => signIn.signUp({ ...PROOF, password: PASSWORD }),
  ({ signIn }) => signIn.passkeyOptions(),
  ({ signIn }) => signIn.byPasskey(ASSERTION),
  ({ signIn }) => signIn.answer(ID, { method: "totp", code: "287082" }),
  ({ signIn }) => signIn.mailChallengeCode(ID),
  ({ signIn }) => signIn.challengePasskeyOptions(ID),
  ({ identities }) => identities.list(),
  ({ identities }) => identities.link("google", { idToken: "a.b.c" }),
  ({ identities }) => identities.register({ ...PROOF, password: PASSWORD }),
  ({ identities }) => identities.unlink(ID),
  ({ identities }) => identities.resolve({ token: "token", choice: "keep-mine" }),
  ({ credentials }) => credentials.changePassword("old", PASSWORD),
  ({ credentials }) => credentials.startPasswordReset("ada@example.com"),
  ({ credentials }) => credentials.finishPasswordReset(PROOF, PASSWORD),
  ({ credentials }) => credentials.email(),
  ({ credentials }) => credentials.changeEmail("ada@elsewhere.example"),
  ({ credentials }) => credentials.confirmEmail(PROOF),
  ({ credentials }) => credentials.undoEmailChange(PROOF),
  ({ sessions }) => sessions.list(),
  ({ sessions }) => sessions.end(ID),
  ({ sessions }) => sessions.endOthers(),
  ({ factors }) => factors.list(),
  ({ factors }) => factors.beginTotp(),
  ({ factors }) => factors.confirmTotp("287082"),
  ({ factors }) => factors.removeTotp(),
  ({ factors }) => factors.newRecoveryCodes(),
  ({ factors }) => factors.passkeyOptions(),
  ({ factors }) => factors.addPasskey("My phone", CREATION),
  ({ factors }) => factors.removePasskey(ID),
  ({ factors }) => factors.beginElevation(),
  ({ factors }) => factors.elevate(ID, { method: "totp", code: "287082" }),
  ({ profiles }) => profiles.mine(),
  ({ profiles }) => profiles.change({ version: 0, displayName: "Ada" }),
  ({ profiles }) => profiles.of(ID),
  ({ privacy }) => privacy.export(),
  ({ privacy }) => privacy.delete(),
  ({ privacy }) => privacy.undelete(),
  ({ matchmaking }) => matchmaking.join("arena"),
  ({ matchmaking }) => matchmaking.status(ID),
  ({ matchmaking }) => matchmaking.cancel(ID),
  ({ sessions }) => sessions.endAll(),
  ({ sessions }) => sessions.signOut(),
];

const CREDENTIAL = { id: "AAAA", rawId: "AAAA", type: "public-key" } as const;
const ASSERTION = {
  ...CREDENTIAL,
  response: { clientDataJSON: "AAAA", authenticatorData: "AAAA", signature: "AAAA" },
};
const CREATION = { ...CREDENTIAL, response: { clientDataJSON: "AAAA", attestationObject: "AAAA" } };
