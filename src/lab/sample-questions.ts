import type { QuestionAnswer } from "../problems/domain.js";
import { type Rollout, rolloutGroup } from "../rl/rollout-group.js";
import type { Sampler } from "../training/sampler.js";
import { deriveSeed } from "../util/derive-seed.js";
import type { Lab } from "./lab.js";

/** A question-answer pair with the teacher's completions that state it: one, or one a turn. */
export interface SyntheticQuestion extends QuestionAnswer {
  rollouts: Rollout[];
}

/** Accepted questions, and what it took to get them. */
export interface SampledQuestions {
  questions: SyntheticQuestion[];
  /** Completions sampled. */
  sampled: number;
  /** How many of them each filter rejected. */
  rejected: Record<string, number>;
}

/** A teacher's completion that does not count, and why. */
export interface RejectedCompletion {
  text: string;
  reason: string;
}

export interface SampleQuestionsParams {
  teacher: Sampler;
  count: number;
  seed: number;
  /** Whether fewer will do where the teacher's completions are not accepted, instead of an error. */
  allowFewer?: boolean;
  /** Called with the completions that do not count, as they come. */
  onRejected?: (rejected: readonly RejectedCompletion[]) => Promise<void>;
}

/**
 * Samples `count` question-answer pairs from a teacher, in the configured way of generation.
 * @throws Error that says what fails to parse and how often, when too few completions of a single turn are accepted
 *   and fewer questions will not do
 */
export function sampleQuestions(lab: Lab, params: SampleQuestionsParams): Promise<SampledQuestions> {
  return lab.config.teacher.generation === "multi-turn"
    ? sampleInTurns(lab, params)
    : sampleUntilAccepted(lab, params);
}

/** Until `count` completions pass the four filters (Algorithm 1, line 1; App. B.2). */
async function sampleUntilAccepted(
  lab: Lab,
  { teacher, count, seed, allowFewer = false, onRejected }: SampleQuestionsParams,
): Promise<SampledQuestions> {
  const { sampling, maxSamplesPerQuestion } = lab.config.teacher;
  const result: SampledQuestions = { questions: [], sampled: 0, rejected: {} };
  let rejected: RejectedCompletion[] = [];
  for (let round = 0; result.questions.length < count; round++) {
    if (result.sampled >= count * maxSamplesPerQuestion) {
      if (allowFewer) break;
      throw tooFewAccepted(result, count, rejected.at(-1)?.text ?? "");
    }
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
    const stated = await lab.domain.readQuestions(rollouts.map(rollout => rollout.text));
    rejected = [];
    for (const [i, question] of stated.entries()) {
      if (result.questions.length === count) break;
      result.sampled++;
      if ("rejected" in question) {
        result.rejected[question.rejected] = (result.rejected[question.rejected] ?? 0) + 1;
        rejected.push({ text: rollouts[i]!.text, reason: question.rejected });
      } else result.questions.push({ ...question, rollouts: [rollouts[i]!] });
    }
    if (rejected.length > 0) await onRejected?.(rejected);
  }
  return result;
}

/** First the questions, then an answer to each in a second turn; whatever they say, they count (App. D.3). */
async function sampleInTurns(
  lab: Lab,
  { teacher, count, seed }: SampleQuestionsParams,
): Promise<SampledQuestions> {
  const { teacherTurns, tokenizer, signal } = lab;
  const turn = { ...lab.config.teacher.sampling, sampler: teacher, tokenizer, signal };
  const asked = await rolloutGroup({
    ...turn,
    prompt: teacherTurns.question,
    size: count,
    seed: deriveSeed(seed, "question"),
    stop: teacherTurns.questionEnd,
  });
  const questionEnd = tokenizer.decode(teacherTurns.questionEnd);
  const questions = asked.map(async (rollout, i) => {
    const ending = questionEnd !== "" && rollout.text.endsWith(questionEnd) ? questionEnd.length : 0;
    const question = rollout.text.slice(0, rollout.text.length - ending).trim();
    const [answered] = await rolloutGroup({
      ...turn,
      prompt: teacherTurns.answer(question),
      size: 1,
      seed: deriveSeed(seed, "answer", i),
    });
    const answer = lab.domain.readAnswer(answered!.text) ?? answered!.text.trim();
    return { question, answer, rollouts: [rollout, answered!] };
  });
  return { questions: await Promise.all(questions), sampled: count, rejected: {} };
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
