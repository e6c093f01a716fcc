import type { QuestionAnswer } from "../problems/domain.js";
import type { Sampler } from "../training/sampler.js";
import type { Lab } from "./lab.js";
import { sampleAndScore } from "./sample-and-score.js";

/** Returns, for each problem in order, whether a model answers it correctly at temperature 0. */
export function solvedGreedily(
  lab: Lab,
  sampler: Sampler,
  problems: readonly QuestionAnswer[],
): Promise<boolean[]> {
  return Promise.all(
    problems.map(async problem => {
      const [answer] = await sampleAndScore(lab, { sampler, problem, size: 1, seed: 0, temperature: 0 });
      return answer!.correct;
    }),
  );
}
