export interface LearningRateParams {
  /** Step, from 0. */
  step: number;
  /** Steps of the whole run, warm-up included. */
  totalSteps: number;
  /** Peak learning rate. */
  peak: number;
  /** Steps of linear rise to the peak. */
  warmupSteps: number;
  schedule: "cosine" | "constant";
}

/** The learning rate of a step: linear warm-up, then constant or a cosine down towards 0 after the last step (Table 3). */
export function learningRate({ step, totalSteps, peak, warmupSteps, schedule }: LearningRateParams): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  if (schedule === "constant") return peak;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  return (peak * (1 + Math.cos(Math.PI * progress))) / 2;
}
