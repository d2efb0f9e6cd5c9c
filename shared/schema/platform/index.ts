// The platform's API shapes, for the platform, the game server and clients alike.
export * from "./accounts.ts";
export * from "./administration.ts";
export * from "./audit.ts";
export * from "./bans.ts";
export * from "./environments.ts";
export * from "./factors.ts";
export * from "./game-servers.ts";
export * from "./identities.ts";
export * from "./matchmaking.ts";
export * from "./passwords.ts";
export * from "./privacy.ts";
export * from "./profiles.ts";
export * from "./proofs.ts";
export * from "./providers.ts";
export * from "./recovery.ts";
export * from "./sessions.ts";
export * from "./text.ts";
