// The test that every predicted step faces: save, advance, roll back, advance again, and compare to the bit.
// After GGRS' sync test session: a step that reads a clock, a random source or a forgotten field cannot pass.

/** What to check. `states` and `inputs` make fresh plain objects; `at` is an index that a seeded source can use. */
export interface StepCheck<State extends object, Input extends object> {
  readonly step: (state: State, input: Input, dt: number) => unknown;
  /** Every field that a client saves and replays; a field that the step uses beside these shows as a divergence. */
  readonly fields: readonly (keyof State & string)[];
  readonly state: () => State;
  readonly input: (tick: number) => Input;
  readonly tickHz: number;
  readonly ticks: number;
  /** How far back each rollback goes; ticks. */
  readonly rollbackTicks: number;
  /** What the wire does to a saved field, e.g. `Math.fround`; nothing by default. */
  readonly onWire?: (value: State[keyof State & string], field: keyof State & string) => unknown;
}

/** A field that came out different the second time. */
export interface StepDivergence {
  readonly tick: number;
  readonly field: string;
  readonly first: unknown;
  readonly again: unknown;
}

/**
 * Runs the step forward; at each tick restores the saved fields of `rollbackTicks` ago into a fresh state and replays
 * the inputs. Returns the first divergence, or `undefined` when there was none.
 */
export function stepCheck<State extends object, Input extends object>(
  check: StepCheck<State, Input>,
): StepDivergence | undefined {
  const { step, fields, rollbackTicks } = check;
  const dt = 1 / check.tickHz;
  const live = check.state();
  const saved: Partial<State>[] = [];
  for (let tick = 0; tick < check.ticks; tick++) {
    saved.push(save(live, check));
    step(live, check.input(tick), dt);
    if (saved.length <= rollbackTicks) continue;

    const replayed = Object.assign(check.state(), saved[tick - rollbackTicks]);
    for (let again = tick - rollbackTicks; again <= tick; again++) step(replayed, check.input(again), dt);
    for (const field of fields) {
      if (!Object.is(live[field], replayed[field])) {
        return { tick, field, first: live[field], again: replayed[field] };
      }
    }
  }
  return undefined;
}

function save<State extends object, Input extends object>(live: State, check: StepCheck<State, Input>): Partial<State> {
  const { onWire } = check;
  return Object.fromEntries(
    check.fields.map((field) => [field, onWire ? onWire(live[field], field) : live[field]]),
  ) as Partial<State>;
}
