import type { BuiltInDomain } from "../lab/open-domain.js";
import type { EvaluationConfigInput } from "./evaluation-config.js";

/** How long evaluation runs take, by domain: the paper's numbers are the defaults, of a domain from outside too; the gym is done in seconds. */
export const domainSchedules: Record<
  BuiltInDomain,
  Pick<EvaluationConfigInput, "training" | "test" | "student">
> = {
  math: {},
  gym: {
    training: { steps: 24, warmup: 12 },
    test: { every: 6, readAt: "end" },
    student: { optimization: { warmupSteps: 0 } },
  },
};
