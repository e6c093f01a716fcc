import { ngramKernel } from "../diversity/ngram-kernel.js";
import { extractBoxed } from "../grading/extract-boxed.js";
import type { Lab } from "../lab/lab.js";
import type { QuestionAnswer } from "../lab/parse-teacher-completion.js";
import { sampleQuestions } from "../lab/sample-questions.js";
import type { Domain } from "../problems/domain.js";
import { rolloutGroup } from "../rl/rollout-group.js";
import type { SamplingClient } from "../training/sampling-client.js";
import { deriveSeed } from "../util/derive-seed.js";
import type { EvaluationConfig } from "./evaluation-config.js";

export interface PoseOwnQuestionsParams {
  /** The model that asks and answers. */
  student: SamplingClient;
  count: number;
  votes: number;
  learnable: [number, number];
  maxSimilarity: number;
  seed: number;
}

/**
 * Self-play without a reference (SeRL; SOAR, section 5): the student poses questions in the teacher's role, answers each
 * many times, and takes the most frequent answer for right. Kept are questions on which it mostly, but not always,
 * agrees with itself and that are unlike those kept already. Fewer than `count`, or none, where no more can be found: a
 * student that self-play made sure of itself has nothing left to learn from it.
 */
export async function poseOwnQuestions(
  lab: Lab<EvaluationConfig>,
  params: PoseOwnQuestionsParams,
): Promise<QuestionAnswer[]> {
  const { student, count, learnable, maxSimilarity, seed } = params;
  const [lowest, highest] = learnable;
  const kept: QuestionAnswer[] = [];
  let asked = 0;
  for (let round = 0; kept.length < count; round++) {
    if (asked >= count * lab.config.teacher.maxSamplesPerQuestion) break;
    const posed = await sampleQuestions(lab, {
      teacher: student,
      count,
      seed: deriveSeed(seed, round),
      allowFewer: true,
    });
    asked += posed.sampled;
    const voted = await Promise.all(
      posed.questions.map(({ question }, i) => vote(lab, params, question, deriveSeed(seed, round, i))),
    );
    for (const [i, { answer, share }] of voted.entries()) {
      const { question } = posed.questions[i]!;
      if (kept.length === count) break;
      if (answer === undefined || share < lowest || share > highest) continue;
      if (similarity(question, kept) < maxSimilarity) kept.push({ question, answer });
    }
  }
  return kept;
}

/** The student's most frequent boxed answer to a question, and its share of all samples. */
async function vote(
  lab: Lab<EvaluationConfig>,
  { student, votes }: PoseOwnQuestionsParams,
  question: string,
  seed: number,
): Promise<{ answer: string | undefined; share: number }> {
  const rollouts = await rolloutGroup({
    ...lab.config.student.sampling,
    sampler: student,
    tokenizer: lab.tokenizer,
    prompt: lab.studentPrompt(question),
    size: votes,
    seed,
    signal: lab.signal,
  });
  const answers = rollouts.map(({ text }) => extractBoxed(text)).filter(answer => answer !== undefined);
  const classes = await equalAnswers(lab.domain, answers);
  const [most] = classes.sort((a, b) => b.length - a.length);
  return { answer: most?.[0], share: (most?.length ?? 0) / votes };
}

/** Answers that the domain finds equal, together; first come, first in a class. */
async function equalAnswers(domain: Domain, answers: readonly string[]): Promise<string[][]> {
  const classes: string[][] = [];
  let rest = [...answers];
  while (rest.length > 0) {
    const reference = rest[0]!;
    const equal = await domain.equal(rest.map(answer => ({ answer, reference })));
    // An answer that does not parse equals nothing, itself included; it is a class of its own.
    classes.push(rest.filter((_, i) => equal[i] || i === 0));
    rest = rest.filter((_, i) => !equal[i] && i > 0);
  }
  return classes;
}

/** The largest n-gram similarity of a question to those kept. */
function similarity(question: string, kept: readonly QuestionAnswer[]): number {
  const pair = (other: string) => ngramKernel({ texts: [question, other] }).data[1]!;
  return kept.reduce((most, other) => Math.max(most, pair(other.question)), 0);
}
