// Who may import whom. ARCHITECTURE.md gives the reasons; this file is what holds them.
import { basename, dirname } from "node:path/posix";
import { importsOf, isNode, nameOf, type Problem, packageOf, type Source, walk } from "./source.ts";

/** What the files of one part of the tree may import. */
interface Area {
  readonly files: RegExp;
  /** Files of ours; `$1` stands for the first group of `files`. */
  readonly ours: readonly string[];
  /** Files among those that they may not import all the same; tests may. */
  readonly notOurs?: readonly string[];
  /** Files of ours that its tests may import beside those. */
  readonly oursInTests?: readonly string[];
  /** Packages, and `node:` for Node itself; any when left out. Tests may use any. */
  readonly packages?: readonly string[];
  /** Whether these files, which never run in production, may use what exists for tests. */
  readonly mayUseTesting?: boolean;
}

/** Whoever starts a game server starts it as it is meant to run. */
const HOW_TO_START = "server/node-flags.ts";

/** The first whose `files` match decides. */
const AREAS: readonly Area[] = [
  {
    files: /^shared\/schema\/(?:platform\/|[^/]+\.ts$)/,
    ours: ["shared/schema/"],
    packages: ["@colyseus/schema", "zod"],
  },
  {
    files: /^shared\/schema\/([^/]+)\//,
    ours: ["shared/schema/$1/", "shared/schema/game.ts", "shared/schema/motion.ts"],
    // A step faces the kit's step check where it lives.
    oursInTests: ["rooms/kit/index.ts"],
    packages: ["@colyseus/schema", "zod"],
  },
  // How a game declares what moves is part of the contract; everything else of netcode stands alone.
  { files: /^shared\/netcode\//, ours: ["shared/netcode/", "shared/schema/motion.ts"], packages: [] },
  { files: /^rooms\/index\.ts$/, ours: ["rooms/"] },
  { files: /^rooms\/kit\//, ours: ["rooms/kit/", "shared/"] },
  {
    files: /^rooms\/([^/]+)\//,
    ours: ["rooms/$1/", "rooms/kit/index.ts", "shared/schema/$1/"],
    oursInTests: ["rooms/kit/testing/index.ts"],
  },
  { files: /^server\//, ours: ["server/", "rooms/index.ts", "rooms/kit/index.ts", "shared/"] },
  { files: /^platform\//, ours: ["platform/", "shared/schema/"] },
  // What of the SDK needs Node: no file that a browser loads may lead here.
  { files: /^client\/node\//, ours: ["client/", "shared/"], packages: ["node:", "zod"] },
  {
    files: /^client\//,
    ours: ["client/", "shared/"],
    notOurs: ["client/node/"],
    // A client is tested against the real rooms and the real game server.
    oursInTests: ["rooms/", "server/testing/"],
    packages: ["@colyseus/schema", "@colyseus/sdk", "zod"],
  },
  { files: /^web\/vite\.config\.ts$/, ours: [] },
  {
    files: /^web\//,
    ours: ["web/", "client/index.ts", "shared/"],
    packages: ["@colyseus/schema", "@colyseus/sdk", "pixi.js", "zod"],
  },
  // A measured server is the real one, assembled as a test assembles it; a game server has a game of the bench in it.
  {
    files: /^bench\/servers\//,
    ours: ["bench/", "server/testing/", "platform/testing/", "shared/"],
    mayUseTesting: true,
  },
  { files: /^bench\/games\//, ours: ["bench/games/", "rooms/kit/index.ts", "shared/"] },
  { files: /^bench\//, ours: ["bench/", "client/index.ts", "shared/", HOW_TO_START] },
  { files: /^test\//, ours: [""] },
  { files: /^start\.ts$/, ours: [HOW_TO_START] },
];

/** The players' side of the wire: game servers and the platform must not contain it. */
const PLAYERS_PACKAGES = new Set(["@colyseus/sdk", "pixi.js"]);
const PLAYERS_AREAS = /^(client|web|bench|test)\//;

/** Folders that outsiders enter by their `index.ts`. */
const CLOSED_FOLDERS = [
  "shared/netcode/",
  "shared/schema/arena/",
  "shared/schema/cards/",
  "shared/schema/platform/",
  "shared/schema/swarm/",
  // Before the folder it lies in: the first that matches decides.
  "client/datagram/",
  "client/node/",
  "client/",
  "rooms/kit/",
];

/** The interfaces through which we reach what is outside a process, by the file that declares each. */
const PORTS: Readonly<Record<string, readonly string[]>> = {
  "platform/db/database.ts": ["Database"],
  "platform/db/sql-database.ts": ["Engine"],
  "platform/ephemeral/store.ts": ["EphemeralStore"],
  "platform/allocation/allocator.ts": ["Allocator"],
  "platform/sessions/evictor.ts": ["Evictor"],
  "platform/sessions/security-notices.ts": ["SecurityNotices"],
  "platform/mail/transport.ts": ["MailTransport"],
  "platform/passwords/breached-passwords.ts": ["BreachedPasswords"],
  "platform/factors/country-finder.ts": ["CountryFinder"],
  "server/platform-link/platform-link.ts": ["PlatformLink"],
  "server/transport/datagrams/datagram-channel.ts": ["DatagramChannel", "DatagramServer"],
};

/** Who chooses adapters: the two processes, what opens the datagram port, and the commands on a database. */
const COMPOSITION_ROOTS = new Set([
  "server/match-process.ts",
  "server/open-datagrams.ts",
  "platform/main.ts",
  "platform/command.ts",
  "platform/db/migrate.ts",
]);

/** What assembles the platform out of the services and routes of its modules. */
const PLATFORM_ASSEMBLY = new Set([
  "platform/app.ts",
  "platform/assemble-accounts.ts",
  "platform/assemble-players.ts",
  "platform/assemble-sessions.ts",
  "platform/command.ts",
  "platform/assemble-recovery.ts",
  "platform/main.ts",
  "platform/merged-tables.ts",
]);
const LAYERS = ["schema.ts", "store.ts", "service.ts", "routes.ts"];

/** Whether a file exists for tests alone. */
export function isTestFile(path: string): boolean {
  return /\.(test|real|contract|e2e|bench)\.ts$/.test(path) || /(^|\/)testing\//.test(path) || path.startsWith("test/");
}

/** Every import of `sources` that breaks a rule. `declared` are the packages that package.json names. */
export function importProblems(sources: readonly Source[], declared: ReadonlySet<string>): Problem[] {
  const adapters = new Set(sources.filter(isAdapter).map(({ path }) => path));
  return sources.flatMap((source) => {
    const area = AREAS.find(({ files }) => files.test(source.path));
    if (!area) {
      return [
        { file: source.path, line: 1, message: "no import rule covers this folder: give it one in import-rules.ts" },
      ];
    }
    return importsOf(source).flatMap(({ specifier, target, line }) => {
      const messages =
        target === undefined
          ? packageMessages(source.path, specifier, area, declared)
          : oursMessages(source.path, target, area, adapters);
      return messages.map((message) => ({ file: source.path, line, message }));
    });
  });
}

function packageMessages(path: string, specifier: string, area: Area, declared: ReadonlySet<string>): string[] {
  const isNodes = specifier.startsWith("node:");
  const name = isNodes ? "node:" : packageOf(specifier);
  const messages: string[] = [];
  if (!isNodes && !declared.has(name)) messages.push(`imports ${name}, which package.json does not name`);
  if (isTestFile(path)) return messages;
  if (area.packages && !area.packages.includes(name)) {
    messages.push(`may not import ${specifier}: here only ${area.packages.join(", ") || "files of its own folder"}`);
  }
  if (PLAYERS_PACKAGES.has(name) && !PLAYERS_AREAS.test(path)) {
    messages.push(`may not import ${name}: it is a player's side of the wire`);
  }
  return messages;
}

function oursMessages(path: string, target: string, area: Area, adapters: ReadonlySet<string>): string[] {
  const isTest = isTestFile(path);
  const group = area.files.exec(path)?.[1] ?? "";
  const allowed = [...area.ours, ...(isTest ? (area.oursInTests ?? []) : [])].map((part) => part.replace("$1", group));
  if (!allowed.some((part) => (part.endsWith(".ts") ? target === part : target.startsWith(part)))) {
    return [`may not import ${target}: here only ${allowed.join(", ") || "nothing of ours"}`];
  }
  const messages: string[] = [];
  if (!isTest && area.notOurs?.some((part) => target.startsWith(part))) messages.push(`may not import ${target}`);
  if (!isTest && !area.mayUseTesting && isTestFile(target))
    messages.push(`may not import ${target}: that is for tests`);
  const closed = CLOSED_FOLDERS.find((folder) => target.startsWith(folder) && !path.startsWith(folder));
  const isEntrance = target === `${closed}index.ts` || target === `${closed}testing/index.ts`;
  if (closed && !isEntrance && !isTest) messages.push(`imports ${target}: enter ${closed} by its index.ts`);
  const isNear = dirname(path) === dirname(target);
  if (adapters.has(target) && !isNear && !isTest && !COMPOSITION_ROOTS.has(path)) {
    messages.push(`imports the adapter ${target}: only a composition root knows which one runs`);
  }
  return [...messages, ...layerMessages(path, target)];
}

/** In the platform: routes → service → store → schema, and of another module its service alone. */
function layerMessages(path: string, target: string): string[] {
  if (!path.startsWith("platform/") || !target.startsWith("platform/") || isTestFile(path)) return [];
  if (PLATFORM_ASSEMBLY.has(path)) return [];
  const to = LAYERS.indexOf(basename(target));
  if (to < 0 || PORTS[target]) return [];
  const from = LAYERS.indexOf(basename(path));
  const isSameModule = dirname(path) === dirname(target);
  const isService = basename(target) === "service.ts";
  if (from < 0) return isService || isSameModule ? [] : [`imports ${target}: ask that module's service`];
  if (!isSameModule && !isService) return [`imports ${target}: ask that module's service`];
  const isDown = isSameModule ? to === from - 1 : from >= LAYERS.indexOf("service.ts");
  return isDown ? [] : [`imports ${target}: a module goes routes → service → store → schema`];
}

/** A file with a class that implements a port, by the port's own name and imported from (or declared in) its file. */
function isAdapter(source: Source): boolean {
  const names = new Set(PORTS[source.path] ?? []);
  for (const { target } of importsOf(source)) for (const name of PORTS[target ?? ""] ?? []) names.add(name);
  let found = false;
  walk(source.program, (node) => {
    if (node.type !== "ClassDeclaration" || !Array.isArray(node["implements"])) return;
    found ||= node["implements"].some((part: unknown) => isNode(part) && names.has(nameOf(part["expression"]) ?? ""));
  });
  return found;
}
