import { movingAverage } from "./statistics.js";

export interface PlateauStepParams {
  /** The training reward at each step, evenly spaced. */
  rewards: ArrayLike<number>;
  /** Steps in the centred moving average, odd. Default 25 (App. B.6). */
  window?: number;
  /** A slope is flat when under this share of the largest. In (0, 1]. Default 0.15 (App. B.6). */
  threshold?: number;
  /**
   * Where the search for a flat slope begins. The paper says the first step of all, which a run that is flat before
   * it rises (as one on problems it cannot solve is) meets before it has learned anything; so the default is the
   * step of the largest slope. The two agree on a run that rises fastest at its start.
   */
  searchFrom?: "largest-slope" | "start";
}

export interface Plateau {
  /** Index into `rewards` of the first flat step; undefined if the run never goes flat. */
  step: number | undefined;
  /** Index of the largest slope; undefined if the run is shorter than the window plus one. */
  steepest: number | undefined;
  /** Smoothed rewards by step, NaN in the half windows at both ends. */
  smoothed: number[];
  /** Slope from each step to the next, divided by the range of the smoothed reward; NaN at both ends. */
  slopes: number[];
}

/**
 * Where a run's reward goes flat (SOAR, App. B.6): smooth with a centred moving average over full windows, take the
 * differences of neighbouring steps divided by the reward range, and find the first that is under a share of the
 * largest. A run that never rises is flat from its first smoothed step.
 *
 * @throws RangeError on a value that is not finite, an even window, or a threshold outside (0, 1]
 */
export function plateauStep({
  rewards,
  window = 25,
  threshold = 0.15,
  searchFrom = "largest-slope",
}: PlateauStepParams): Plateau {
  if (!(threshold > 0 && threshold <= 1)) {
    throw new RangeError(`plateauStep: threshold = ${threshold}, expected a number in (0, 1]`);
  }
  for (let i = 0; i < rewards.length; i++) {
    if (!Number.isFinite(rewards[i])) {
      throw new RangeError(`plateauStep: rewards[${i}] = ${rewards[i]}, expected a finite number`);
    }
  }
  const smoothed = movingAverage({ values: rewards, window, align: "centred" });
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of smoothed) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const range = highest - lowest;
  const slopes = smoothed.map((value, i) => {
    const rise = (smoothed[i + 1] ?? Number.NaN) - value;
    return range === 0 ? rise : rise / range;
  });

  let steepest: number | undefined;
  slopes.forEach((slope, i) => {
    if (!Number.isNaN(slope) && (steepest === undefined || slope > slopes[steepest]!)) steepest = i;
  });
  if (steepest === undefined) return { step: undefined, steepest, smoothed, slopes };
  const largest = slopes[steepest]!;
  const first = slopes.findIndex(slope => !Number.isNaN(slope));
  if (largest <= 0) return { step: first, steepest, smoothed, slopes };
  const from = searchFrom === "start" ? first : steepest;
  const step = slopes.findIndex((slope, i) => i >= from && slope < threshold * largest);
  return { step: step < 0 ? undefined : step, steepest, smoothed, slopes };
}
