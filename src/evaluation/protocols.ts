import type { EvaluationConfigInput } from "./evaluation-config.js";

type Protocol = Omit<Partial<EvaluationConfigInput>, "hard">;

const noTraining = { steps: 0 };

/** Curriculum runs have no learning-rate warm-up, the others 20 steps (Table 3). */
const warmup = (steps: number) => ({ optimization: { warmupSteps: steps } });

/** The evaluation protocols of the paper (section 5, App. B.8, C.5, D.1), each what it adds to a configuration. */
export const protocols = {
  /** The base model as it is. */
  base: { training: noTraining },
  /** RLOO on the hard train half alone. */
  "hard-only": { student: warmup(20) },
  /** The same with as many rollouts as SOAR's inner loops take together. */
  "hard-only-128": { student: { ...warmup(20), groupSize: 128 } },
  /** PS: the promoted student with the best greedy train accuracy, as it is. */
  ps: { start: "promoted student", training: noTraining },
  /** PQ, first the questions, then hard train alone (MATH). */
  pq: { questions: { from: "promotions" }, training: { mix: "curriculum" }, student: warmup(0) },
  /** PQ and hard train together throughout (HARP, OlympiadBench). */
  "pq-mixed": { questions: { from: "promotions" }, training: { mix: "mixed" }, student: warmup(20) },
  /** PQ whose answers a judge found right, and those it found well posed (App. C.5). */
  "pq-correct": {
    questions: { from: "promotions", subset: "correct" },
    training: { mix: "curriculum" },
    student: warmup(0),
  },
  "pq-well-posed": {
    questions: { from: "promotions", subset: "well-posed" },
    training: { mix: "curriculum" },
    student: warmup(0),
  },
  /** Questions of the run's teacher: Grounded-T, Intrinsic-T, or Grounded-T without promotion, as the run was. */
  "teacher-questions": {
    questions: { from: "teacher" },
    training: { mix: "curriculum" },
    student: warmup(0),
  },
  "teacher-questions-64": {
    questions: { from: "teacher", count: 64 },
    training: { mix: "curriculum" },
    student: warmup(0),
  },
  "teacher-questions-32": {
    questions: { from: "teacher", count: 32 },
    training: { mix: "curriculum" },
    student: warmup(0),
  },
  /** Base-T: questions of the base model in the teacher's role. */
  "base-questions": { questions: { from: "base" }, training: { mix: "curriculum" }, student: warmup(0) },
  /** Real problems, all of a pool or 128 of them; needs questions.path. */
  "oracle-pool": { questions: { from: "file", path: "" }, training: { mix: "mixed" }, student: warmup(20) },
  "oracle-128": {
    questions: { from: "file", path: "", count: 128 },
    training: { mix: "curriculum" },
    student: warmup(0),
  },
  /** The teacher itself answers the hard problems. */
  direct: { start: "teacher", training: noTraining },
  /** The student poses its own questions and treats its most frequent answer as correct (the paper: read at step 100). */
  serl: {
    questions: { from: "self-play" },
    training: { mix: "questions-only" },
    student: warmup(20),
    test: { readAt: 100 },
  },
  /** PQ on another data set, whose halves `hard` names (the paper: OlympiadBench, read at step 50). */
  transfer: {
    questions: { from: "promotions" },
    training: { mix: "mixed" },
    student: warmup(20),
    test: { readAt: 50 },
  },
} satisfies Record<string, Protocol>;

export type ProtocolName = keyof typeof protocols;
