// From an address to a seat: sign in, queue, join, and wait for the first state.
import type { Schema } from "@colyseus/schema";
import { Client } from "@colyseus/sdk";
import { type ArenaInput, type ArenaState, arena, type Player } from "../shared/schema/arena/index.ts";
import type { GameDefinition } from "../shared/schema/game.ts";
import type { Assignment, MatchmakingStatus } from "../shared/schema/platform/index.ts";
import { ClientError, type ClientErrorCode, isErrorCode, sentence, toClientError } from "./client-error.ts";
import { deviceIdOfThisPage } from "./device-id.ts";
import type { GameRoom } from "./game-room.ts";
import { GameSession, joinOptions } from "./game-session.ts";
import { PlatformApi } from "./platform-api.ts";

/** How long to queue when the caller does not say. */
const DEFAULT_QUEUE_TIMEOUT_MS = 30_000;
/** The status of a queued ticket is asked for after the first of these, later less often, up to the second. */
const POLL_MS = { first: 250, last: 1_000, growth: 1.5 };
/** How long joining a room, and then waiting for its first state, may take. */
const JOIN_TIMEOUT_MS = 10_000;

/** Refusals that another ticket can cure: the one we had was too late, or the room is no longer there for us. */
const WORTH_ANOTHER_TICKET: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>([
  "ticket.expired",
  "ticket.used",
  "room.full",
  "room.gone",
  "server.draining",
]);

/** Where `connect()` is. */
export type ConnectStage = "signing-in" | "queueing" | "joining" | "joined";

/** How to connect. */
export interface ConnectOptions<
  State extends Schema = ArenaState,
  Self extends Schema = Player,
  Input extends object = ArenaInput,
> {
  /** The platform's root, e.g. `http://localhost:8000`; the page's own origin when left out. */
  readonly platformUrl?: string;
  /** The platform as somebody is signed in to it, in place of `platformUrl`: they play. When nobody is, a guest signs in to it. */
  readonly platform?: PlatformApi;
  /** What to play; the arena when left out. */
  readonly game?: GameDefinition<State, Self, Input>;
  /** Which guest plays, when nobody is signed in: the same id is the same guest. Left out, a browser tab keeps one of its own and a Node process makes one up. */
  readonly deviceId?: string;
  /** Gives up, also in the queue; `connect()` then rejects with `client.aborted`. */
  readonly signal?: AbortSignal;
  /** How long to wait for a seat; milliseconds, 30,000 when left out. */
  readonly queueTimeoutMs?: number;
  /** Decides the link simulator's jitter and losses; 1 when left out. */
  readonly linkSeed?: number;
  readonly onProgress?: (stage: ConnectStage) => void;
}

/**
 * Signs in as a guest unless `platform` is signed in to, queues for a seat, joins the room and waits for its first state. Resolves with a session whose own
 * player is seated and predicted. Everything it rejects with is a `ClientError`; nothing is left behind then.
 */
export async function connect<
  State extends Schema = ArenaState,
  Self extends Schema = Player,
  Input extends object = ArenaInput,
>(options: ConnectOptions<State, Self, Input>): Promise<GameSession<State, Self, Input>> {
  const game = options.game ?? (arena as unknown as GameDefinition<State, Self, Input>);
  try {
    throwIfAborted(options.signal);
    const api = options.platform ?? new PlatformApi(options.platformUrl ?? "/");
    options.onProgress?.("signing-in");
    const { playerId } = api.player ?? (await signInAsGuest(api, options));
    const session = await queueAndJoin(api, game, playerId, options);
    options.onProgress?.("joined");
    return session;
  } catch (error) {
    throw toClientError(error, options.signal?.aborted ? "client.aborted" : "client.bad_response");
  }
}

async function signInAsGuest(
  api: PlatformApi,
  { deviceId, signal }: { readonly deviceId?: string; readonly signal?: AbortSignal },
): Promise<{ readonly playerId: string }> {
  return api.signIn.asGuest(deviceId ?? (await deviceIdOfThisPage()), signal);
}

type Options = Pick<ConnectOptions, "signal" | "queueTimeoutMs" | "onProgress" | "linkSeed">;

async function queueAndJoin<State extends Schema, Self extends Schema, Input extends object>(
  api: PlatformApi,
  game: GameDefinition<State, Self, Input>,
  playerId: string,
  options: Options,
): Promise<GameSession<State, Self, Input>> {
  const join = async (): Promise<GameSession<State, Self, Input>> => {
    options.onProgress?.("queueing");
    const assignment = await queue(api, game.mode, options);
    options.onProgress?.("joining");
    return joinRoom(assignment, game, playerId, options);
  };
  try {
    return await join();
  } catch (error) {
    if (!(error instanceof ClientError && WORTH_ANOTHER_TICKET.has(error.code))) throw error;
    return join();
  }
}

/** Waits for an assignment. The ticket is cancelled when the wait ends without one. */
async function queue(api: PlatformApi, mode: string, options: Options): Promise<Assignment> {
  const { signal, queueTimeoutMs = DEFAULT_QUEUE_TIMEOUT_MS } = options;
  const deadlineMs = performance.now() + queueTimeoutMs;
  // Best effort, and not waited for: a ticket that stays behind returns itself.
  const giveBack = ({ ticketId }: MatchmakingStatus): void =>
    void api.matchmaking.cancel(ticketId).catch(() => undefined);
  // Asked without the signal: an abort on the way must still learn which ticket to give back.
  const asking = api.matchmaking.join(mode);
  const undo = (): void => void asking.then(giveBack, () => undefined);
  let ticket = await within(queueTimeoutMs, "The platform gave no ticket", signal, asking, undo);
  let pollMs = POLL_MS.first;
  try {
    while (ticket.status === "queued") {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new ClientError("client.timeout", `No seat was found within ${queueTimeoutMs} ms.`);
      await pause(Math.min(pollMs, leftMs), signal);
      pollMs = Math.min(POLL_MS.last, pollMs * POLL_MS.growth);
      ticket = await api.matchmaking.status(ticket.ticketId, signal);
    }
  } catch (error) {
    giveBack(ticket);
    throw error;
  }
  return assignmentOf(ticket);
}

function assignmentOf({ assignment }: MatchmakingStatus): Assignment {
  if (assignment) return assignment;
  throw new ClientError("client.bad_response", "The platform says matched and gives no assignment.");
}

/** Joins the assigned room with its ticket and waits for the own player. */
async function joinRoom<State extends Schema, Self extends Schema, Input extends object>(
  { endpoint, roomId, ticket }: Assignment,
  game: GameDefinition<State, Self, Input>,
  playerId: string,
  { signal, linkSeed = 1 }: Options,
): Promise<GameSession<State, Self, Input>> {
  const client = clientFor(endpoint);
  client.auth.token = ticket;
  const joining = client.joinById<State>(roomId, joinOptions(game, playerId)) as Promise<GameRoom<State>>;
  // When the wait is given up, a join that still succeeds is undone; one that fails by then is of no interest.
  const undo = (): void => void joining.then((room) => room.leave()).catch(() => undefined);
  // Made in the turn the join resolves in: the session taps the connection before the first state can arrive.
  const seating = joining.then(
    (room) => new GameSession({ room, game, playerId, linkSeed }),
    (error: unknown) => {
      throw joinError(error, endpoint);
    },
  );
  const session = await within(JOIN_TIMEOUT_MS, `${endpoint} did not let us in`, signal, seating, undo);
  const giveUp = (): void => void session.leave();
  await within(JOIN_TIMEOUT_MS, `${endpoint} sent no player of ours`, signal, seated(session), giveUp);
  return session;
}

/** Resolves when the own player is known, with its motion; rejects when the room closes before. */
function seated<State extends Schema, Self extends Schema, Input extends object>(
  session: GameSession<State, Self, Input>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (!session.self) return;
      stop();
      resolve();
    };
    const stop = session.onSnapshot(check);
    session.onLeave(({ reason, detail }) => {
      const said = detail === "" ? "" : ` It said: ${sentence(detail)}`;
      reject(new ClientError("client.room_unreachable", `The room closed before the game began (${reason}).${said}`));
    });
  });
}

function clientFor(endpoint: string): Client {
  try {
    return new Client(endpoint);
  } catch (error) {
    throw new ClientError("client.bad_response", `The assigned endpoint ${JSON.stringify(endpoint)} is no address.`, {
      cause: error,
    });
  }
}

/** A refused or failed join: the game server's refusals begin with their code, everything else is an unreachable room. */
function joinError(error: unknown, endpoint: string): ClientError {
  const message = error instanceof Error ? error.message : "";
  const [, code, detail] = /^([a-z_]+(?:\.[a-z_]+)?): ?(.*)$/s.exec(message) ?? [];
  if (isErrorCode(code)) return new ClientError(code, sentence(detail ?? ""), { cause: error });
  const said = message === "" ? "" : ` ${sentence(message)}`;
  return new ClientError("client.room_unreachable", `Joining at ${endpoint} failed.${said}`, { cause: error });
}

/** Waits for `work`, but no longer than `timeoutMs` or until `signal`; `giveUp` runs when it is not waited for any longer. */
async function within<T>(
  timeoutMs: number,
  what: string,
  signal: AbortSignal | undefined,
  work: Promise<T>,
  giveUp: () => void,
): Promise<T> {
  const wait = new AbortController();
  const tooLong = pause(timeoutMs, signal ? AbortSignal.any([signal, wait.signal]) : wait.signal).then(() => {
    throw new ClientError("client.timeout", `${what} within ${timeoutMs} ms.`);
  });
  try {
    return await Promise.race([work, tooLong]);
  } catch (error) {
    work.catch(() => undefined); // It may still fail, after it was given up.
    giveUp();
    throw error;
  } finally {
    wait.abort();
    tooLong.catch(() => undefined);
  }
}

/** Resolves after `ms`; rejects with `client.aborted` as soon as `signal` is aborted. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(abortion(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortion(signal);
}

function abortion(signal: AbortSignal | undefined): ClientError {
  return new ClientError("client.aborted", "The caller's signal was aborted.", { cause: signal?.reason });
}
