import type { QuestionAnswer } from "../problems/domain.js";
import { type Rollout, rolloutGroup } from "../rl/rollout-group.js";
import type { Sampler } from "../training/sampler.js";
import { deriveSeed } from "../util/derive-seed.js";
import type { Lab } from "./lab.js";

/** A question-answer pair with the teacher's completions that state it: one, or one per turn. */
export interface SyntheticQuestion extends QuestionAnswer {
  rollouts: Rollout[];
}

/** Accepted questions, and the sampling counts behind them. */
export interface SampledQuestions {
  questions: SyntheticQuestion[];
  /** Completions sampled. */
  sampled: number;
  /** How many of them each filter rejected. */
  rejected: Record<string, number>;
}

/** A rejected completion of the teacher, and the reason. */
export interface RejectedCompletion {
  text: string;
  reason: string;
}

/** Progress of sampling questions. */
export interface QuestionProgress {
  accepted: number;
  needed: number;
  /** Completions sampled. */
  sampled: number;
  /** How many of them each filter rejected. */
  rejected: Record<string, number>;
}

/** Fewest and most completions per round after the first. The first assumes a usual share of rejections. */
const roundSize = { least: 16, most: 512 };

/** Number of rejected texts that an error shows. */
const examplesShown = 3;

export interface SampleQuestionsParams {
  teacher: Sampler;
  count: number;
  seed: number;
  /** Whether to return fewer questions, instead of throwing, if too few completions are accepted. */
  allowFewer?: boolean;
  /** Called with rejected completions as they arrive. */
  onRejected?: (rejected: readonly RejectedCompletion[]) => Promise<void>;
  /** Called after each round. */
  onRound?: (soFar: QuestionProgress) => void;
}

/**
 * Samples `count` question-answer pairs from a teacher, in the configured generation mode.
 * @throws Error that says what fails to parse and how often, if too few single-turn completions are accepted and
 *   fewer questions are not allowed
 */
export function sampleQuestions(lab: Lab, params: SampleQuestionsParams): Promise<SampledQuestions> {
  return lab.config.teacher.generation === "multi-turn"
    ? sampleInTurns(lab, params)
    : sampleUntilAccepted(lab, params);
}

/**
 * Samples until `count` completions pass the four filters (Algorithm 1, line 1; App. B.2). The size of a round depends
 * on the share accepted so far. Stops early if even the highest plausible share would exceed the allowed completions.
 */
async function sampleUntilAccepted(
  lab: Lab,
  { teacher, count, seed, allowFewer = false, onRejected, onRound }: SampleQuestionsParams,
): Promise<SampledQuestions> {
  const { sampling, maxSamplesPerQuestion } = lab.config.teacher;
  const most = count * maxSamplesPerQuestion;
  const result: SampledQuestions = { questions: [], sampled: 0, rejected: {} };
  const examples: RejectedCompletion[] = [];
  for (let round = 0; result.questions.length < count; round++) {
    const { sampled } = result;
    const isHopeless = !allowFewer && sampled > 0 && leastCost(result, count) > most;
    if (sampled >= most || isHopeless) {
      if (allowFewer) break;
      throw tooFewAccepted(result, { count, most, examples });
    }
    const size = round === 0 ? firstRound(count) : Math.min(nextRound(result, count), most - sampled);
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
    const rejected: RejectedCompletion[] = [];
    for (const [i, question] of stated.entries()) {
      if (result.questions.length === count) break;
      result.sampled++;
      if ("rejected" in question) {
        result.rejected[question.rejected] = (result.rejected[question.rejected] ?? 0) + 1;
        rejected.push({ text: rollouts[i]!.text, reason: question.rejected });
      } else result.questions.push({ ...question, rollouts: [rollouts[i]!] });
    }
    for (const one of rejected) {
      // One per reason, if there is room.
      if (examples.length < examplesShown && !examples.some(({ reason }) => reason === one.reason))
        examples.push(one);
    }
    for (const one of rejected) {
      if (examples.length < examplesShown && !examples.includes(one)) examples.push(one);
    }
    if (rejected.length > 0) await onRejected?.(rejected);
    onRound?.({
      accepted: result.questions.length,
      needed: count,
      sampled: result.sampled,
      rejected: { ...result.rejected },
    });
  }
  return result;
}

/** A little more than is needed, so that the usual share of rejections needs no second round. */
function firstRound(count: number): number {
  return Math.ceil(count * 1.3) + 2;
}

/** The number that the share accepted so far requires, plus a tenth. */
function nextRound({ questions, sampled }: SampledQuestions, count: number): number {
  const share = (questions.length + 1) / (sampled + 2);
  const size = Math.ceil((1.1 * (count - questions.length)) / share) + 2;
  return Math.min(Math.max(size, roundSize.least), roundSize.most);
}

/**
 * Total completions that the missing questions would need at the largest plausible true share: two standard deviations
 * more accepted, and never fewer than three (if all n are rejected, the share is at most 3/n at 95%).
 */
function leastCost({ questions, sampled }: SampledQuestions, count: number): number {
  const accepted = questions.length;
  const share = Math.min(1, Math.max(3, accepted + 2 * Math.sqrt(accepted)) / sampled);
  return sampled + (count - accepted) / share;
}

/** Samples the questions, then an answer to each in a second turn. All of them are accepted (App. D.3). */
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
  { count, most, examples }: { count: number; most: number; examples: readonly RejectedCompletion[] },
): Error {
  const reasons = Object.entries(rejected).map(([reason, times]) => `${reason}: ${times}`);
  const shown = examples.map(({ reason, text }) => `\n  ${reason}: ${JSON.stringify(text.slice(0, 300))}`);
  return new Error(
    `the teacher gave ${questions.length} of ${count} questions in ${sampled} completions, and at that share more than ` +
      `${most} would be needed (teacher.maxSamplesPerQuestion). Rejected for ${reasons.join(", ")}, such as${shown.join("")}\n` +
      "A teacher that does not keep to the format can be taught it with soarlab warm-start",
  );
}
