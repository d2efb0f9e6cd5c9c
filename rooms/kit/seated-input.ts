// The inputs that one seat is granted this tick, handed out one at a time.
import type { InputAccessor } from "@colyseus/core";
import { InputBudget } from "./input-budget.ts";

/**
 * A seat's granted inputs as an iterable that allocates nothing: one input is taken from the buffer at each step of the
 * loop, so that the lag compensation of each is its own.
 */
export class SeatedInput<Input> implements Iterable<Input>, Iterator<Input> {
  readonly budget = new InputBudget();
  #accessor: InputAccessor<Input> | undefined;
  readonly #result: { value: Input | undefined; done: boolean } = { value: undefined, done: true };

  /** Aims the iterable at the seat's buffer; a reconnected client has a new one. */
  from(accessor: InputAccessor<Input>): this {
    this.#accessor = accessor;
    return this;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Input> {
    const accessor = this.#accessor;
    const isGranted = accessor !== undefined && accessor.size > 0 && this.budget.spend();
    this.#result.value = isGranted ? accessor.next() : undefined;
    this.#result.done = !isGranted;
    return this.#result as IteratorResult<Input>;
  }
}
