import type { Rollout } from "../rl/rollout.js";
import { rolloutGroup } from "../rl/rollout-group.js";
import type { SamplingClient } from "../training/sampling-client.js";
import { deriveSeed } from "../util/derive-seed.js";
import type { Lab } from "./lab.js";
import {
  parseTeacherCompletions,
  type QuestionAnswer,
  type RejectionReason,
} from "./parse-teacher-completion.js";

/** A question-answer pair with the teacher's completion that states it. */
export interface SyntheticQuestion extends QuestionAnswer {
  rollout: Rollout;
}

/** Accepted questions, and what it took to get them. */
export interface SampledQuestions {
  questions: SyntheticQuestion[];
  /** Completions sampled. */
  sampled: number;
  /** How many of them each filter rejected. */
  rejected: Partial<Record<RejectionReason, number>>;
}

/**
 * Samples question-answer pairs from a teacher until `count` pass the four filters (Algorithm 1, line 1; App. B.2).
 * @throws Error that says what fails to parse and how often, when the configured limit is reached first
 */
export async function sampleQuestions(
  lab: Lab,
  { teacher, count, seed }: { teacher: SamplingClient; count: number; seed: number },
): Promise<SampledQuestions> {
  const { sampling, maxSamplesPerQuestion } = lab.config.teacher;
  const result: SampledQuestions = { questions: [], sampled: 0, rejected: {} };
  let lastRejected = "";
  for (let round = 0; result.questions.length < count; round++) {
    if (result.sampled >= count * maxSamplesPerQuestion) throw tooFewAccepted(result, count, lastRejected);
    // A little more than is missing, so that the usual share of rejections needs no second round.
    const size = Math.ceil((count - result.questions.length) * 1.3) + 2;
    const rollouts = await rolloutGroup({
      ...sampling,
      sampler: teacher,
      tokenizer: lab.tokenizer,
      prompt: lab.teacherPrompt,
      size,
      seed: deriveSeed(seed, round),
      signal: lab.signal,
    });
    const parsed = await parseTeacherCompletions(
      lab.domain,
      rollouts.map(rollout => rollout.text),
    );
    for (const [i, completion] of parsed.entries()) {
      if (result.questions.length === count) break;
      result.sampled++;
      if ("pair" in completion) result.questions.push({ ...completion.pair, rollout: rollouts[i]! });
      else {
        result.rejected[completion.rejected] = (result.rejected[completion.rejected] ?? 0) + 1;
        lastRejected = rollouts[i]!.text;
      }
    }
  }
  return result;
}

function tooFewAccepted(
  { questions, sampled, rejected }: SampledQuestions,
  count: number,
  example: string,
): Error {
  const reasons = Object.entries(rejected).map(([reason, times]) => `${reason}: ${times}`);
  return new Error(
    `the teacher gave ${questions.length} of ${count} questions in ${sampled} completions (teacher.maxSamplesPerQuestion). ` +
      `Rejected for ${reasons.join(", ")}. The last one rejected: ${JSON.stringify(example.slice(0, 300))}`,
  );
}
