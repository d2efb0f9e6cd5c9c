// What is held down between two steps, and what the next step is told of it.
import { copyInput, inputFieldsOf } from "./input-fields.ts";

/** Keeps the input as it is now, and every button that was down for a moment since the last step. */
export class HeldInput<Input extends object> {
  /** What is held now. */
  readonly now: Input;
  readonly #next: Input;
  readonly #fields: readonly (keyof Input & string)[];

  constructor(Input: new () => Input) {
    this.now = new Input();
    this.#next = new Input();
    this.#fields = inputFieldsOf(Input);
  }

  /** Lets the game write what is held now. */
  stage(write: (input: Input) => void): void {
    write(this.now);
    for (const field of this.#fields) {
      if (this.#next[field] !== true) this.#next[field] = this.now[field];
    }
  }

  /** Writes the next step's input into `to`; later steps then no longer know of buttons that are up by now. */
  take(to: Input): void {
    copyInput(this.#next, to, this.#fields);
    copyInput(this.now, this.#next, this.#fields);
  }
}
