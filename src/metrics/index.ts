/* soarlab/metrics: pass@k, intervals, aggregation over seeds, the plateau rule. */

export { aggregateSeeds, type SeedAggregate, type SeedValue } from "./aggregate-seeds.js";
export { type ComparePassAtKParams, comparePassAtK, type PassAtKDifference } from "./compare-pass-at-k.js";
export { estimatePassAtK, type ProblemCount } from "./estimate-pass-at-k.js";
export { type GroupMeansParams, groupMeans } from "./group-means.js";
export { type MeanAfterStepParams, meanAfterStep } from "./mean-after-step.js";
export { type BootstrapOptions, type PassAtKParams, type PassAtKRow, passAtK } from "./pass-at-k.js";
export { type ProblemPassAtK, passAtKByProblem } from "./pass-at-k-by-problem.js";
export { type Plateau, type PlateauStepParams, plateauStep } from "./plateau-step.js";
export type { PassAtKInput, SampleRow } from "./problem-counts.js";
export { type SummarizeParams, type Summary, summarize } from "./summarize.js";
export { toDataFrame } from "./to-data-frame.js";
