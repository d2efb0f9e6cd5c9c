// The platform's API shapes, for the platform, the game server and clients alike.
export * from "./accounts.ts";
export * from "./administration.ts";
export * from "./audit.ts";
export * from "./environments.ts";
export * from "./game-servers.ts";
export * from "./matchmaking.ts";
export * from "./privacy.ts";
export * from "./profiles.ts";
export * from "./text.ts";
