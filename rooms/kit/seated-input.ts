// The inputs that one seat is granted this tick, handed out one at a time.
import { InputBudget } from "./input-budget.ts";

/** A buffer of one client's inputs, oldest first. */
export interface InputSource<Input> {
  readonly size: number;
  next(): Input | undefined;
}

/**
 * A seat's granted inputs as an iterable that allocates nothing: one input is taken from the buffer at each step of the
 * loop, so that the lag compensation of each is its own.
 */
export class SeatedInput<Input> implements Iterable<Input>, Iterator<Input> {
  readonly budget = new InputBudget();
  #source: InputSource<Input> | undefined;
  readonly #result: { value: Input | undefined; done: boolean } = { value: undefined, done: true };

  /** Aims the iterable at the seat's buffer; a reconnected client has a new one. */
  from(source: InputSource<Input>): this {
    this.#source = source;
    return this;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Input> {
    const source = this.#source;
    const isGranted = source !== undefined && source.size > 0 && this.budget.spend();
    this.#result.value = isGranted ? source.next() : undefined;
    this.#result.done = !isGranted;
    return this.#result as IteratorResult<Input>;
  }
}
