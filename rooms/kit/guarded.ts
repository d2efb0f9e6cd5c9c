// A function whose exceptions, thrown or rejected, are somebody's to report and nobody's to stumble over.

/** `callback`, with every error given to `report` in place of the caller. */
export function guarded(callback: CallableFunction, report: (error: Error) => void): (...args: unknown[]) => unknown {
  const onError = (error: unknown): void => report(error instanceof Error ? error : new Error(String(error)));
  return (...args) => {
    try {
      const result: unknown = callback(...args);
      return result instanceof Promise ? result.catch(onError) : result;
    } catch (error) {
      onError(error);
      return undefined;
    }
  };
}
