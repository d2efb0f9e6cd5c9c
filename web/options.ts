// What a person may switch to see the netcode at work, and its form in the page's address.

/** Simulated link and netcode switches. Times in milliseconds, loss in percent. */
export interface Options {
  latency: number;
  jitter: number;
  loss: number;
  prediction: boolean;
  interpolation: boolean;
  reconciliation: boolean;
  ghost: boolean;
  /** How finely to draw; by default as the graphics hardware allows. */
  quality?: "high" | "low";
}

/** The largest simulated latency and jitter (ms) and loss (%): the ends of the sliders. */
export const LIMITS = { latency: 400, jitter: 100, loss: 20 } as const;

/** A perfect link with everything on. */
export const DEFAULT_OPTIONS: Options = {
  latency: 0,
  jitter: 0,
  loss: 0,
  prediction: true,
  interpolation: true,
  reconciliation: true,
  ghost: false,
};

/** Reads `?latency=120&jitter=20&loss=5&prediction=0…`. Numbers are clamped to `LIMITS`; what cannot be read is the default. */
export function optionsFromQuery(query: string): Options {
  const params = new URLSearchParams(query);
  const number = (name: keyof typeof LIMITS): number => {
    const value = Number(params.get(name) ?? 0);
    return Number.isFinite(value) ? Math.min(LIMITS[name], Math.max(0, value)) : 0;
  };
  const flag = (name: "prediction" | "interpolation" | "reconciliation" | "ghost"): boolean => {
    const value = params.get(name);
    return value === null ? DEFAULT_OPTIONS[name] : !["0", "false", "off"].includes(value);
  };
  const quality = params.get("quality");
  return {
    ...(quality === "high" || quality === "low" ? { quality } : {}),
    latency: number("latency"),
    jitter: number("jitter"),
    loss: number("loss"),
    prediction: flag("prediction"),
    interpolation: flag("interpolation"),
    reconciliation: flag("reconciliation"),
    ghost: flag("ghost"),
  };
}
