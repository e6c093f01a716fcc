/* soarlab/metrics: pass@k, intervals, aggregation over seeds, the plateau rule. */

export { aggregateSeeds } from "./aggregate-seeds.js";
export { comparePassAtK } from "./compare-pass-at-k.js";
export { estimatePassAtK } from "./estimate-pass-at-k.js";
export { type GroupMeansParams, groupMeans } from "./group-means.js";
export { meanAfterStep } from "./mean-after-step.js";
export { passAtK } from "./pass-at-k.js";
export { passAtKByProblem } from "./pass-at-k-by-problem.js";
export { plateauStep } from "./plateau-step.js";
export { summarize } from "./summarize.js";
export { toDataFrame } from "./to-data-frame.js";
