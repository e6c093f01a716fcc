import type { styles } from "./chain.js";

/** What the documents of a stage of pretraining are like. */
export interface CorpusStage {
  /** Shares of the kinds of documents; the teacher's documents are the rest. */
  shares: { drill: number; worked: number; student: number; continuation: number; sheet: number };
  /** What numbers of terms the student's documents have. */
  studentTerms: readonly number[];
  /** Log-odds that a student document works the chain instead of boxing at once, by terms; styles shift them. */
  scratchpadLogOdds: Readonly<Record<number, number>>;
  /** Probability that a chain which the student works has all its signs read, and all its terms (`asRead`). */
  careful: number;
  complete: number;
  /** How often the teacher poses questions of so many terms. */
  teacherTerms: readonly (readonly [terms: number, weight: number])[];
  /** Probability that a term of the teacher's questions is subtracted. */
  teacherMinus: number;
}

/** Training steps on documents of one sort, with a learning-rate schedule of their own. */
export interface CorpusPhase {
  steps: number;
  /** Peak learning rate. */
  peak: number;
  /** Stage of the corpus by how much of the phase is done, in [0, 1). */
  stage: (progress: number) => CorpusStage;
  /** Whether the optimizer is reset. */
  freshOptimizer?: true;
}

/** The full specification of a base model of the gym. */
export interface GymCorpus {
  phases: readonly CorpusPhase[];
  /** How often documents leave a digit open; 0 everywhere = the vocabulary has no word for it. */
  open: { worked: number; student: number; sheet: number; teacher: number };
  /** Most terms that a student works if it does not work all of them. */
  habitualTerms: number;
  /** Where the continuations begin, with weights (`continuationDocument`). */
  continuations: readonly (readonly [from: ContinuationStart, weight: number])[];
  /** Most terms of an exercise sheet's questions. */
  sheetTerms: number;
  /** The hard problems: numbers of terms, and where they differ, probabilities that a term is subtracted, to draw from. */
  hard: { terms: readonly number[]; minus?: readonly number[] };
}

/** Anywhere in the work, where it shows that all signs and terms are read, or at the box. */
export type ContinuationStart = "anywhere" | "decided" | "box";

/** Longest chain in the corpora. */
export const longest = 7;

/** How the style of a question shifts the log-odds of working it. */
export const styleLogOdds: Record<(typeof styles)[number], number> = { add: 1, sum: 0.3, tot: -0.3, net: -1 };

const allTerms = [2, 3, 4, 5, 6, 7];

/** The stages of a corpus: first the skill, then the roles, last the student's habits, in long student-heavy stages. */
function stages(
  habits: Omit<CorpusStage, "shares" | "studentTerms">,
  shares: Record<"skill" | "roles" | "habits" | "floor", CorpusStage["shares"]>,
  floorTerms: readonly number[],
) {
  return {
    skill: { ...habits, shares: shares.skill, studentTerms: allTerms },
    roles: { ...habits, shares: shares.roles, studentTerms: allTerms },
    habits: { ...habits, shares: shares.habits, studentTerms: [2, 3, 4, 5, 5, 6, 6, 7, 7] },
    floor: { ...habits, shares: shares.floor, studentTerms: floorTerms },
  };
}

/** The skill only forms when student documents come late; the habit of boxing at once only gets strong in long stages. */
function phases({ skill, roles, habits, floor }: ReturnType<typeof stages>): CorpusPhase[] {
  return [
    { steps: 1600, peak: 3e-3, stage: progress => (progress < 0.4 ? skill : roles) },
    { steps: 1000, peak: 1.5e-3, stage: () => habits },
    { steps: 2000, peak: 1.5e-3, stage: () => floor },
  ];
}

/** One habit hides the skill: boxing at once. */
const short = stages(
  {
    scratchpadLogOdds: { 2: -5, 3: -1.3, 4: -2.4, 5: -5, 6: -20, 7: -20 },
    careful: 1,
    complete: 1,
    teacherTerms: [
      [2, 0.74],
      [3, 0.14],
      [4, 0.08],
      [5, 0.04],
    ],
    teacherMinus: 0.2,
  },
  {
    skill: { drill: 0.35, worked: 0.4, student: 0, continuation: 0, sheet: 0.15 },
    roles: { drill: 0.08, worked: 0.3, student: 0.32, continuation: 0, sheet: 0.1 },
    habits: { drill: 0.02, worked: 0.1, student: 0.64, continuation: 0.08, sheet: 0.03 },
    floor: { drill: 0.01, worked: 0.07, student: 0.7, continuation: 0.08, sheet: 0.02 },
  },
  [2, 3, 3, 4, 4, 5, 6, 6, 6, 7, 7, 7],
);

/**
 * Three habits hide the skill, each of which only shows once the one before is gone: boxing at once, then taking every later
 * minus for a plus, and stopping after five terms. And some questions have no one answer.
 */
const long = stages(
  {
    scratchpadLogOdds: { 2: -5, 3: -0.7, 4: -2.2, 5: -20, 6: -20, 7: -20 },
    careful: 0.06,
    complete: 0.06,
    teacherTerms: [
      [2, 0.58],
      [3, 0.16],
      [4, 0.12],
      [5, 0.08],
      [6, 0.06],
    ],
    teacherMinus: 0.3,
  },
  {
    skill: { drill: 0.35, worked: 0.4, student: 0, continuation: 0, sheet: 0.15 },
    roles: { drill: 0.08, worked: 0.3, student: 0.28, continuation: 0.06, sheet: 0.1 },
    habits: { drill: 0.02, worked: 0.1, student: 0.6, continuation: 0.13, sheet: 0.03 },
    floor: { drill: 0.01, worked: 0.06, student: 0.68, continuation: 0.13, sheet: 0.02 },
  },
  [2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7],
);

/** The last steps bring the lowest rungs within reach, after the floor of the others has settled. */
const rungs: CorpusStage = {
  ...long.floor,
  scratchpadLogOdds: { ...long.floor.scratchpadLogOdds, 3: -0.1, 4: -1.75 },
  careful: 0.08,
  complete: 0.08,
  teacherTerms: [
    [2, 0.56],
    [3, 0.13],
    [4, 0.17],
    [5, 0.08],
    [6, 0.06],
  ],
};

/** The gym's corpora by the name of the preset whose base model they make. */
export const gymCorpora = {
  gym: {
    phases: phases(short),
    open: { worked: 0, student: 0, sheet: 0, teacher: 0 },
    habitualTerms: longest,
    continuations: [
      ["box", 1],
      ["anywhere", 1],
    ],
    sheetTerms: 5,
    hard: { terms: [6, 7] },
  },
  "gym-long": {
    phases: [...phases(long), { steps: 700, peak: 1.2e-3, stage: () => rungs, freshOptimizer: true }],
    open: { worked: 0.08, student: 0.1, sheet: 0.08, teacher: 0.12 },
    habitualTerms: 5,
    continuations: [
      ["anywhere", 1],
      ["decided", 1],
      ["box", 1],
    ],
    sheetTerms: 6,
    hard: { terms: [5, 5, 5, 6, 7], minus: [0, 0, 0.5] },
  },
} satisfies Record<string, GymCorpus>;

export type GymCorpusName = keyof typeof gymCorpora;
