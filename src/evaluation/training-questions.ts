import { attachVerdicts } from "../grading/judge/attach-verdicts.js";
import { questionSubset } from "../grading/judge/question-subset.js";
import type { QuestionVerdict } from "../grading/question-verdict.js";
import { findFile } from "../lab/find-file.js";
import { findPath } from "../lab/find-path.js";
import type { Lab } from "../lab/lab.js";
import { sampleQuestions } from "../lab/sample-questions.js";
import { withSampler } from "../lab/with-sampler.js";
import type { QuestionAnswer } from "../problems/domain.js";
import { loadQuestions } from "../problems/load-questions.js";
import { problemSchema } from "../problems/problem.js";
import { requirePromotions } from "../soar/require-promotions.js";
import type { RunRecord } from "../soar/run-log.js";
import type { Sampler } from "../training/sampler.js";
import { deriveSeed } from "../util/derive-seed.js";
import { readWholeJsonl } from "../util/jsonl.js";
import { createRandom } from "../util/random.js";
import type { EvaluationConfig } from "./evaluation-config.js";
import { poseOwnQuestions } from "./pose-own-questions.js";
import { teacherCheckpoint } from "./teacher-checkpoint.js";

/** A question to train on, with a judge's verdict if it has one. */
export interface JudgedQuestion extends QuestionAnswer {
  verdict?: QuestionVerdict;
}

export interface TrainingQuestionsParams {
  /** The SOAR run that is evaluated, if there is one. */
  run: RunRecord | undefined;
  /** The model in training, for self-play. */
  student: Sampler;
  seed: number;
}

/**
 * Returns the synthetic questions of an evaluation run, from the source that its configuration names.
 * @throws Error if the SOAR run lacks the requested data
 */
export async function trainingQuestions(
  lab: Lab<EvaluationConfig>,
  { run, student, seed }: TrainingQuestionsParams,
): Promise<JudgedQuestion[]> {
  const { questions } = lab.config;
  switch (questions.from) {
    case "none":
      return [];
    case "promotions": {
      const { promotionQuestions: kept, folder } = requirePromotions(run);
      const { verdicts, subset } = questions;
      const records = verdicts ? await attachVerdicts({ records: kept, file: findPath(verdicts) }) : kept;
      const chosen = questionSubset(records, subset);
      if (chosen.length > 0) return chosen;
      throw new Error(`none of the ${kept.length} promotion questions of ${folder} is ${subset}`);
    }
    case "teacher":
      return sampleFrom(lab, { checkpoint: teacherCheckpoint(run), count: questions.count, seed });
    case "base":
      return sampleFrom(lab, { count: questions.count, seed });
    case "file":
      return readPool(questions.path, questions.count, seed);
    case "self-play":
      return poseOwnQuestions(lab, { ...questions, student, seed });
  }
}

async function sampleFrom(
  lab: Lab<EvaluationConfig>,
  { checkpoint, count, seed }: { checkpoint?: string; count: number; seed: number },
): Promise<QuestionAnswer[]> {
  const { questions } = await withSampler(lab, checkpoint, teacher =>
    sampleQuestions(lab, { teacher, count, seed }),
  );
  return questions;
}

/** A data set that soarlab has published on the hub: hf://datasets/OWNER/NAME, or of a revision, ...@REVISION. */
const hubPath = /^hf:\/\/datasets\/([^/@]+\/[^/@]+)(?:@(.+))?$/;

async function readPool(path: string, count: number | undefined, seed: number): Promise<QuestionAnswer[]> {
  const [, dataset, revision] = hubPath.exec(path) ?? [];
  const rows = dataset
    ? (await loadQuestions(dataset, { revision })).problems
    : await readWholeJsonl(findFile("questions.path", path), problemSchema);
  if (rows.length < (count ?? 1)) {
    throw new Error(`${path}: ${rows.length} problems, expected ${count ?? "some"} (questions.path, JSONL)`);
  }
  return count
    ? createRandom(`pool/${deriveSeed(seed, "pool")}`)
        .shuffle(rows)
        .slice(0, count)
    : rows;
}
