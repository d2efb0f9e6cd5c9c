// Seats without a socket: a bot's inputs go through the same decoder-side path, budget and step as a person's.
import { type Client, type ClientPrivate, generateId } from "@colyseus/core";

/** The part of Colyseus' input subsystem that gives a seat its buffer. One place knows it. */
interface InputController {
  allocate(client: Client & ClientPrivate): void;
  register(sessionId: string, client: ClientPrivate): void;
  release(sessionId: string): void;
  capture(client: ClientPrivate): void;
}

/** Opens, drives and closes bot seats of one room, which must have called `defineInput`. */
export class BotSeats<Input extends object> {
  readonly #room: object;
  readonly #seats = new Map<string, Client & ClientPrivate>();

  constructor(room: object) {
    this.#room = room;
  }

  get sessionIds(): IterableIterator<string> {
    return this.#seats.keys();
  }

  get count(): number {
    return this.#seats.size;
  }

  /** Opens a seat and returns its session id. The room must have called `defineInput`. */
  open(): string {
    const sessionId = `bot-${generateId()}`;
    const seat = { sessionId } as Client & ClientPrivate;
    this.#controller.allocate(seat);
    this.#controller.register(sessionId, seat);
    this.#seats.set(sessionId, seat);
    return sessionId;
  }

  /** Puts one tick of intent into the bot's buffer; it is sanitised as a person's would be. */
  send(sessionId: string, input: Partial<Input>): void {
    const seat = this.#seats.get(sessionId);
    if (!seat) return;
    Object.assign(seat._input as object, input);
    this.#controller.capture(seat);
  }

  close(sessionId: string): void {
    if (!this.#seats.delete(sessionId)) return;
    this.#controller.release(sessionId);
  }

  get #controller(): InputController {
    const { _inputController } = this.#room as { _inputController?: InputController };
    if (!_inputController) throw new Error("A room with bots must call defineInput() before it opens a bot seat.");
    return _inputController;
  }
}
