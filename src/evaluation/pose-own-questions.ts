import { ngramKernel } from "../diversity/ngram-kernel.js";
import type { Lab } from "../lab/lab.js";
import { sampleQuestions } from "../lab/sample-questions.js";
import { studentRollouts } from "../lab/student-rollouts.js";
import type { Domain, QuestionAnswer } from "../problems/domain.js";
import type { Sampler } from "../training/sampler.js";
import { deriveSeed } from "../util/derive-seed.js";
import type { EvaluationConfig } from "./evaluation-config.js";

export interface PoseOwnQuestionsParams {
  /** The model that asks and answers. */
  student: Sampler;
  count: number;
  votes: number;
  learnable: [number, number];
  maxSimilarity: number;
  seed: number;
}

/**
 * Self-play without a reference (SeRL; SOAR, section 5): the student poses questions in the teacher's role, answers each
 * many times, and treats the most frequent answer as correct. A question is kept if the student mostly, but not always,
 * agrees with itself and the question is unlike those already kept. Returns fewer than `count`, or none, if no more can
 * be found: a student that has become certain through self-play cannot learn more from it.
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

/** The student's most frequent answer to a question, and its share of all samples. */
async function vote(
  lab: Lab<EvaluationConfig>,
  { student, votes }: PoseOwnQuestionsParams,
  question: string,
  seed: number,
): Promise<{ answer: string | undefined; share: number }> {
  const rollouts = await studentRollouts(lab, { sampler: student, question, size: votes, seed });
  const classes = await equalAnswers(
    lab.domain,
    question,
    rollouts.map(({ text }) => text),
  );
  const [most] = classes.sort((a, b) => b.size - a.size);
  return { answer: most?.answer, share: (most?.size ?? 0) / votes };
}

/** How many completions agree on each answer: those that would be right if the first of them were. */
async function equalAnswers(
  domain: Domain,
  question: string,
  completions: readonly string[],
): Promise<{ answer: string; size: number }[]> {
  const classes: { answer: string; size: number }[] = [];
  let rest = completions.filter(completion => domain.readAnswer(completion) !== undefined);
  while (rest.length > 0) {
    const problem = { question, answer: domain.readAnswer(rest[0]!)! };
    const scores = await domain.score(rest.map(completion => ({ problem, completion })));
    // An answer that does not parse equals nothing, itself included; it is a class of its own.
    const others = rest.filter((_, i) => !scores[i]!.correct && i > 0);
    classes.push({ answer: problem.answer, size: rest.length - others.length });
    rest = others;
  }
  return classes;
}

/** The largest n-gram similarity of a question to those kept. */
function similarity(question: string, kept: readonly QuestionAnswer[]): number {
  const pair = (other: string) => ngramKernel({ texts: [question, other] }).data[1]!;
  return kept.reduce((most, other) => Math.max(most, pair(other.question)), 0);
}
